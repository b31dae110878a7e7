// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks that a measure of two sets refuses bad samples.

#include <diffgen/core/error.hpp>

#include "check_refused.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <string>

/// The checks that every measure of two sets shares: `measure(real, generated)`, which needs at
/// least `least` samples of each.
template <class Measure>
void check_refuses_bad_samples(Measure measure, Eigen::Index least) {
    using namespace diffgen;
    const Eigen::MatrixXd good = Eigen::MatrixXd::Identity(3, std::max<Eigen::Index>(least, 2));
    CHECK_NOTHROW(measure(good, good));
    check_refused<bad_shape>([&] { measure(good, Eigen::MatrixXd::Zero(2, least)); },
                             {"real samples have 3 elements, generated samples 2"});
    check_refused<bad_shape>([&] { measure(Eigen::MatrixXd(0, least), Eigen::MatrixXd(0, least)); },
                             {"have no elements"});
    check_refused<bad_argument>([&] { measure(good, Eigen::MatrixXd::Zero(3, least - 1)); },
                                {"samples, not at least " + std::to_string(least)});
    for (const double value : {std::nan(""), HUGE_VAL}) {
        Eigen::MatrixXd spoilt = good;
        spoilt(2, 1) = value;
        check_refused<non_finite>([&] { measure(spoilt, good); }, {"sample 1 has the value"});
        check_refused<non_finite>([&] { measure(good, spoilt); }, {"in its element 2"});
    }
}
