// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: an Eigen state is memory
#include <diffgen/adapt/eigen.hpp>

#include <Eigen/Core>

void view(Eigen::MatrixXf& x) {
#ifdef TWIN
    auto some = x.middleCols(1, 2);
#else
    auto some = x.rowwise().reverse();
#endif
    (void)diffgen::state_traits<decltype(some)>::view(some);
}
