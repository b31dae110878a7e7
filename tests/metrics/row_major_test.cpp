// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The measures in a program that changes Eigen's storage order: their tests once more.
#define EIGEN_DEFAULT_TO_ROW_MAJOR

#include "frechet_distance_test.cpp"
#include "kernel_distance_test.cpp"

static_assert(Eigen::MatrixXd::IsRowMajor);
