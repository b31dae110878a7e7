// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Weights divided by their largest singular value, which power iteration follows along the training
// (Miyato et al. 2018, algorithm 1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

/// The state of one weight matrix M: unit vectors with M' u ~ sigma v, M v ~ sigma u.
struct spectral_norm {
    nn::matrix<double> u, v;  ///< rows x 1, cols x 1
    double epsilon = 1e-12;

    /// Steps of power iteration, before a training step; none keeps u and v.
    template <class Derived>
    void iterate(const Eigen::MatrixBase<Derived>& m, int steps = 1) {
        require(u.rows() == m.rows() && v.rows() == m.cols() && u.cols() == 1 && v.cols() == 1,
                "a spectral norm with vectors of ", u.rows(), " and ", v.rows(), " for a ",
                m.rows(), " x ", m.cols(), " matrix");
        for (int i = 0; i < steps; ++i) {
            v = unit(m.template cast<double>().transpose() * u);
            u = unit(m.template cast<double>() * v);
        }
    }
    /// sigma = u' M v, with u and v constants: 1 x 1.
    template <class X>
    X sigma(const X& m) const {
        return sum(constant_beside(m, u) * matmul(m, constant_beside(m, v)));
    }
    template <class X>
    X normalised(const X& m) const {
        return m / sigma(m);
    }

  private:
    nn::matrix<double> unit(const nn::matrix<double>& x) const {
        return x / std::max(x.norm(), epsilon);
    }
};

/// The order of a weight's numbers as a matrix whose rows are its dimension `dim` and whose columns
/// are the others, flattened: entry (i, j) is number [i * columns + j] of the weight, which is row
/// by row. A transposed convolution has its outputs in dimension 1. Throws bad_argument.
[[nodiscard]] inline std::vector<int> numbers_along(std::span<const std::size_t> shape,
                                                    std::size_t dim) {
    require(dim < shape.size(), "dimension ", dim, " of a weight of ", shape.size());
    std::size_t inner = 1, outer = 1;
    for (std::size_t i = 0; i < shape.size(); ++i)
        (i < dim ? outer : inner) *= i == dim ? 1 : shape[i];
    std::vector<int> order;
    for (std::size_t i = 0; i < shape[dim]; ++i)
        for (std::size_t o = 0; o < outer; ++o)
            for (std::size_t k = 0; k < inner; ++k)
                order.push_back(static_cast<int>((o * shape[dim] + i) * inner + k));
    return order;
}

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
