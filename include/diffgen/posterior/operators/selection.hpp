// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Operators that act on each element by itself: all of a sample, some of its elements, or all with
// a factor each.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/posterior/operators/singular_values.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// Some elements of a sample of `elements`, in the order of `known`: inpainting. A A' = I.
class mask {
  public:
    /// Throws bad_argument where an element is not one of the sample's, or named twice, or none is.
    mask(Index elements, std::vector<Index> known) : cols_(elements), known_(std::move(known)) {
        require(!known_.empty(), "a mask without known elements");
        auto sorted = known_;
        std::sort(sorted.begin(), sorted.end());
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            require(sorted[i] >= 0 && sorted[i] < elements, "a mask of element ", sorted[i],
                    " of samples of ", elements);
            require(i == 0 || sorted[i] != sorted[i - 1], "a mask that names element ", sorted[i],
                    " twice");
        }
    }
    /// All elements: denoising.
    [[nodiscard]] static mask all(Index elements) {
        std::vector<Index> known;
        for (Index i = 0; i < elements; ++i)
            known.push_back(i);
        return {elements, std::move(known)};
    }

    [[nodiscard]] const std::vector<Index>& known() const { return known_; }
    [[nodiscard]] Index rows() const { return static_cast<Index>(known_.size()); }
    [[nodiscard]] Index cols() const { return cols_; }
    [[nodiscard]] vector apply(const vector_ref& x) const {
        detail::check_size("what a mask is applied to", x.size(), cols_);
        vector y(rows());
        for (Index i = 0; i < rows(); ++i)
            y[i] = x[at(i)];
        return y;
    }
    [[nodiscard]] vector adjoint(const vector_ref& y) const {
        detail::check_size("what the adjoint of a mask is applied to", y.size(), rows());
        vector x = vector::Zero(cols_);
        for (Index i = 0; i < rows(); ++i)
            x[at(i)] = y[i];
        return x;
    }
    [[nodiscard]] vector solve(double s, double r, const vector_ref& y) const {
        return y / (s + r);
    }
    [[nodiscard]] singular_values svd() const { return detail::of_equal_rows(*this, 1); }

  private:
    [[nodiscard]] Index at(Index i) const { return known_[static_cast<std::size_t>(i)]; }
    Index cols_;
    std::vector<Index> known_;
};

/// A sample as it is: a measurement that only adds noise.
class identity {
  public:
    explicit identity(Index elements) : elements_(elements) {
        require(elements > 0, "an identity of ", elements, " elements; must be above 0");
    }
    [[nodiscard]] Index rows() const { return elements_; }
    [[nodiscard]] Index cols() const { return elements_; }
    [[nodiscard]] vector apply(const vector_ref& x) const {
        detail::check_size("what an identity is applied to", x.size(), elements_);
        return x;
    }
    [[nodiscard]] vector adjoint(const vector_ref& y) const { return apply(y); }
    [[nodiscard]] vector solve(double s, double r, const vector_ref& y) const {
        return y / (s + r);
    }
    [[nodiscard]] singular_values svd() const { return detail::of_equal_rows(*this, 1); }

  private:
    Index elements_;
};

/// Each element times a factor of its own; a factor of 0 leaves a number of y that is only noise.
class diagonal {
  public:
    /// Throws bad_argument unless there is a factor other than 0.
    explicit diagonal(vector factors) : factors_(std::move(factors)) {
        require(factors_.allFinite() && factors_.size() > 0 && factors_.cwiseAbs().maxCoeff() > 0,
                "a diagonal operator of ", factors_.size(),
                " factors, of which none is other than 0, or not all are finite");
    }
    [[nodiscard]] Index rows() const { return factors_.size(); }
    [[nodiscard]] Index cols() const { return factors_.size(); }
    [[nodiscard]] vector apply(const vector_ref& x) const {
        detail::check_size("what a diagonal operator is applied to", x.size(), cols());
        return factors_.cwiseProduct(x);
    }
    [[nodiscard]] vector adjoint(const vector_ref& y) const { return apply(y); }
    /// r = 0 leaves out the elements whose factor is 0.
    [[nodiscard]] vector solve(double s, double r, const vector_ref& y) const {
        const vector gram = (s * factors_.array().square() + r).matrix();
        return (gram.array() == 0).select(0, y.array() / gram.array()).matrix();
    }

  private:
    vector factors_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
