// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the replays of diffusers schedulers share: the configuration and the call, as a program
// takes them over; the comparison; the network of the files, 0.6 sin(1.3 x + 0.002 t) + x / 4, and
// 0.3 cos(x) for a learned variance.

#include <diffgen/compat/diffusers/pipeline/arguments.hpp>
#include <diffgen/compat/diffusers/read_config.hpp>

#include "golden.hpp"

#include <cmath>
#include <string>
#include <vector>

namespace golden {

namespace diffusers = diffgen::compat::diffusers;

/// The network; keeps the timesteps that it is told.
struct network {
    std::vector<double>* timesteps;

    void operator()(diffgen::batch_view<const double> in, diffgen::batch_view<double> out,
                    const diffgen::noise_level& l) const {
        timesteps->push_back(l.network_time);
        for (std::size_t i = 0; i < in.size(); ++i) {
            const double x = in.data[i];
            out.data[i] = 0.6 * std::sin(1.3 * x + 0.002 * l.network_time) + 0.25 * x;
            if (out.size() > in.size()) out.data[in.size() + i] = 0.3 * std::cos(x);
        }
    }
};

struct diffusers_replay {
    const json& file;
    diffusers::config config;
    diffusers::arguments arguments;
    recorded_noise noise;
    std::vector<double> timesteps{};

    explicit diffusers_replay(const json& f)
        : file(f),
          config(diffusers::read_config(f.get<std::string>("scheduler"), f.at("config"))),
          arguments(diffusers::read_arguments(f.at("call"))),
          noise(f) {}

    [[nodiscard]] network net() { return {&timesteps}; }

    /// The largest error of a run from the file's initial state, for with_scheduler.
    template <class Sampler>
    double operator()(const Sampler& sampler, const diffgen::options& o, double initial_sigma) {
        auto x = file.get<std::vector<double>>("initial");
        for (double& v : x)
            v *= initial_sigma;
        const auto r = run(sampler, o.grid, x);
        difference d;
        d.compare(numbers{initial_sigma}, numbers{file.get<double>("init_noise_sigma")});
        d.compare(timesteps, file.get<std::vector<double>>("timesteps"));
        d.compare(r.states, file.get<table>("samples"));
        // with a churn the peer's estimate has noise in it that comes after the evaluation
        if (file.contains("denoised") && !file.at("denoised").is_null() &&
            !(arguments.s_churn.value_or(0) > 0))
            d.compare(r.denoised, file.get<table>("denoised"));
        return d.largest();
    }
};

/// Replays of the schedulers of one family, each compiled on its own.
double replay_adams(diffusers_replay r);
double replay_ancestral(diffusers_replay r);
double replay_distilled(diffusers_replay r);
double replay_dpm_solver(diffusers_replay r);
double replay_exploding(diffusers_replay r);
double replay_flow_match(diffusers_replay r);
double replay_pndm(diffusers_replay r);

}  // namespace golden
