// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A logarithmic axis of a chart: where values lie, and which of them are marked.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

/// One axis: from values to pixels, along their logarithm.
struct log_axis {
    double low = std::numeric_limits<double>::infinity(), high = 0;
    double from = 0, to = 1;  ///< pixels

    void include(double v) {
        low = std::min(low, v);
        high = std::max(high, v);
    }
    [[nodiscard]] double operator()(double v) const {
        return from + (to - from) * std::log(v / low) / std::log(high / low);
    }
    /// 1, 2 and 5 times the powers of ten; over more than two decades the powers alone.
    [[nodiscard]] std::vector<double> ticks() const {
        std::vector<double> t;
        for (int e = static_cast<int>(std::floor(std::log10(low))); std::pow(10., e) <= high; ++e)
            for (const double m : {1., 2., 5.})
                if (const double v = m * std::pow(10., e);
                    v >= low * 0.999 && v <= high * 1.001 && (m == 1 || high / low < 100))
                    t.push_back(v);
        return t;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
