// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The noise level as features of a network: sines and cosines (Vaswani et al. 2017, section 3.5).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/matrix.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// The angular frequencies of an embedding, spread geometrically between two ends. Which to take
/// depends on the number that stands for the level.
struct frequency_range {
    double lowest, highest;
};

/// For log-SNR, which runs over some -20 .. 20.
inline constexpr frequency_range for_log_snr{0.1, 10};
/// For a time in [0, 1].
inline constexpr frequency_range for_unit_time{1, 100};
/// For a step number 0 .. 999, as in DDPM.
inline constexpr frequency_range for_step_number{1e-4, 1};

/// Half of the features are sines, half cosines of the same frequencies.
class sinusoidal_embedding {
  public:
    /// Throws bad_argument unless features is even and at least 4, and 0 < lowest < highest.
    sinusoidal_embedding(extent features, frequency_range range) {
        if (features < 4 || features % 2 != 0)
            throw bad_argument(diffgen::detail::text("diffgen: a time embedding of ", features,
                                                     " features, not an even number >= 4"));
        if (!(range.lowest > 0 && range.lowest < range.highest))
            throw bad_argument(diffgen::detail::text("diffgen: frequencies from ", range.lowest,
                                                     " to ", range.highest));
        const auto half = static_cast<std::size_t>(features / 2);
        for (std::size_t i = 0; i < half; ++i)
            frequencies_.push_back(
                range.lowest * std::pow(range.highest / range.lowest,
                                        static_cast<double>(i) / static_cast<double>(half - 1)));
    }

    extent features() const { return 2 * static_cast<extent>(frequencies_.size()); }

    /// One column of features.
    template <class T>
    void fill(double value, T* column) const {
        const std::size_t half = frequencies_.size();
        for (std::size_t i = 0; i < half; ++i) {
            column[i] = static_cast<T>(std::sin(frequencies_[i] * value));
            column[half + i] = static_cast<T>(std::cos(frequencies_[i] * value));
        }
    }

  private:
    std::vector<double> frequencies_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
