// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The noise levels of NVlabs/edm's ablation_sampler: its four discretisations (Karras et al. 2022,
// table 1), and the grid that they make.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/edm/schedule.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/process/process_view.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::edm {

/// n falling noise levels each. All throw bad_argument unless n >= 2.
struct discretization {
    sigma_range range{0.002, 80};
    double epsilon_s = 1e-3;
    double rho = 7;
    double C_1 = 0.001;
    double C_2 = 0.008;
    int M = 1000;

    /// The range of the discretisation 'vp', 've', 'iddpm' or 'edm' where the caller gives none.
    [[nodiscard]] static sigma_range usual_range(std::string_view name, double epsilon_s = 1e-3) {
        if (name == "vp") return {edm::vp{}.sigma(epsilon_s), edm::vp{}.sigma(1)};
        if (name == "ve") return {0.02, 100};
        if (name == "iddpm") return {0.002, 81};
        return {0.002, 80};
    }

    /// Uniform times of the VP schedule.
    [[nodiscard]] std::vector<double> vp(int n) const {
        const auto schedule = edm::vp::between(range, epsilon_s);
        return levels(n, [&](double u) { return schedule.sigma(1 + product(u, epsilon_s - 1)); });
    }
    /// Falling by equal factors.
    [[nodiscard]] std::vector<double> ve(int n) const {
        const double first = range.max * range.max, last = range.min * range.min;
        return levels(n, [&](double u) { return std::sqrt(first * std::pow(last / first, u)); });
    }
    /// Uniform in sigma^(1 / rho).
    [[nodiscard]] std::vector<double> edm(int n) const {
        const double first = std::pow(range.max, 1 / rho), last = std::pow(range.min, 1 / rho);
        return levels(n, [&](double u) { return std::pow(first + product(u, last - first), rho); });
    }
    /// Evenly from the levels of the cosine schedule of iDDPM that lie in the range.
    [[nodiscard]] std::vector<double> iddpm(int n) const {
        std::vector<double> all;
        const auto keep = [&](double u) {
            if (u >= range.min && u <= range.max) all.push_back(u);
        };
        double u = 0;
        keep(u);
        for (int j = M; j > 0; --j) {
            const double ratio = std::max(alpha_bar(j - 1) / alpha_bar(j), C_1);
            u = std::sqrt((product(u, u) + 1) / ratio - 1);
            keep(u);
        }
        if (all.empty())
            throw bad_argument(diffgen::detail::text("diffgen: no level of iDDPM lies between ",
                                                     range.min, " and ", range.max));
        const auto last = static_cast<double>(all.size() - 1);
        std::vector<double> sigmas = levels(n, [](double v) { return v; });
        for (int i = 0; i < n; ++i)  // nearbyint: halves to the even integer, as torch rounds
            sigmas[static_cast<std::size_t>(i)] =
                all[all.size() - 1 - static_cast<std::size_t>(std::nearbyint(last / (n - 1) * i))];
        return sigmas;
    }

  private:
    [[nodiscard]] double alpha_bar(int j) const {
        const double s = std::sin(1.5707963267948966 * j / M / (C_2 + 1));
        return s * s;
    }
    template <class F>
    static std::vector<double> levels(int n, F sigma) {
        if (n < 2)
            throw bad_argument(
                diffgen::detail::text("diffgen: ", n, " steps of ablation_sampler; at least 2"));
        std::vector<double> v;
        for (int i = 0; i < n; ++i)
            v.push_back(sigma(static_cast<double>(i) / (n - 1)));
        return v;
    }
};

/// The levels of these sigmas at the times that the schedule has for them, then t = 0 without
/// noise.
template <class Schedule>
struct at_sigmas {
    static constexpr bool may_rise = true;  ///< levels of iDDPM can repeat
    Schedule schedule;
    std::vector<double> values;

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int /*steps*/) const {
        std::vector<noise_level> l;
        for (const double sigma : values)
            l.push_back(p.level(schedule.time_of(sigma)));
        l.push_back({0, diffgen::detail::infinity, 1, 0, 0});
        return l;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::edm

#include <diffgen/core/with_macros.hpp>
