// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Parts that are made of parts take their type from what they are given, with every compiler.

#include <diffgen/diffgen.hpp>

#include <type_traits>

using namespace diffgen;

template <class Expected, class T>
constexpr bool is(const T&) {
    return std::is_same_v<T, Expected>;
}

static_assert(is<grid::restarted<grid::karras>>(grid::restarted{grid::karras{}}));
static_assert(is<grid::restarted<grid::log_snr>>(grid::restarted{grid::log_snr{}, 0.1, 0.5, 2}));
static_assert(is<grid::inverted<grid::karras>>(grid::inverted{grid::karras{}}));
static_assert(is<grid::shifted<grid::uniform>>(grid::shifted{grid::uniform{}, 3.}));
static_assert(is<solver::restart<solver::heun>>(solver::restart{solver::heun{}}));
static_assert(is<solver::restart<solver::dpm_2>>(solver::restart{solver::dpm_2{}, 1.003}));

static_assert(is<solver::cfg_pp<solver::heun>>(solver::cfg_pp{solver::heun{}}));
static_assert(is<weighted<3>>(weighted{1.5, 0.5, -1}));
static_assert(is<weighted<3>>(composed(2, 1)));

// Names that are the same type say so, and SA-Solver is one of its own.
static_assert(std::is_same_v<solver::deis<3>, solver::dpm_solver_multistep<3>>);
static_assert(std::is_same_v<solver::res_multistep<2>, solver::dpm_solver_pp_multistep<2>>);
static_assert(std::is_same_v<solver::res_singlestep<2>, solver::dpm_solver_pp_singlestep<2>>);
static_assert(!std::is_same_v<solver::sa_solver<2, 3>, solver::unipc<2>>);
