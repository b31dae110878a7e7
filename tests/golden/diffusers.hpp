// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the replays of diffusers schedulers share: the call; the comparison; the network of the
// files, 0.6 sin(1.3 x + 0.002 t) + x / 4, and 0.3 cos(x) for a learned variance.

#include <diffgen/compat/diffusers/config.hpp>

#include "golden.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

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
          noise(f) {}

    /// Refuses arguments beside these and the number of steps.
    void allow(std::initializer_list<std::string_view> arguments) const {
        for (const auto& [key, value] : call.members())
            if (key != "num_inference_steps" &&
                std::find(arguments.begin(), arguments.end(), key) == arguments.end())
                throw diffgen::compat::unsupported("the argument '" + key + "'");
    }
    [[nodiscard]] bool given(const char* argument) const {
        return call.contains(argument) && !call.at(argument).is_null();
    }
    [[nodiscard]] network net() { return {&timesteps}; }

    /// The largest error of a run from the file's initial state.
    template <class Schedule, class Kernel, class Predictor, class Solver, class Grid>
    double with(Schedule schedule, Kernel kernel, Predictor predictor, Solver solver, Grid grid) {
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
};

/// Replays of the schedulers of one family.
double replay_adams(const json& file);
double replay_dpm_solver(const json& file);
double replay_consistency(const json& file);
double replay_pndm(const json& file);
double replay_sigma(const json& file);

}  // namespace golden
