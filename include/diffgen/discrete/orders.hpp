// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Orders in which masked elements are shown, some of them in each step and never to be masked
// again: raster, random, by confidence. With one element a step each is exact if the network is,
// but where it looks at what was drawn; raster with one is autoregression.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/noise/stream.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// A masked element, as an order sees it.
struct candidate {
    std::size_t element;                ///< of the sample
    std::span<const double> log_clean;  ///< its normalised log probabilities
    std::size_t drawn;                  ///< the level that it would show
    double uniform;                     ///< in (0, 1), the same in all steps of a run
    double fresh;                       ///< in (0, 1), of this step
    double masked;  ///< the share of masks after the step, as the schedule has it
};

namespace detail {

inline void check_elements_a_step(int n) {
    diffgen::detail::require(n >= 0, "an order of ", n,
                             " elements a step; 0 leaves it to the schedule, others must be above");
}

}  // namespace detail

/// From the first element to the last.
struct raster {
    static constexpr const char* name = "raster";
    static constexpr bool needs_answers = false;
    int elements_a_step = 1;  ///< 0: as the schedule and the number of steps have it

    [[nodiscard]] double priority(const candidate& c) const {
        return -static_cast<double>(c.element);
    }
    void check() const { detail::check_elements_a_step(elements_a_step); }
};

/// A random permutation, one for each sample: any-order autoregression with one element a step.
struct random_order {
    static constexpr const char* name = "random_order";
    static constexpr bool needs_answers = false;
    int elements_a_step = 0;

    [[nodiscard]] double priority(const candidate& c) const { return c.uniform; }
    void check() const { detail::check_elements_a_step(elements_a_step); }
};

/// What the confidence of an element is.
enum class confidence {
    largest,  ///< the largest probability
    margin,   ///< what that is above the second (Kim et al. 2025)
    entropy,  ///< minus the entropy of its distribution
    drawn     ///< the probability of the level that was drawn (Chang et al. 2022, MaskGIT). Prefers
              ///< likely levels: with one element a step too, its law is not that of the data
};

/// The most confident first. With a temperature, temperature x the share of masks x Gumbel noise is
/// added to the logarithm (Chang et al. 2022, section 3.2).
struct by_confidence {
    static constexpr const char* name = "by_confidence";
    static constexpr bool needs_answers = true;
    confidence measure = confidence::largest;
    double temperature = 0;
    int elements_a_step = 0;

    [[nodiscard]] double priority(const candidate& c) const {
        const double certain = of(c);
        if (temperature == 0) return certain;
        return certain - temperature * c.masked * std::log(-std::log(c.fresh));
    }
    void check() const {
        detail::check_elements_a_step(elements_a_step);
        diffgen::detail::require(diffgen::detail::is_not_negative(temperature),
                                 "by_confidence with temperature ", temperature,
                                 "; must be finite and not negative");
    }

  private:
    [[nodiscard]] double of(const candidate& c) const {
        double first = 0, second = 0, entropy = 0;
        for (const double v : c.log_clean) {
            const double p = std::exp(v);
            second = std::max(second, std::min(p, first));
            first = std::max(first, p);
            if (p > 0) entropy -= p * v;
        }
        switch (measure) {
            case confidence::largest:
                return std::log(first);
            case confidence::margin:
                return std::log(first - second);
            case confidence::entropy:
                return -entropy;
            case confidence::drawn:
                return c.log_clean[c.drawn];
        }
        return 0;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
