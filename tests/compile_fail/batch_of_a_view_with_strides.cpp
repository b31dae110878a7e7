// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: batch(x, samples) takes a contiguous range
#ifdef TWIN
#include <diffgen/adapt/eigen.hpp>
#else
#include <diffgen/core/batch_view.hpp>
#endif

#include <Eigen/Core>

void divide(Eigen::MatrixXf& x) {
    auto row = x.row(1);  // it has data() and size(), and a stride
    (void)diffgen::batch(row, 2);
}
