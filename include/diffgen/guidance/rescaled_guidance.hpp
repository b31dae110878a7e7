// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rescaling of what guidance made of a sample, to the standard deviation that it has without (Lin
// et al. 2024, Common diffusion noise schedules and sample steps are flawed, section 3.4).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/merging.hpp>
#include <diffgen/guidance/of_rows.hpp>

#include <cmath>
#include <cstddef>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// The sum of squared deviations of n numbers from their mean.
template <class Values>
[[nodiscard]] double squared_deviations(std::size_t n, const Values& values) {
    const double mean =
        sum_of_products(n, values, [](std::size_t) { return 1.; }) / static_cast<double>(n);
    const auto centred = [&](std::size_t i) { return values(i) - mean; };
    return sum_of_products(n, centred, centred);
}

/// What a merged sample is multiplied by: phi std(conditional) / std(merged) + 1 - phi.
[[nodiscard]] inline double rescaling(double of_conditional, double of_merged, double phi) {
    return product(phi, std::sqrt(of_conditional / of_merged)) + (1 - phi);
}

}  // namespace detail

/// The rule, and then every sample is multiplied by phi std(branch 0) / std(merged) + 1 - phi: phi
/// = 0 is the rule as it is, phi = 1 gives the sample the standard deviation that branch 0 has over
/// its elements (Lin et al. 2024, eqs. 15 and 16, where phi is 0.7). It acts on what the network
/// predicts. Throws bad_argument unless phi is finite.
template <class Rule>
struct rescaled_guidance {
    static constexpr int inputs = Rule::inputs;

    Rule rule;
    of_rows phi = 0.7;

    explicit rescaled_guidance(Rule r, of_rows p = 0.7) : rule(std::move(r)), phi(p) {}

    void check() const {
        detail::check(rule);
        phi.check("rescaled_guidance with phi");
    }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t elements) const {
        detail::check_batch<Space>(rule, samples, elements);
        phi.check_batch("phi of rescaled_guidance", samples);
    }
    [[nodiscard]] int branches_at(const noise_level& l) const {
        return detail::branches_at(rule, l);
    }

    template <class T>
    void merge(const guidance_row<T>& row) {
        detail::merge_row(rule, row);
        rescale(row);
    }
    template <class T>
    void merge(const guidance_row<T>& row) const requires requires {
        detail::merge_row(std::declval<const Rule&>(), row);
    }
    {
        detail::merge_row(rule, row);
        rescale(row);
    }

  private:
    template <class T>
    void rescale(const guidance_row<T>& row) const {
        const auto x = row.in(merged_in::prediction);
        const auto merged = [&](std::size_t i) { return x.merged(i); };
        const double of_merged = detail::squared_deviations(row.size, merged);
        if (of_merged == 0) return;  // a sample without contrast stays as it is
        const double factor = detail::rescaling(
            detail::squared_deviations(row.size, [&](std::size_t i) { return x(0, i); }), of_merged,
            phi.at(row.sample));
        for (std::size_t i = 0; i < row.size; ++i)
            x.write(i, factor * x.merged(i));
    }
};

template <class Rule>
rescaled_guidance(Rule) -> rescaled_guidance<Rule>;
template <class Rule>
rescaled_guidance(Rule, of_rows) -> rescaled_guidance<Rule>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
