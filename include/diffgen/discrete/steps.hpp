// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Orders in which every element decides for itself whether it changes: the steps of discrete
// diffusion. Each turns the origins of an element (step.hpp) into weights of its next level. All
// take the elements of a step as independent given x_t, which costs an error of first order in the
// length of the steps, whatever the rule.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/step.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// The exact law of an element given x_t, if the network is exact: the mixture of the posteriors
/// q(x_s | x_t, x_0) over x_0 (Austin et al. 2021; Sahoo et al. 2024, eq. 7). A single step from
/// pure noise draws every element from its own distribution. Order 1 in total variation.
struct ancestral {
    static constexpr const char* name = "ancestral";

    template <class Step>
    void weigh(const Step& s, int x, std::span<double> row) const {
        s.at_to(row);
        for (std::size_t y = 0; y < row.size(); ++y)
            row[y] *= s.change(static_cast<int>(y), x);
    }
};

/// The same by scores alone, without their clean distribution (Lou et al. 2024, theorem 4.2). Of
/// scores that belong to no distribution, weights below 0 count as 0. Needs a finite noise.
struct analytic {
    static constexpr const char* name = "analytic";
    static constexpr bool needs_finite_noise = true;

    template <class Step>
    void weigh(const Step& s, int x, std::span<double> row) const {
        s.at_from(row);
        s.earlier(row);
        for (std::size_t y = 0; y < row.size(); ++y)
            row[y] *= s.change(static_cast<int>(y), x);
    }
};

namespace detail {

/// The reverse rates of x times the length of the step; their sum. The place of x is 0.
template <class Step>
double reverse_rates(const Step& s, int x, std::span<double> row) {
    s.at_from(row);
    const double here = row[static_cast<std::size_t>(x)];
    double sum = 0;
    for (std::size_t y = 0; y < row.size(); ++y) {
        const bool is_x = y == static_cast<std::size_t>(x);
        row[y] = is_x ? 0 : std::max(0., row[y] / here * s.rate(static_cast<int>(y), x));
        sum += row[y];
    }
    return sum;
}

}  // namespace detail

/// Rates that stay what they are at the beginning of the step: an element jumps with probability
/// 1 - e^-(sum of its rates), once at most (Campbell et al. 2022, section 4.3, for levels without
/// an order). Order 1; the last step, to the clean end, is ancestral. Needs a finite noise.
struct tau_leaping {
    static constexpr const char* name = "tau_leaping";
    static constexpr bool needs_finite_noise = true, needs_rates = true, ends_ancestral = true;

    template <class Step>
    void weigh(const Step& s, int x, std::span<double> row) const {
        const double sum = detail::reverse_rates(s, x, row);
        if (sum > 0)
            for (double& v : row)
                v *= -std::expm1(-sum) / sum;
        row[static_cast<std::size_t>(x)] = std::exp(-sum);
    }
};

/// The rates themselves as probabilities, and what they leave for x; steps so long that nothing is
/// left always jump (Lou et al. 2024, eq. 17). Otherwise as tau_leaping.
struct euler {
    static constexpr const char* name = "euler";
    static constexpr bool needs_finite_noise = true, needs_rates = true, ends_ancestral = true;

    template <class Step>
    void weigh(const Step& s, int x, std::span<double> row) const {
        const double sum = detail::reverse_rates(s, x, row);
        row[static_cast<std::size_t>(x)] = std::max(0., 1 - sum);
    }
};

/// Discrete flow matching (Gat et al. 2024): the datum is drawn first, and the element turns to it
/// at the rate kappa' / (1 - kappa), kappa being what is kept. Its paths have fewer jumps than the
/// reversed corruption, and the same marginals. Order 1; the last step is ancestral. Needs a
/// finite noise. Only for corruptions that redraw.
struct flow_jumps {
    static constexpr const char* name = "flow_jumps";
    static constexpr bool needs_finite_noise = true, ends_ancestral = true;

    template <redrawing C>
    void weigh(const redrawing_step<C>& s, int x, std::span<double> row) const {
        double sum = 0;
        for (std::size_t y = 0; y < row.size(); ++y)
            sum += row[y] *= s.forward(static_cast<int>(y), x);
        const moment& from = s.from();
        const double kept = std::exp(-from.rate / std::expm1(from.total) * (from.t - s.to().t));
        for (double& v : row)
            v *= 1 - kept;
        row[static_cast<std::size_t>(x)] += kept * sum;
    }
};

/// Ancestral steps of masked diffusion that also mask anew what they have shown, so that errors can
/// be mended (Wang et al. 2025, ReMDM). The law of x_s given x_0 stays what it is. With probability
/// `share` of the largest possible one, and at most `most`, a shown element is masked in a step.
struct remasking {
    static constexpr const char* name = "remasking";
    static constexpr bool changes_clean = true;

    double share = 1;   ///< in [0, 1]; 0 is ancestral
    double most = 0.1;  ///< in [0, 1]

    void check() const {
        diffgen::detail::require(share >= 0 && share <= 1 && most >= 0 && most <= 1,
                                 "remasking with share ", share, " and at most ", most,
                                 "; both must be in [0, 1]");
    }
    /// The probability that a shown element is masked.
    [[nodiscard]] double probability(double kept_from, double kept_to) const {
        const double largest = kept_from > 0 ? std::min(1., (1 - kept_to) / kept_from) : 1;
        return std::min(most, share * largest);
    }

    void weigh(const redrawing_step<absorbing>& s, int x, std::span<double> row) const {
        const double from = s.from().kept, to = s.to().kept, again = probability(from, to);
        const auto mask = static_cast<std::size_t>(s.corruption().mask);
        if (static_cast<std::size_t>(x) != mask) {
            std::fill(row.begin(), row.end(), 0.);
            row[static_cast<std::size_t>(x)] = 1 - again;
            row[mask] = again;
            return;
        }
        double sum = 0;
        for (const double v : row)
            sum += v;
        for (double& v : row)
            v *= to - (1 - again) * from;
        row[mask] = std::max(0., 1 - to - again * from) * sum;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
