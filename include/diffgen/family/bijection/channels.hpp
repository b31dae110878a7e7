// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A map of channels, applied at every position of a picture: features are channel after channel,
// each row by row. With a linear map it is the invertible 1 x 1 convolution of Glow.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

template <class Map>
class by_channel {
  public:
    /// `positions` of a picture: height times width.
    by_channel(int channels, int positions, Map map)
        : channels_(channels), positions_(positions), map_(std::move(map)) {
        require(channels >= 1 && positions >= 1, "a map of ", channels, " channels at ", positions,
                " positions");
        for (int p = 0; p < positions; ++p)
            for (int c = 0; c < channels; ++c)
                rows_.push_back(c * positions + p);
    }
    const Map& map() const { return map_; }

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        return apply(x, [&](const X& z) { return map_.forward(w, z); });
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        return apply(y, [&](const X& z) { return map_.inverse(w, z); });
    }

  private:
    template <class X, class F>
    mapped<X> apply(const X& x, F map) const {
        check_features(x, static_cast<extent>(rows_.size()), "channels and positions");
        const extent n = x.cols();
        const auto m = map(X(reshape(gather_rows(x, rows_), channels_, positions_ * n)));
        return {scatter_rows(reshape(m.value, channels_ * positions_, n), rows_, x.rows()),
                sum_over_rows(reshape(m.log_det, positions_, n))};
    }

    extent channels_, positions_;
    Map map_;
    std::vector<int> rows_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
