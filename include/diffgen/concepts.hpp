// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every concept that a user of diffgen can model; those of solvers are in solver/concepts.hpp,
// which this page includes. docs/concepts has a page for each.
//
// Schedules, kernels, predictions, time inputs, functors, guidance rules, solvers, noise sources
// and execution policies can also have
//   void check() const    throws bad_argument where a constant makes no sense (core/check.hpp)
// which a sampler calls when it is made and before each run: nothing is checked inside a pass.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/noise/stream.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/solver/concepts.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

/// t -> log(alpha^2 / sigma^2) and its rate, strictly falling over [t_min, t_max]. Optional
/// members: t_clean() (the time without noise, where log_snr is +inf), time(log_snr) (the inverse;
/// found by bisection otherwise), steps() (a discrete schedule: its times are 0 .. steps-1).
template <class S>
concept noise_schedule = std::copy_constructible<S> && requires(const S& s, double t) {
    { s.log_snr(t) } -> std::convertible_to<double>;
    { s.log_snr_rate(t) } -> std::convertible_to<double>;
    { s.t_min() } -> std::convertible_to<double>;
    { s.t_max() } -> std::convertible_to<double>;
};

/// The curve log_snr -> (alpha, sigma), and d log(alpha) / d log_snr.
template <class K>
concept forward_kernel = std::copy_constructible<K> && requires(const K& k, double log_snr) {
    { k.level(log_snr).alpha } -> std::convertible_to<double>;
    { k.level(log_snr).sigma } -> std::convertible_to<double>;
    { k.log_alpha_rate(log_snr) } -> std::convertible_to<double>;
};

/// What a network predicts: its affine map to the denoised estimate.
template <class O>
concept prediction = std::copy_constructible<O> && requires(const O& o, const noise_level& l) {
    { o.to_denoised(l) } -> std::convertible_to<conversion>;
    { O::name } -> std::convertible_to<const char*>;
};

/// A network with all that a solver must know of it: predicts{...} or a decorator of one.
template <class P>
concept predictor = std::move_constructible<P> && requires(const P& p, noise_level l) {
    typename P::output_type;
    typename P::combiner_type;
    typename P::hook_type;
    {P::kind};
    { p.with_network_time(l) } -> std::convertible_to<noise_level>;
    { p.to_denoised(l) } -> std::convertible_to<conversion>;
    { p.combiner() } -> std::convertible_to<typename P::combiner_type>;
    { p.hook() } -> std::convertible_to<typename P::hook_type>;
};

/// Standard normals addressed by (stream, draw, flat element); no state, no order.
template <class N>
concept noise_source = std::is_trivially_copyable_v<N> &&
    requires(const N& n, noise::stream stream, std::uint32_t draw, std::uint64_t flat, float* out) {
    n.template fill<float>(stream, draw, flat, 1, out);
};

/// A container with a view on its samples, by way of state_traits.
template <class X>
concept state = requires(std::remove_cvref_t<X>& x) {
    state_traits<std::remove_cvref_t<X>>::view(x);
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
