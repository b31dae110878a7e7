// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The exponential moving average of weights that is used for sampling (Ho et al. 2020, appendix B).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/matrix.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// average <- d average + (1 - d) weights, with d = min(decay, (1 + step) / (10 + step)) so that
/// the start is forgotten soon.
struct moving_average {
    double decay = 0.999;

    /// d at this step, counted from 0.
    double at(std::int64_t step) const {
        return std::min(decay,
                        (1.0 + static_cast<double>(step)) / (10.0 + static_cast<double>(step)));
    }

    template <class T>
    void update(std::span<T> average, std::span<const T> weights, std::int64_t step) const {
        using array = Eigen::Array<T, Eigen::Dynamic, 1>;
        const auto n = static_cast<extent>(average.size());
        Eigen::Map<array> a(average.data(), n);
        a += static_cast<T>(1 - at(step)) * (Eigen::Map<const array>(weights.data(), n) - a);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
