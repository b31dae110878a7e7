// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a column of an Eigen state is a sample, so its storage must be
#include <diffgen/adapt/eigen.hpp>
#include <diffgen/diffgen.hpp>

#include <Eigen/Core>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

#ifdef TWIN
using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
#else
using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
#endif

void run(matrix& x) {
    auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                     solver::euler{}};
    s.generate(exec::cpp, x);
}
