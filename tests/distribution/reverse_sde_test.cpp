// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/euler_maruyama.hpp>

#include "check_distribution.hpp"

#include <doctest/doctest.h>

using namespace diffgen;
using testing::check_distribution;

namespace {

const grid::log_snr even{.bounds = testing::wide, .ends_at_sigma_min = true};
const schedule::linear_beta vp{};
const kernel::variance_preserving vp_kernel{};

}  // namespace

TEST_CASE("Euler-Maruyama: the samples have the distribution of the data") {
    check_distribution(vp, vp_kernel, solver::euler_maruyama{}, even, 2000);
}

TEST_CASE("reverse diffusion: the samples have the distribution of the data") {
    check_distribution(vp, vp_kernel, solver::reverse_diffusion{}, even, 2000);
}
