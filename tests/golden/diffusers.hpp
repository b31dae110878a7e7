// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the replays of diffusers schedulers share; the network of the files is
// 0.6 sin(1.3 x + 0.002 t) + x / 4, and 0.3 cos(x) for a learned variance.

#include <diffgen/compat/diffusers/estimate.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/kernel/variance_preserving.hpp>

#include "golden.hpp"

namespace golden {

namespace diffusers = diffgen::compat::diffusers;

/// The network; keeps the timesteps that it is told.
struct network {
    std::vector<double>* timesteps;

    void operator()(diffgen::batch_view<const double> in, diffgen::batch_view<double> out,
                    const diffgen::noise_level& l) const {
        timesteps->push_back(l.input);
        for (std::size_t i = 0; i < in.size(); ++i) {
            const double x = in.data[i];
            out.data[i] = 0.6 * std::sin(1.3 * x + 0.002 * l.input) + 0.25 * x;
            if (out.size() > in.size()) out.data[in.size() + i] = 0.3 * std::cos(x);
        }
    }
};

/// One file: its configuration, its call, and how to run it.
struct diffusers_replay {
    const json& file;
    const json& call;
    diffusers::config config;
    int steps;
    recorded_noise noise;
    std::vector<double> timesteps{};

    explicit diffusers_replay(const json& f)
        : file(f),
          call(f.at("call")),
          config(diffusers::read_config(f.get<std::string>("scheduler"), f.at("config"))),
          steps(call.get<int>("num_inference_steps", 0)),
          noise(f) {
        for (const auto& [key, value] : call.members())
            if (key != "num_inference_steps" && key != "eta" && key != "use_clipped_model_output" &&
                key != "timesteps" && key != "original_inference_steps" && key != "strength")
                throw diffgen::compat::unsupported("the argument '" + key + "'");
    }

    template <class Predictor, class Solver, class Grid>
    double with(Predictor predictor, Solver solver, Grid grid) {
        return on(diffusers::noise_schedule(config), diffgen::kernel::variance_preserving{},
                  predictor, solver, grid);
    }
    template <class Schedule, class Kernel, class Predictor, class Solver, class Grid>
    double on(Schedule schedule, Kernel kernel, Predictor predictor, Solver solver, Grid grid) {
        auto x = file.get<std::vector<double>>("initial");
        for (double& v : x)
            v *= file.get<double>("init_noise_sigma");
        const auto r =
            run(diffgen::sampler{schedule, kernel, predictor, solver, noise.source()}, grid, x);
        difference d;
        d.compare(timesteps, file.get<std::vector<double>>("timesteps"));
        d.compare(r.states, file.get<table>("samples"));
        if (file.contains("denoised") && !file.at("denoised").is_null())
            d.compare(r.denoised, file.get<table>("denoised"));
        return d.largest();
    }

    /// Hands the predictor of the configuration to `use`.
    template <class Use>
    double with_predictor(Use use) {
        return config.thresholding
                   ? use(diffusers::thresholding_predictor(config, network{&timesteps}))
                   : use(diffusers::predictor(config, network{&timesteps}));
    }

    [[nodiscard]] bool has_timesteps() const {
        return call.contains("timesteps") && !call.at("timesteps").is_null();
    }
    /// The timesteps of the call: its own, or spaced by the configuration.
    [[nodiscard]] diffusers::at_timesteps grid() const {
        return has_timesteps()
                   ? diffusers::at_timesteps(call.get<std::vector<int>>("timesteps"))
                   : diffusers::at_timesteps(diffusers::spaced_timesteps(config, steps));
    }
};

/// Replays of one family of schedulers.
double replay_consistency(diffusers_replay& r);
double replay_pndm(diffusers_replay& r);

}  // namespace golden
