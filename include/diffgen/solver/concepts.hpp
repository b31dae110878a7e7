// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The concepts of solvers, and of the correctors of which solvers are made.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/stage.hpp>
#include <diffgen/solver/step.hpp>

#include <concepts>

namespace diffgen::inline DIFFGEN_ABI {

/// A plan of affine stages: how many a step has, and each of them.
template <class S>
concept solver_policy = std::copy_constructible<S> && requires(const S& s, const step& k, int j) {
    { S::registers } -> std::convertible_to<int>;
    { S::rows } -> std::convertible_to<int>;
    { S::draws } -> std::convertible_to<int>;
    { s.stages(k) } -> std::convertible_to<int>;
    { s.plan(k, j) } -> std::convertible_to<stage>;
};

/// A solver that picks something for every sample from norms over it.
template <class S>
concept self_tuning_solver = solver_policy<S> && requires {
    typename S::tuner;
};

/// A solver that decides for every sample, on the host, whether what a judged stage proposed is
/// taken and what comes next: error control, Metropolis steps. In its runs every sample is a
/// cohort. Optional: memory (what it keeps of a sample), depart, proceed and position (its way
/// through the levels), wants_density, wants_brownian (a source of noise that knows a path, since
/// steps are refused by their noise), judge::element (what is summed up).
template <class S>
concept judging_solver = solver_policy<S> && requires {
    typename S::judge;
};

/// Something that a predictor_corrector can use between its predictor's steps. One that remembers
/// is told which correction at the level it is, from 0.
template <class C>
concept corrector_policy = solver_policy<C> &&(
    requires(const C& c, const noise_level& l) {
        { c.correct(l) } -> std::convertible_to<stage>;
    } ||
    requires(const C& c, const noise_level& l, int k) {
        { c.correct(l, k) } -> std::convertible_to<stage>;
    });

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
