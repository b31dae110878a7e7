// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Holds a bijection to what it must be: log |det| against the determinant of its Jacobian by
// differences (an inverse would share an error of sign or a constant), the way back, the same
// numbers from values and from the tape.

#include <diffgen/family/mapped.hpp>
#include <diffgen/nn/parameters.hpp>

#include <Eigen/LU>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace bijection_check {

namespace nn = diffgen::nn;
using matrix = nn::matrix<double>;
using values = nn::values<double>;

inline matrix plain(const values& v) {
    return Eigen::Map<const matrix>(v.data(), v.rows(), v.cols());
}

/// Normal-looking points, and weights: the golden-ratio sequence, without a pattern.
inline void fill(nn::parameters<double>& list, double size) {
    for (std::size_t p = 0; p < list.entries().size(); ++p)
        for (nn::extent i = 0; i < list[p].size(); ++i) {
            const double u = static_cast<double>(i + 1) * 0.6180339887498949 +
                             static_cast<double>(p) * 0.7548776662466927;
            list[p].data()[i] += size * (2 * (u - std::floor(u)) - 1);
        }
}
inline matrix points(nn::extent features, nn::extent count, double size = 2) {
    matrix m(features, count);
    for (nn::extent i = 0; i < m.size(); ++i) {
        const double u = static_cast<double>(i + 1) * 0.6180339887498949;
        m.data()[i] = size * (2 * (u - std::floor(u)) - 1);
    }
    return m;
}

/// Central differences with h = 1e-5: 1e-10 of truncation for curvatures of order 1, and 1e-11 of
/// rounding, in each entry.
template <class Map>
void check(const Map& map, const nn::parameters<double>& list, const matrix& x,
           double back = 1e-12) {
    const auto w = nn::constants(list);
    const auto y = map.forward(w, values(x));
    REQUIRE(y.log_det.rows() == 1);
    REQUIRE(y.log_det.cols() == x.cols());
    const auto again = map.inverse(w, y.value);
    CHECK((plain(again.value) - x).cwiseAbs().maxCoeff() < back);
    CHECK((plain(again.log_det) + plain(y.log_det)).cwiseAbs().maxCoeff() < 10 * back);

    const double h = 1e-5;
    for (nn::extent n = 0; n < x.cols(); ++n) {
        matrix jacobian(x.rows(), x.rows());
        for (nn::extent d = 0; d < x.rows(); ++d) {
            matrix up = x.col(n), down = x.col(n);
            up(d, 0) += h;
            down(d, 0) -= h;
            jacobian.col(d) = (plain(map.forward(w, values(up)).value) -
                               plain(map.forward(w, values(down)).value)) /
                              (2 * h);
        }
        const double expected = std::log(std::abs(jacobian.determinant()));
        INFO("sample ", n);
        CHECK(std::abs(y.log_det(0, n) - expected) < 1e-8 * (1 + std::abs(expected)));
    }

    nn::tape<double> tape;
    const auto leaves = list.on(tape);
    const auto recorded = map.forward(leaves, tape.constant(x));
    const auto back_recorded = map.inverse(leaves, recorded.value);
    CHECK((recorded.value.value() - plain(y.value)).cwiseAbs().maxCoeff() < 1e-13);
    CHECK((recorded.log_det.value() - plain(y.log_det)).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((back_recorded.value.value() - x).cwiseAbs().maxCoeff() < back);
}

}  // namespace bijection_check
