// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Adaptive projected guidance (Sadat et al. 2024, Eliminating oversaturation and artifacts of high
// guidance scales in diffusion models, algorithm 1): the part of the difference that is parallel to
// the conditional estimate counts less, its norm is bounded, and it has a momentum.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/merging.hpp>
#include <diffgen/guidance/of_rows.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// A difference d, bounded and projected, is of_difference d + of_conditional c.
struct projected_difference {
    double of_difference, of_conditional;
};

/// min(1, bound / |d|) d, of which the part along c is taken eta times; from d.d, d.c and c.c.
[[nodiscard]] inline projected_difference project(double dd, double dc, double cc, double bound,
                                                  double eta) {
    const double norm = std::sqrt(dd), scale = norm > bound ? bound / norm : 1;
    return {scale, cc == 0 ? 0 : (eta - 1) * scale * (dc / cc)};
}

}  // namespace detail

/// c + (w - 1) d', where d' is d = c - u, shortened to the norm `bound` where it is longer, less 1
/// - eta times its part along c. w counts as in classifier_free: eta = 1 without a bound is
/// classifier_free. c and u are denoised estimates, as in the paper, unless `in` says otherwise;
/// norms are over all elements of a sample. Throws bad_argument unless w and eta are finite and the
/// bound is above 0.
struct adaptive_projection {
    static constexpr int inputs = 2;

    of_rows w = 7.5;
    double eta = 0;
    double bound = std::numeric_limits<double>::infinity();
    merged_in in = merged_in::denoised;

    void check() const {
        w.check("adaptive_projection with w");
        detail::require(std::isfinite(eta), "adaptive_projection with eta = ", eta,
                        "; must be finite: 0 leaves out the parallel part, 1 keeps it");
        detail::require(bound > 0, "adaptive_projection with the bound ", bound,
                        "; must be above 0");
    }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t /*elements*/) const {
        w.check_batch("w of adaptive_projection", samples);
    }

    template <class T>
    void merge(const guidance_row<T>& row) const {
        const auto x = row.in(in);
        merge(row, [&](std::size_t i) { return x(0, i) - x(1, i); });
    }
    /// The same with a difference of one's own.
    template <class T, class Difference>
    void merge(const guidance_row<T>& row, const Difference& d) const {
        const auto x = row.in(in);
        const auto c = [&](std::size_t i) { return x(0, i); };
        const auto [of_difference, of_conditional] =
            detail::project(sum_of_products(row.size, d, d), sum_of_products(row.size, d, c),
                            sum_of_products(row.size, c, c), bound, eta);
        const double more = w.at(row.sample) - 1;
        for (std::size_t i = 0; i < row.size; ++i)
            x.write(i, c(i) + product(more, product(of_difference, d(i)) +
                                                product(of_conditional, c(i))));
    }
};

/// adaptive_projection of the running sum d_k = c - u + momentum d_(k-1) over the evaluations of a
/// run; the paper takes a negative momentum, -0.5. The sum of a row begins anew where the row is
/// not at less noise than in the evaluation before, as at the start of the next run, and with
/// restart(). The sums belong to places in the batch, so it is not for pools, where requests change
/// places. Throws bad_argument unless the momentum is finite.
class adaptive_projection_with_momentum {
  public:
    static constexpr int inputs = 2;

    explicit adaptive_projection_with_momentum(const adaptive_projection& rule,
                                               double momentum = -0.5)
        : rule_(rule), momentum_(momentum) {}

    void check() const {
        rule_.check();
        detail::require(std::isfinite(momentum_), "adaptive_projection with the momentum ",
                        momentum_, "; must be finite");
    }
    template <class Space>
    void check_batch(std::size_t samples, std::size_t elements) const {
        rule_.check_batch<Space>(samples, elements);
    }
    /// Forgets the sums.
    void restart() { last_.clear(); }

    template <class T>
    void merge(const guidance_row<T>& row) {
        const std::size_t first = row.sample * row.size;
        if (sums_.size() < first + row.size) sums_.resize(first + row.size);
        if (last_.size() <= row.sample)
            last_.resize(row.sample + 1, std::numeric_limits<double>::infinity());
        const double kept = row.level->log_snr > last_[row.sample] ? momentum_ : 0;
        last_[row.sample] = row.level->log_snr;
        const auto x = row.in(rule_.in);
        double* const d = sums_.data() + first;
        for (std::size_t i = 0; i < row.size; ++i)
            d[i] = kept == 0 ? x(0, i) - x(1, i) : x(0, i) - x(1, i) + product(kept, d[i]);
        rule_.merge(row, [&](std::size_t i) { return d[i]; });
    }

  private:
    adaptive_projection rule_;
    double momentum_;
    std::vector<double> sums_;  ///< of every element of the batch
    std::vector<double> last_;  ///< log-SNR of every row's last evaluation
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
