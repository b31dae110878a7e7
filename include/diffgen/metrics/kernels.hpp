// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Kernels for the maximum mean discrepancy. A kernel has one of
//   array of_products(products, elements)     from x'y, or
//   array of_squared_distances(squares)       from |x - y|^2,
// both for a block of pairs at a time.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <Eigen/Core>

#include <cmath>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// (x'y / d + offset)^degree on d elements.
struct polynomial_kernel {
    int degree = 3;
    double offset = 1;

    void check() const {
        require(degree >= 1, "polynomial_kernel with degree = ", degree, ", not >= 1");
        require(offset >= 0, "polynomial_kernel with offset = ", offset, ", not >= 0");
    }
    [[nodiscard]] Eigen::ArrayXXd of_products(const Eigen::ArrayXXd& products,
                                              Eigen::Index elements) const {
        const Eigen::ArrayXXd base = products / static_cast<double>(elements) + offset;
        Eigen::ArrayXXd power = base;
        for (int i = 1; i < degree; ++i)
            power *= base;
        return power;
    }
};

/// exp(-|x - y|^2 / (2 bandwidth^2)).
struct gaussian_kernel {
    double bandwidth = 1;

    void check() const {
        require(diffgen::detail::is_positive(bandwidth),
                "gaussian_kernel with bandwidth = ", bandwidth, ", not above 0");
    }
    [[nodiscard]] Eigen::ArrayXXd of_squared_distances(const Eigen::ArrayXXd& squares) const {
        return (squares * (-0.5 / (bandwidth * bandwidth))).exp();
    }
};

/// -|x - y|^exponent, whose squared discrepancy is the squared energy distance (Sejdinovic et al.
/// 2013, with 1/2 of this kernel and of that square).
struct distance_kernel {
    double exponent = 1;

    void check() const {
        require(exponent > 0 && exponent < 2, "distance_kernel with exponent = ", exponent,
                ", not between 0 and 2");
    }
    [[nodiscard]] Eigen::ArrayXXd of_squared_distances(const Eigen::ArrayXXd& squares) const {
        if (exponent == 1) return -squares.sqrt();
        return -squares.pow(exponent / 2);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
