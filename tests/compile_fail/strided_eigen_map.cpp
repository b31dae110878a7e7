// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: an Eigen state needs unit inner stride
#include <diffgen/adapt/eigen.hpp>
#include <diffgen/diffgen.hpp>

#include <Eigen/Core>

using namespace diffgen;

const auto network = [](auto, auto, const noise_level&) {};

#ifdef TWIN
using stride = Eigen::OuterStride<>;
#else
using stride = Eigen::InnerStride<2>;
#endif

void run(Eigen::Map<Eigen::MatrixXf, 0, stride>& x) {
    auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, network),
                     solver::euler{}};
    s.generate(exec::cpp, x);
}
