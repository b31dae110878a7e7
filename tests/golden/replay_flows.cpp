// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Log densities by the probability flow, of other implementations;
// tests/golden_models/README.md describes the files.

#include <diffgen/compat/scipy.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/density/probability_flow.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/sub_vp.hpp>
#include <diffgen/solver/tableau.hpp>

#include "density_files.hpp"
#include "topics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace golden {

namespace {

namespace density = diffgen::density;
namespace schedule = diffgen::schedule;
namespace kernel = diffgen::kernel;
namespace tableau = diffgen::solver::tableau;

/// Calls f(schedule, kernel) with the process of that name.
template <class F>
results with_process(const std::string& name, const numbers& constants, const F& f) {
    const auto beta = [&] { return schedule::linear_beta{constants.at(0), constants.at(1)}; };
    if (name == "vp") return f(beta(), kernel::variance_preserving{});
    if (name == "subvp") return f(schedule::sub_vp{beta()}, kernel::sub_variance_preserving{});
    if (name == "ve")
        return f(schedule::geometric{constants.at(0), constants.at(1)},
                 kernel::variance_exploding{});
    if (name == "edm") return f(schedule::edm{}, kernel::variance_exploding{});
    if (name == "fm") return f(schedule::rectified{}, kernel::linear_interpolant{});
    throw diffgen::compat::unsupported("the process " + name);
}

/// From probes x samples x elements to samples x probes x elements.
density::given_probes probes_of(const json& file, const char* name, std::size_t probes,
                                std::size_t samples, std::size_t elements) {
    const numbers given = input(file, name);
    density::given_probes p{numbers(given.size()), static_cast<int>(probes)};
    for (std::size_t k = 0; k < probes; ++k)
        for (std::size_t i = 0; i < samples; ++i)
            std::copy_n(
                given.begin() + static_cast<std::ptrdiff_t>((k * samples + i) * elements), elements,
                p.values.begin() + static_cast<std::ptrdiff_t>((i * probes + k) * elements));
    return p;
}

numbers grid_of(const json& params) {
    const double a = params.get<double>("t_start"), b = params.get<double>("t_end");
    const int n = params.get<int>("steps");
    const auto name = params.get<std::string>("grid");
    numbers times;
    for (int i = 0; i <= n; ++i) {
        const double part = static_cast<double>(i) / n;
        if (name == "uniform")
            times.push_back(i == n ? b : a + part * (b - a));
        else if (name == "karras7")
            times.push_back(i == 0   ? a
                            : i == n ? b
                                     : std::pow(std::pow(a, 1 / 7.) + part * (std::pow(b, 1 / 7.) -
                                                                              std::pow(a, 1 / 7.)),
                                                7));
        else
            throw diffgen::compat::unsupported("the grid " + name);
    }
    return times;
}

/// What a flow in fixed steps comes to, and all states on the way.
template <class Tableau, class Schedule, class Kernel, class Divergence>
results in_steps(const json& file, const Schedule& s, const Kernel& k, const Divergence& d) {
    const json& params = file.at("params");
    numbers x = input(file, "x");
    const std::size_t samples = shape_of(file, "x").at(0), elements = x.size() / samples;
    results r;
    r["times"] = grid_of(params);
    using variable = diffgen::solver::in_time;
    density::fixed_steps<Tableau, variable> steps;
    const diffgen::process p{s, k};
    for (const double t : r["times"])
        steps.levels.push_back(p.level(t));
    steps.observe = [&](const diffgen::noise_level&, std::span<const double> rows) {
        const std::size_t width = rows.size() / samples;
        for (std::size_t i = 0; i < samples; ++i) {
            double mean = 0;
            for (std::size_t j = 0; j < width; ++j)
                if (j < elements)
                    r["states"].push_back(rows[i * width + j]);
                else
                    mean += rows[i * width + j] / static_cast<double>(width - elements);
            r["integrals"].push_back(mean);
        }
    };
    const double variance = params.get<double>("prior_variance");
    const auto data = mixture_of(params.at("mixture"));
    density::probability_flow flow{s,     k, diffgen::predicts(diffgen::denoised{}, data),
                                   steps, d, {r["times"].front(), r["times"].back(), variance}};
    r["log_likelihood"] = flow.log_density(diffgen::batch(x, samples)).values;
    const auto at_prior = static_cast<std::ptrdiff_t>(r["integrals"].size() - samples);
    for (std::size_t i = 0; i < samples; ++i) {
        r["prior_log_density"].push_back(r["log_likelihood"][i] -
                                         r["integrals"][static_cast<std::size_t>(at_prior) + i]);
        r["bits_per_dim_offset7"].push_back(
            density::bits_per_dimension(r["log_likelihood"][i], elements, 7));
        r["exact_log_density_at_start"].push_back(
            data.at(p.level(params.get<double>("t_start"))).log_density(row_of(x, i, elements)));
    }
    return r;
}

comparison ode_likelihood(const json& file) {
    only_options(file, {"process", "parameters", "divergence", "probes", "solver", "steps",
                        "t_start", "t_end", "grid", "prior_variance", "mixture"});
    const json& params = file.at("params");
    const auto way = params.get<std::string>("divergence"),
               solver = params.get<std::string>("solver");
    const std::size_t samples = shape_of(file, "x").at(0),
                      elements = input(file, "x").size() / samples;
    const auto by = [&](const auto& s, const auto& k, const auto& d) {
        if (solver == "euler") return in_steps<tableau::euler>(file, s, k, d);
        if (solver == "heun") return in_steps<tableau::heun>(file, s, k, d);
        if (solver == "midpoint") return in_steps<tableau::midpoint>(file, s, k, d);
        if (solver == "rk4") return in_steps<tableau::rk4>(file, s, k, d);
        throw diffgen::compat::unsupported("the solver " + solver);
    };
    return compare_expected(
        file, with_process(params.get<std::string>("process"), params.get<numbers>("parameters"),
                           [&](const auto& s, const auto& k) {
                               if (way == "exact") return by(s, k, density::exact_trace{});
                               const auto n = params.get<std::size_t>("probes");
                               return by(s, k, probes_of(file, "probes", n, samples, elements));
                           }));
}

comparison ode_likelihood_rk45(const json& file) {
    only_options(file, {"sde", "beta_or_sigma", "T", "t_min", "rtol", "atol", "hutchinson",
                        "mixture", "offset", "note"});
    const json& params = file.at("params");
    numbers x = input(file, "x");
    const std::size_t samples = shape_of(file, "x").at(0), elements = x.size() / samples;
    const auto data = mixture_of(params.at("mixture"));
    const double t_min = params.get<double>("t_min");
    const auto run = [&](const auto& s, const auto& k) {
        // score_sde's prior has the variance of its last level, but 1 where data keep a part in it.
        constexpr bool exploding = requires {
            s.sigma_max;
        };
        double variance = 1;
        if constexpr (exploding) variance = s.sigma_max * s.sigma_max;
        density::probability_flow flow{
            s,
            k,
            diffgen::predicts(diffgen::denoised{}, data),
            diffgen::compat::scipy::rk45(params.get<double>("rtol"), params.get<double>("atol")),
            probes_of(file, "probe", 1, samples, elements),
            {t_min, params.get<double>("T"), variance}};
        const auto found = flow.encode(diffgen::batch(x, samples));
        results r;
        r["latent"] = found.latents;
        r["evaluations"] = {static_cast<double>(found.evaluations)};
        r["log_likelihood"] = found.densities.values;
        const diffgen::noise_level level = flow.data_level();
        for (std::size_t i = 0; i < samples; ++i) {
            const auto point = row_of(x, i, elements);
            r["bits_per_dim"].push_back(density::bits_per_dimension(
                found.densities.values[i], elements, params.get<double>("offset")));
            r["exact_log_density_at_t_min"].push_back(data.at(level).log_density(point));
            r["exact_log_density_data"].push_back(data.at(1, 0).log_density(point));
        }
        return r;
    };
    return compare_expected(
        file,
        with_process(params.get<std::string>("sde"), params.get<numbers>("beta_or_sigma"), run),
        1e-8);
}

const topics_of_this_file known{{"ode_likelihood", &ode_likelihood},
                                {"ode_likelihood_rk45", &ode_likelihood_rk45}};

}  // namespace

}  // namespace golden
