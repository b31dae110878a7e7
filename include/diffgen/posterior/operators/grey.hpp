// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A weighted sum of the planes of a picture: what colorization is given.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/posterior/operators/singular_values.hpp>

#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// A A' = (sum of squared weights) I.
class grey {
  public:
    /// A weight each plane, `pixels` numbers in each. Throws bad_argument without pixels, or where
    /// all weights are 0.
    grey(Index pixels, vector weights) : pixels_(pixels), weights_(std::move(weights)) {
        require(
            pixels > 0 && weights_.size() > 0 && weights_.allFinite() && weights_.squaredNorm() > 0,
            "a grey picture of ", pixels, " pixels by ", weights_.size(),
            " weights; there must be some of both, finite and not all 0");
    }
    /// The mean of so many planes.
    [[nodiscard]] static grey mean(Index pixels, Index planes) {
        return {pixels, vector::Constant(planes, 1 / static_cast<double>(planes))};
    }
    [[nodiscard]] Index rows() const { return pixels_; }
    [[nodiscard]] Index cols() const { return pixels_ * weights_.size(); }
    [[nodiscard]] vector apply(const vector_ref& x) const {
        detail::check_size("the picture that turns grey", x.size(), cols());
        vector y = vector::Zero(pixels_);
        for (Index c = 0; c < weights_.size(); ++c)
            y += weights_[c] * x.segment(c * pixels_, pixels_);
        return y;
    }
    [[nodiscard]] vector adjoint(const vector_ref& y) const {
        detail::check_size("a grey picture", y.size(), pixels_);
        vector x(cols());
        for (Index c = 0; c < weights_.size(); ++c)
            x.segment(c * pixels_, pixels_) = weights_[c] * y;
        return x;
    }
    [[nodiscard]] vector solve(double s, double r, const vector_ref& y) const {
        return y / (s * weights_.squaredNorm() + r);
    }
    [[nodiscard]] singular_values svd() const {
        return detail::of_equal_rows(*this, weights_.squaredNorm());
    }

  private:
    Index pixels_;
    vector weights_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
