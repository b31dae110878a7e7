// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Features in another order, log |det| 0: permutations, and pictures whose blocks become channels
// (Dinh et al. 2017, section 3.6).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

/// Feature i of the image is feature rows[i].
class permutation {
  public:
    /// Throws bad_argument unless every number from 0 on is there once.
    explicit permutation(std::vector<int> rows) : rows_(std::move(rows)), back_(rows_.size(), -1) {
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const int from = rows_[i];
            require(from >= 0 && static_cast<std::size_t>(from) < rows_.size() &&
                        back_[static_cast<std::size_t>(from)] < 0,
                    "a permutation of ", rows_.size(), " features with ", from, " at ", i,
                    ", which is no feature or is there twice");
            back_[static_cast<std::size_t>(from)] = static_cast<int>(i);
        }
    }
    /// The last feature first.
    static permutation reverse(int features) {
        std::vector<int> rows;
        for (int i = features; i-- > 0;)
            rows.push_back(i);
        return permutation(std::move(rows));
    }
    /// The second half first: of an odd number, the larger half.
    static permutation swap(int features) {  // NOLINT(bugprone-exception-escape): swaps no objects
        std::vector<int> rows;
        for (int i = 0; i < features; ++i)
            rows.push_back((i + features / 2) % features);
        return permutation(std::move(rows));
    }
    /// A picture of c x h x w into c f^2 x h / f x w / f: channel c f^2 + i f + j at (a, b) is
    /// channel c at (a f + i, b f + j). Throws bad_argument where f does not divide h and w.
    static permutation squeeze(int channels, int height, int width, int factor) {
        require(factor >= 1 && height % factor == 0 && width % factor == 0, "a squeeze by ", factor,
                " of ", height, " x ", width, " pixels; must divide both");
        std::vector<int> rows;
        for (int c = 0; c < channels; ++c)
            for (int i = 0; i < factor; ++i)
                for (int j = 0; j < factor; ++j)
                    for (int a = 0; a < height / factor; ++a)
                        for (int b = 0; b < width / factor; ++b)
                            rows.push_back((c * height + a * factor + i) * width + b * factor + j);
        return permutation(std::move(rows));
    }

    const std::vector<int>& rows() const { return rows_; }

    template <class W, class X>
    mapped<X> forward(const W&, const X& x) const {
        return apply(x, rows_);
    }
    template <class W, class X>
    mapped<X> inverse(const W&, const X& y) const {
        return apply(y, back_);
    }

  private:
    template <class X>
    mapped<X> apply(const X& x, const std::vector<int>& rows) const {
        check_features(x, static_cast<extent>(rows.size()), "a permutation");
        const auto none = nn::matrix<double>::Zero(1, x.cols());
        return {gather_rows(x, rows), as_beside(x, constant_beside(x, none))};
    }

    std::vector<int> rows_, back_;
};

/// Which features of a picture go where at a split.
struct split_rows {
    std::vector<int> first, second;
};

/// Every second cell of c x h x w: those whose index sum over (channel, row, column) is odd are
/// first, or those where it is even.
[[nodiscard]] inline split_rows checkerboard_split(int channels, int height, int width,
                                                   bool odd_first = true) {
    split_rows s;
    int row = 0;
    for (int c = 0; c < channels; ++c)
        for (int i = 0; i < height; ++i)
            for (int j = 0; j < width; ++j)
                (((c + i + j) % 2 == 1) == odd_first ? s.first : s.second).push_back(row++);
    return s;
}

/// The first half of the channels (the larger of an odd number), then the rest, or the other way
/// round.
[[nodiscard]] inline split_rows channel_split(int channels, int height, int width,
                                              bool front_first = true) {
    split_rows s;
    for (int row = 0; row < channels * height * width; ++row)
        ((row < (channels + 1) / 2 * height * width) == front_first ? s.first : s.second)
            .push_back(row);
    return s;
}

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
