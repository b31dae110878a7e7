// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs a kernel, a template on its value, on the widest pack of this machine: the whole call tree
// is inlined into one function compiled for that instruction set, whatever flags the program has.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes/isa.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#if DIFFGEN_HAS_LANES
#include <diffgen/core/lanes/pack.hpp>
#endif

namespace diffgen::inline DIFFGEN_ABI::lanes {

/// Names a value type: kernel(tag<V>{}) runs the kernel on V.
template <class V>
struct tag {
    using type = V;
};

/// function(arguments...), inlined whatever its size: how a kernel calls a user's functor. Under
/// g++ the entry function's flatten does it; always_inline here would come before it, in a function
/// without the entry's target, and leave the calls of primitives as calls.
#if DIFFGEN_HAS_ENTRY && defined(__clang__)
template <class Function, class... Arguments>
__attribute__((always_inline, flatten)) decltype(auto) call(Function&& function,
                                                            Arguments&&... arguments) {
    return static_cast<Function&&>(function)(static_cast<Arguments&&>(arguments)...);
}
#else
template <class Function, class... Arguments>
DIFFGEN_HD decltype(auto) call(Function&& function, Arguments&&... arguments) {
    return static_cast<Function&&>(function)(static_cast<Arguments&&>(arguments)...);
}
#endif

#if DIFFGEN_HAS_LANES

/// The instruction sets that a kernel can be compiled for, narrowest first.
enum class set { one_lane, avx2, avx512 };

/// The widest set of this machine that passes are compiled for, asked of the processor once. One
/// without hardware FMA (older than 2013) takes one lane: packs of it would cost every build a
/// third more time.
inline set widest() {
    static const set found = [] {
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
            return set::avx512;
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return set::avx2;
        return set::one_lane;
    }();
    return found;
}

namespace detail {

template <class T, class Kernel>
DIFFGEN_ENTRY("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")
void enter(isa::avx512, Kernel& kernel) {
    kernel(tag<pack<T, isa::avx512>>{});
}

template <class T, class Kernel>
DIFFGEN_ENTRY("avx2,fma")
void enter(isa::avx2, Kernel& kernel) {
    kernel(tag<pack<T, isa::avx2>>{});
}

template <class T, class Kernel>
DIFFGEN_ENTRY("sse2")
void enter(isa::one_lane, Kernel& kernel) {
    kernel(tag<T>{});
}

}  // namespace detail

/// Calls kernel(tag<V>{}) with V the value of T for the given set; the machine must have it.
template <scalar_value T, class Isa, class Kernel>
void run(Kernel&& kernel) {
    detail::enter<T>(Isa{}, kernel);
}

/// Calls kernel(tag<V>{}) once, with V the widest pack<T, ...> of this machine; T itself under
/// nvcc and on other processors. Example, x = 2 x over n numbers, n a multiple of the width:
///   lanes::run<float>([&]<class V>(lanes::tag<V>) {
///       for (int i = 0; i < n; i += value_traits<V>::width) store(x + i, 2.0f * load<V>(x + i));
///   });
template <scalar_value T, class Kernel>
void run(Kernel&& kernel) {
    switch (widest()) {
        case set::avx512:
            return run<T, isa::avx512>(kernel);
        case set::avx2:
            return run<T, isa::avx2>(kernel);
        case set::one_lane:
            break;
    }
    return kernel(tag<T>{});
}

#elif DIFFGEN_HAS_ENTRY

/// Whether this machine has fused multiply-adds, asked of the processor once.
inline bool has_fma() {
#if defined(__FMA__) && defined(__AVX2__)
    return true;
#else
    static const bool found = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return found;
#endif
}

namespace detail {

template <class T, class Kernel>
DIFFGEN_ENTRY("avx2,fma")
void enter(Kernel& kernel) {
    kernel(tag<T>{});
}

}  // namespace detail

/// Calls kernel(tag<T>{}), in code for fused multiply-adds where this machine has them.
template <scalar_value T, class Kernel>
void run(Kernel&& kernel) {
    if (has_fma())
        detail::enter<T>(kernel);
    else
        kernel(tag<T>{});
}
template <scalar_value T, std::same_as<isa::one_lane> Isa, class Kernel>
void run(Kernel&& kernel) {
    run<T>(kernel);
}

#else

template <scalar_value T, std::same_as<isa::one_lane> Isa, class Kernel>
DIFFGEN_HD void run(Kernel&& kernel) {
    kernel(tag<T>{});
}

template <scalar_value T, class Kernel>
DIFFGEN_HD void run(Kernel&& kernel) {
    kernel(tag<T>{});
}

#endif

}  // namespace diffgen::inline DIFFGEN_ABI::lanes

#include <diffgen/core/with_macros.hpp>
