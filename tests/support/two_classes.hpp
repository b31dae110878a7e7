// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Data of two classes whose classifier is exact at every noise level.

#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/parameters.hpp>
#include <diffgen/posterior/mixture.hpp>

#include <cmath>
#include <cstddef>
#include <span>

namespace two_classes {

using diffgen::posterior::Index;
using diffgen::posterior::matrix;
using diffgen::posterior::mixture;
using diffgen::posterior::vector;
namespace nn = diffgen::nn;

// Two classes in two dimensions, the second as probable again as the first.
inline const matrix means{{-1, 1.2}, {0.4, -0.3}};
inline const vector variances{{0.3, 0.8}}, weights{{1. / 3, 2. / 3}};
inline const mixture both = mixture::isotropic(weights, means, variances);
inline mixture of_class(Index c) {
    return mixture::isotropic(vector::Ones(1), means.col(c), vector::Constant(1, variances[c]));
}

/// log w_c p(x_t | c) of both classes on the tape, up to a constant: the exact classifier. Its time
/// value is the log-SNR. Kernel: of the process. It sees its input as class_gradient scales it.
template <class Kernel>
struct exact_classifier {
    using scalar = double;
    double deviation;
    nn::parameters<double> none{};

    nn::extent features() const { return 2; }
    int classes() const { return 2; }
    const nn::parameters<double>& weights() const { return none; }
    nn::variable<double> logits(const nn::leaves<double>&, const nn::variable<double>& u,
                                std::span<const double> times) const {
        auto& record = u.owner();
        nn::matrix<double> width(1, u.cols()), curve(2, u.cols()), slope(2, u.cols()),
            constant(2, u.cols());
        for (Index j = 0; j < u.cols(); ++j) {
            const auto [a, s] = Kernel{}.level(times[static_cast<std::size_t>(j)]);
            width(0, j) = std::hypot(a * deviation, s);
            for (Index c = 0; c < 2; ++c) {
                const double v = a * a * variances[c] + s * s;
                curve(c, j) = -0.5 / v;
                slope(c, j) = a / v;
                constant(c, j) = std::log(two_classes::weights[c] / v) -
                                 0.5 * a * a * means.col(c).squaredNorm() / v;
            }
        }
        const auto x = u * record.constant(width);
        return sum_over_rows(square(x)) * record.constant(curve) +
               matmul(record.constant(nn::matrix<double>(means.transpose())), x) *
                   record.constant(slope) +
               record.constant(constant);
    }
};

}  // namespace two_classes
