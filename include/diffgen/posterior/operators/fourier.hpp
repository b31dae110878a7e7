// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Some frequencies of a real picture, as magnetic resonance measures them: real and imaginary part
// of each, scaled so that A A' = I.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/posterior/operators/singular_values.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// A frequency: waves down and across the picture.
struct frequency {
    Index down, across;
    friend bool operator==(const frequency&, const frequency&) = default;
};

/// Of a picture of one plane, row by row. A frequency gives two numbers, the sums over the pixels
/// of the cosine and of the sine times sqrt(2 / pixels); one that is its own opposite gives one, by
/// sqrt(1 / pixels).
class fourier {
  public:
    /// Throws bad_argument where a frequency is not in the picture's grid, or there twice or with
    /// its opposite, which of a real picture says the same.
    fourier(Index height, Index width, const std::vector<frequency>& measured)
        : height_(height), width_(width) {
        require(height > 0 && width > 0 && !measured.empty(), "frequencies of a picture of ",
                height, " x ", width, ", ", measured.size(), " of them; must all be above 0");
        std::vector<frequency> seen;
        for (const frequency& f : measured) {
            require(f.down >= 0 && f.down < height && f.across >= 0 && f.across < width,
                    "the frequency ", f.down, ", ", f.across, " of a picture of ", height, " x ",
                    width);
            const frequency opposite{(height - f.down) % height, (width - f.across) % width};
            require(std::find(seen.begin(), seen.end(), f) == seen.end() &&
                        std::find(seen.begin(), seen.end(), opposite) == seen.end(),
                    "the frequency ", f.down, ", ", f.across, " of a picture of ", height, " x ",
                    width, " is measured twice, or with its opposite");
            seen.push_back(f);
            const bool own_opposite = f == opposite;
            const auto n = static_cast<double>(height * width);
            rows_.push_back({f, std::sqrt((own_opposite ? 1 : 2) / n), false});
            if (!own_opposite) rows_.push_back({f, std::sqrt(2 / n), true});
        }
    }
    [[nodiscard]] Index rows() const { return static_cast<Index>(rows_.size()); }
    [[nodiscard]] Index cols() const { return height_ * width_; }
    [[nodiscard]] vector apply(const vector_ref& x) const {
        detail::check_size("the picture whose frequencies are measured", x.size(), cols());
        vector y(rows());
        for (Index k = 0; k < rows(); ++k) {
            double sum = 0;
            for_each_pixel(k, [&](Index i, double wave) { sum += wave * x[i]; });
            y[k] = sum;
        }
        return y;
    }
    [[nodiscard]] vector adjoint(const vector_ref& y) const {
        detail::check_size("the list of frequencies", y.size(), rows());
        vector x = vector::Zero(cols());
        for (Index k = 0; k < rows(); ++k)
            for_each_pixel(k, [&](Index i, double wave) { x[i] += wave * y[k]; });
        return x;
    }
    [[nodiscard]] vector solve(double s, double r, const vector_ref& y) const {
        return y / (s + r);
    }
    [[nodiscard]] singular_values svd() const { return detail::of_equal_rows(*this, 1); }

  private:
    struct row {
        frequency f;
        double scale;
        bool sine;
    };

    template <class F>
    void for_each_pixel(Index k, F f) const {
        constexpr double turn = 6.283185307179586476925;
        const row& r = rows_[static_cast<std::size_t>(k)];
        for (Index i = 0; i < height_; ++i)
            for (Index j = 0; j < width_; ++j) {
                // whole turns are taken away in integers
                const double angle =
                    turn *
                    (static_cast<double>(r.f.down * i % height_) / static_cast<double>(height_) +
                     static_cast<double>(r.f.across * j % width_) / static_cast<double>(width_));
                f(i * width_ + j, r.scale * (r.sine ? std::sin(angle) : std::cos(angle)));
            }
    }

    Index height_, width_;
    std::vector<row> rows_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
