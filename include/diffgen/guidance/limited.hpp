// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Guidance in an interval of noise levels (Kynkaanniemi et al. 2024, Applying guidance in a limited
// interval improves sample and distribution quality in diffusion models).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/merging.hpp>
#include <diffgen/guidance/of_rows.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

/// The rule where low < sigma / alpha <= high, elsewhere branch 0 alone (Kynkaanniemi et al. 2024,
/// eq. 6). Where all samples are outside of it, the network is asked for branch 0 only. The bounds
/// may be of each sample. Throws bad_argument unless low < high and neither is NaN.
template <class Rule>
struct limited {
    static constexpr int inputs = Rule::inputs;

    Rule rule;
    of_rows low, high;

    limited(Rule r, of_rows from, of_rows to) : rule(std::move(r)), low(from), high(to) {}

    void check() const {
        detail::check(rule);
        if (!low.is_each() && !high.is_each()) require_order(0);
    }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t elements) const {
        detail::check_batch<Space>(rule, samples, elements);
        low.check_count("lower bounds of limited", samples);
        high.check_count("upper bounds of limited", samples);
        for (std::size_t i = 0; i < samples; ++i)
            require_order(i);
    }

    /// Bounds of each sample do not say which samples are at the level: all branches.
    [[nodiscard]] int branches_at(const noise_level& l) const {
        return low.is_each() || high.is_each() || is_on(l, 0) ? detail::branches_at(rule, l) : 1;
    }

    template <class T>
    void merge(const guidance_row<T>& row) {
        merge_by(rule, row);
    }
    template <class T>
    void merge(const guidance_row<T>& row) const requires requires {
        detail::merge_row(std::declval<const Rule&>(), row);
    }
    { merge_by(rule, row); }

  private:
    [[nodiscard]] bool is_on(const noise_level& l, std::size_t sample) const {
        const double noise = l.sigma_over_alpha();
        return low.at(sample) < noise && noise <= high.at(sample);
    }
    void require_order(std::size_t i) const {
        detail::require(low.at(i) < high.at(i), "guidance limited to sigma / alpha from ",
                        low.at(i), " to ", high.at(i),
                        "; the lower bound must come first, below the upper");
    }
    template <class Mine, class T>
    void merge_by(Mine& mine, const guidance_row<T>& row) const {
        if (is_on(*row.level, row.sample))
            detail::merge_row(mine, row);
        else
            std::copy_n(row.outputs, row.size, row.merged);
    }
};

template <class Rule, class Low, class High>
limited(Rule, Low&&, High&&) -> limited<Rule>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
