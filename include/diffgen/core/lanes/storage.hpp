// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a pack holds: as many numbers as fit a register of an instruction set, in the vector
// extension that g++ and clang++ share.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/isa.hpp>
#include <diffgen/core/lanes/scalar.hpp>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

/// The operations on the packs of an instruction set; specialised in avx2.hpp and avx512.hpp.
template <class Isa>
struct primitive;

template <std::size_t Bytes>
struct signed_integer;
template <>
struct signed_integer<4> {
    using type = std::int32_t;
};
template <>
struct signed_integer<8> {
    using type = std::int64_t;
};

}  // namespace detail

/// One truth value a lane, all bits of it or none: the mask of packs whose lanes have the size of
/// the signed integer Lane.
template <class Lane, class Isa>
struct alignas(Isa::bytes) lane_mask {
    using lane = Lane;
    typedef Lane vec __attribute__((vector_size(Isa::bytes)));
    vec v;

    lane_mask() = default;
    lane_mask(const lane_mask& other) : v(other.v) {}
    lane_mask& operator=(const lane_mask& other) {
        v = other.v;
        return *this;
    }

    friend lane_mask operator&(const lane_mask& a, const lane_mask& b) {
        return detail::primitive<Isa>::template mask_and<Lane>(a, b);
    }
    friend lane_mask operator|(const lane_mask& a, const lane_mask& b) {
        return detail::primitive<Isa>::template mask_or<Lane>(a, b);
    }
    friend lane_mask operator!(const lane_mask& a) {
        return detail::primitive<Isa>::template mask_not<Lane>(a);
    }
};

/// Numbers side by side: T is float or double, or the unsigned integer of their bits.
///
/// The copy constructor is not trivial on purpose. A function that takes a pack then passes it by
/// reference whatever instruction sets caller and callee are compiled for, so that one that was
/// not inlined still works.
template <class T, class Isa>
struct alignas(Isa::bytes) pack {
    using mask = lane_mask<typename detail::signed_integer<sizeof(T)>::type, Isa>;
    using ops = detail::primitive<Isa>;
    using instruction_set = Isa;
    static constexpr int width = Isa::bytes / static_cast<int>(sizeof(T));
    typedef T vec __attribute__((vector_size(Isa::bytes)));
    vec v;

    pack() = default;
    pack(const pack& other) : v(other.v) {}
    pack& operator=(const pack& other) {
        v = other.v;
        return *this;
    }

    /// Every lane s. Implicit for the lane's own type only: 0.5f * x is one type on every path.
    template <std::same_as<T> S>
    pack(S s) : pack(ops::template broadcast<T>(s)) {}
    template <class S>
    requires(std::is_arithmetic_v<S> && !std::same_as<S, T>) explicit pack(S s)
        : pack(static_cast<T>(s)) {}

    friend pack operator+(const pack& a, const pack& b) { return ops::template add<T>(a, b); }
    friend pack operator-(const pack& a, const pack& b) { return ops::template subtract<T>(a, b); }
    friend pack operator*(const pack& a, const pack& b) requires scalar_value<T> {
        return ops::template multiply<T>(a, b);
    }
    friend pack operator/(const pack& a, const pack& b) requires scalar_value<T> {
        return ops::template divide<T>(a, b);
    }
    friend pack operator-(const pack& a) requires scalar_value<T> {
        return ops::template negate<T>(a);
    }
    pack& operator+=(const pack& b) { return *this = *this + b; }
    pack& operator-=(const pack& b) { return *this = *this - b; }
    pack& operator*=(const pack& b) { return *this = *this * b; }
    pack& operator/=(const pack& b) { return *this = *this / b; }

    friend mask operator<(const pack& a, const pack& b) { return ops::template less<T>(a, b); }
    friend mask operator>(const pack& a, const pack& b) { return ops::template less<T>(b, a); }
    friend mask operator<=(const pack& a, const pack& b) {
        return ops::template less_equal<T>(a, b);
    }
    friend mask operator>=(const pack& a, const pack& b) {
        return ops::template less_equal<T>(b, a);
    }
    friend mask operator==(const pack& a, const pack& b) { return ops::template equal<T>(a, b); }
    friend mask operator!=(const pack& a, const pack& b) { return !(a == b); }

    friend pack operator&(const pack& a, const pack& b) requires std::unsigned_integral<T> {
        return ops::template bit_and<T>(a, b);
    }
    friend pack operator|(const pack& a, const pack& b) requires std::unsigned_integral<T> {
        return ops::template bit_or<T>(a, b);
    }
    friend pack operator^(const pack& a, const pack& b) requires std::unsigned_integral<T> {
        return ops::template bit_xor<T>(a, b);
    }
    friend pack operator<<(const pack& a, int by) requires std::unsigned_integral<T> {
        return ops::template shift_left<T>(a, by);
    }
    friend pack operator>>(const pack& a, int by) requires std::unsigned_integral<T> {
        return ops::template shift_right<T>(a, by);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
