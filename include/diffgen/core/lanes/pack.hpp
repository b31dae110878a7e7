// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions of a value on packs: the names and meanings of core/lanes/scalar.hpp, lane by lane,
// with scalars of the lane's type allowed beside a pack.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/avx2.hpp>
#include <diffgen/core/lanes/avx512.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/core/lanes/storage.hpp>

namespace diffgen::inline DIFFGEN_ABI {

template <scalar_value T, class Isa>
struct value_traits<pack<T, Isa>> {
    using scalar = T;
    using mask = typename pack<T, Isa>::mask;
    using bits = pack<typename value_traits<T>::bits, Isa>;
    static constexpr int width = pack<T, Isa>::width;
};

namespace detail {

template <class... Args>
struct common_pack {};
template <class T, class Isa, class... Rest>
struct common_pack<pack<T, Isa>, Rest...> {
    using type = pack<T, Isa>;
};
template <class T, class... Rest>
struct common_pack<T, Rest...> : common_pack<Rest...> {};

/// Whether Args are packs and scalars of their lane's type, in any order, at least one a pack.
template <class... Args>
constexpr bool are_packs_and_scalars() {
    if constexpr (requires { typename common_pack<Args...>::type; }) {
        return (std::convertible_to<Args, typename common_pack<Args...>::type> && ...);
    } else {
        return false;
    }
}

/// The pack that A and B, or A, B and C, share.
template <class... Args>
using shared_pack =
    typename std::enable_if_t<are_packs_and_scalars<Args...>(), common_pack<Args...>>::type;

}  // namespace detail

template <class A, class B, class C, class V = detail::shared_pack<A, B, C>>
DIFFGEN_VALUE V fma(const A& a, const B& b, const C& c) {
    return V::ops::fma(static_cast<const V&>(a), static_cast<const V&>(b),
                       static_cast<const V&>(c));
}

template <scalar_value T, class Isa>
DIFFGEN_VALUE pack<T, Isa> sqrt(const pack<T, Isa>& x) {
    return pack<T, Isa>::ops::sqrt(x);
}

template <class A, class B, class V = detail::shared_pack<A, B>>
DIFFGEN_VALUE V min(const A& a, const B& b) {
    return V::ops::template min<typename value_traits<V>::scalar>(static_cast<const V&>(a),
                                                                  static_cast<const V&>(b));
}

template <class A, class B, class V = detail::shared_pack<A, B>>
DIFFGEN_VALUE V max(const A& a, const B& b) {
    return V::ops::template max<typename value_traits<V>::scalar>(static_cast<const V&>(a),
                                                                  static_cast<const V&>(b));
}

namespace detail {

/// The number with lanes of the given size.
template <class Lane, class Isa>
using pack_of_lane = pack<std::conditional_t<sizeof(Lane) == 4, float, double>, Isa>;

}  // namespace detail

template <class Lane, class Isa>
DIFFGEN_VALUE detail::pack_of_lane<Lane, Isa> select(
    const lane_mask<Lane, Isa>& mask,
    const std::type_identity_t<detail::pack_of_lane<Lane, Isa>>& a,
    const std::type_identity_t<detail::pack_of_lane<Lane, Isa>>& b) {
    using T = std::conditional_t<sizeof(Lane) == 4, float, double>;
    return detail::primitive<Isa>::template select<T>(mask, a, b);
}

template <class Lane, class Isa>
DIFFGEN_VALUE bool any(const lane_mask<Lane, Isa>& mask) {
    return detail::primitive<Isa>::template any<Lane>(mask);
}

template <scalar_value T, class Isa>
DIFFGEN_VALUE pack<T, Isa> product(const pack<T, Isa>& a, const pack<T, Isa>& b) {
    return a * b;  // lanes::run contracts nothing
}

template <scalar_value T, class Isa>
DIFFGEN_VALUE typename value_traits<pack<T, Isa>>::bits to_bits(const pack<T, Isa>& x) {
    return pack<T, Isa>::ops::template reinterpret<typename value_traits<T>::bits, T>(x);
}

namespace detail {

/// A type that is a pack of numbers, as opposed to a scalar or a pack of bits.
template <class V>
struct is_number_pack : std::false_type {};
template <scalar_value T, class Isa>
struct is_number_pack<pack<T, Isa>> : std::true_type {};
template <class V>
concept number_pack = is_number_pack<V>::value;

}  // namespace detail

template <detail::number_pack V>
DIFFGEN_VALUE V from_bits(const typename value_traits<V>::bits& b) {
    return V::ops::template reinterpret<typename value_traits<V>::scalar>(b);
}

template <scalar_value T, class Isa>
DIFFGEN_VALUE pack<T, Isa> abs(const pack<T, Isa>& x) {
    using V = pack<T, Isa>;
    using bits = typename value_traits<T>::bits;
    return from_bits<V>(to_bits(x) & static_cast<bits>(~bits{0} >> 1));
}

template <detail::number_pack V>
DIFFGEN_VALUE V to_number(const typename value_traits<V>::bits& b) {
    if constexpr (std::same_as<typename value_traits<V>::scalar, float>) {
        return V::ops::to_number(b);
    } else {
        // The integer as the mantissa of a double in [2^52, 2^53).
        constexpr std::uint64_t two_52 = 0x4330000000000000u;
        return from_bits<V>(b | two_52) - from_bits<double>(two_52);
    }
}

template <class Isa>
DIFFGEN_VALUE pack<std::uint64_t, Isa> multiply_low_halves(const pack<std::uint64_t, Isa>& a,
                                                           const pack<std::uint64_t, Isa>& b) {
    return detail::primitive<Isa>::multiply_low_halves(a, b);
}

template <detail::number_pack V>
DIFFGEN_VALUE V broadcast(typename value_traits<V>::scalar s) {
    return V(s);
}

template <detail::number_pack V>
DIFFGEN_VALUE V load(const typename value_traits<V>::scalar* from) {
    return V::ops::template load<typename value_traits<V>::scalar>(from);
}

template <class T, class Isa>
DIFFGEN_VALUE void store(T* to, const pack<T, Isa>& x) {
    pack<T, Isa>::ops::template store<T>(to, x);
}

template <detail::number_pack V>
DIFFGEN_VALUE V load_strided(const typename value_traits<V>::scalar* from, std::ptrdiff_t stride) {
    typename value_traits<V>::scalar lanes[V::width];
    for (int i = 0; i < V::width; ++i)
        lanes[i] = from[i * stride];
    return load<V>(lanes);
}

template <scalar_value T, class Isa>
DIFFGEN_VALUE void store_strided(T* to, std::ptrdiff_t stride, const pack<T, Isa>& x) {
    T lanes[pack<T, Isa>::width];
    store(lanes, x);
    for (int i = 0; i < pack<T, Isa>::width; ++i)
        to[i * stride] = lanes[i];
}

/// The same register as lanes of another type: reinterpret<std::uint32_t>(x).
template <class To, class T, class Isa>
DIFFGEN_VALUE pack<To, Isa> reinterpret(const pack<T, Isa>& x) {
    return pack<T, Isa>::ops::template reinterpret<To, T>(x);
}

/// a0 b0 a1 b1 ...: the first half of them in low, the second in high.
template <class T, class Isa>
DIFFGEN_VALUE void interleave(const pack<T, Isa>& a, const pack<T, Isa>& b, pack<T, Isa>& low,
                              pack<T, Isa>& high) {
    pack<T, Isa>::ops::template interleave<T>(a, b, low, high);
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
