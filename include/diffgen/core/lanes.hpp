// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values: one set of functions that works on a float, a double, or a pack of them, with the same
// bits everywhere. A functor written as a template on its value runs one element a thread on a
// device and 4, 8 or 16 at a time on a processor, without compiler flags.
//
//   value_traits<V>                     scalar, width, mask, bits
//   + - * / and comparisons             also between a pack and a scalar of its lanes' type
//   fma, sqrt, min, max, abs            diffgen::fma(a, b, c) is a * b + c rounded once
//   select(mask, a, b), any(mask)
//   broadcast<V>(s)
//   load<V>(p), store(p, x)             neighbouring numbers, of any alignment
//   load_strided<V>(p, stride), store_strided(p, stride, x)
//   to_bits(x), from_bits<V>(b), to_number<V>(b)
//   lanes::run<T>(kernel)               calls kernel(lanes::tag<V>{}), V the widest of this machine
//   lanes::run<T, isa::avx2>(kernel)    ... V a given one, for tests
//
// exp, log, sin and the like are in core/math.hpp. Call all of these qualified, diffgen::fma(a, b,
// c), or from inside the namespace: an unqualified call on a plain double finds the C library.
//
// The rule that keeps the bits: a product that feeds a sum is written fma(a, b, c), never
// a * b + c.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/run.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#if DIFFGEN_HAS_LANES
#include <diffgen/core/lanes/pack.hpp>
#endif

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {
template <class V>
struct is_value : std::bool_constant<scalar_value<V>> {};
#if DIFFGEN_HAS_LANES
template <scalar_value T, class Isa>
struct is_value<pack<T, Isa>> : std::true_type {};
#endif
}  // namespace detail

/// A float, a double, or a pack of them; or a dual of these (core/dual.hpp), by which a functor is
/// differentiated. A dual has no bits.
template <class V>
concept value = detail::is_value<V>::value;

/// The number under a value.
template <value V>
using scalar_of = typename value_traits<V>::scalar;

/// The unsigned integers with the bits of a value.
template <value V>
using bits_of = typename value_traits<V>::bits;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/dual.hpp>

#include <diffgen/core/with_macros.hpp>
