// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Digits by a composed sampler: the solver is chosen by name, the rest is fixed.

#include <diffgen/diffgen.hpp>

#include "network.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace digits {

inline const std::vector<std::string> solver_names{"ddim",
                                                   "ancestral",
                                                   "euler-maruyama",
                                                   "reverse-diffusion",
                                                   "heun",
                                                   "heun-churn",
                                                   "rk4",
                                                   "dpm-solver++",
                                                   "unipc",
                                                   "predictor-corrector",
                                                   "annealed-langevin"};

/// Calls f with the solver of that name and the grid that suits it: methods of higher order want
/// levels that are dense where the paths bend, annealed Langevin wants levels of equal ratio.
/// Throws bad_argument with the names that there are.
template <class F>
auto with_solver(const std::string& name, F f) {
    using namespace diffgen::solver;
    using namespace diffgen::grid;
    const karras dense{.bounds = {.sigma_max = 80}};
    if (name == "ddim") return f(ddim{}, uniform{});
    if (name == "ancestral") return f(ancestral{}, uniform{});
    if (name == "euler-maruyama") return f(euler_maruyama{}, uniform{});
    if (name == "reverse-diffusion") return f(reverse_diffusion{}, uniform{});
    if (name == "heun") return f(heun{}, dense);
    if (name == "heun-churn") return f(churn<heun>{}, dense);
    if (name == "rk4") return f(rk4{}, dense);
    if (name == "dpm-solver++") return f(dpm_solver_pp_multistep<2>{}, dense);
    if (name == "unipc") return f(unipc<2>{}, dense);
    if (name == "predictor-corrector")
        return f(predictor_corrector{reverse_diffusion{}, langevin_corrector{}}, uniform{});
    if (name == "annealed-langevin")
        return f(annealed_langevin{}, log_snr{.bounds = {.sigma_min = 0.02, .sigma_max = 80}});
    std::string known;
    for (const auto& n : solver_names)
        known += " " + n;
    throw diffgen::bad_argument("there is no solver '" + name + "'; there are" + known);
}

/// Calls f with the back end of that name. Throws bad_argument.
template <class F>
auto with_backend(const std::string& name, F f) {
    if (name == "cpp") return f(diffgen::exec::cpp);
#if DIFFGEN_HAS_OMP
    if (name == "omp") return f(diffgen::exec::omp);
#endif
#if DIFFGEN_HAS_TBB
    if (name == "tbb") return f(diffgen::exec::tbb);
#endif
    throw diffgen::bad_argument("there is no back end '" + name + "' in this build");
}

struct request {
    std::string solver = "ddim";
    std::string backend = "omp";
    int steps = 50;
    double guidance = 1;
    std::uint64_t seed = 1;
};

struct generated {
    labelled_digits digits;
    int evaluations = 0;  ///< of the network, two of them at once under guidance
    double seconds = 0;
};

/// One digit for each of the labels.
inline generated generate(network& net, const request& r, std::vector<int> labels,
                          const diffgen::observer& observe = {}) {
    generated g{{std::vector<float>(labels.size() * pixels), labels}};
    // Without guidance, w = 1, the unconditional half of the rows cancels out in u + w (c - u): it
    // is then a copy of the other.
    const bool guided = r.guidance != 1;
    const auto call = [&net, guided](const auto& in, const auto& out,
                                     const diffgen::noise_level& level,
                                     std::span<const int> classes_of_rows) {
        const std::size_t rows = guided ? in.samples : in.samples / 2;
        net.evaluate(in.data, out.data, static_cast<std::int64_t>(rows), level.network_time,
                     classes_of_rows.data());
        if (!guided) std::copy_n(out.data, rows * pixels, out.data + rows * pixels);
    };
    const auto begin = std::chrono::steady_clock::now();
    g.evaluations = with_solver(r.solver, [&](const auto& solver, const auto& grid) {
        diffgen::sampler s{
            diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{},
            diffgen::guided{
                diffgen::predicts(prediction{}, diffgen::labelled(call, labels, net.null_class()),
                                  time_input{}),
                diffgen::classifier_free{r.guidance}},
            solver};
        return with_backend(r.backend, [&](const auto& exec) {
            return s
                .generate(exec, diffgen::batch(g.digits.pixel_values, labels.size()),
                          {.steps = r.steps, .seed = r.seed, .grid = grid, .observe = observe})
                .evaluations;
        });
    });
    g.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return g;
}

}  // namespace digits
