// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only macros of the library: its version, which compiler reads it, which back ends exist.

// The version, as major * 10000 + minor * 100 + patch.
#define DIFFGEN_VERSION_MAJOR 0
#define DIFFGEN_VERSION_MINOR 1
#define DIFFGEN_VERSION_PATCH 0
#define DIFFGEN_VERSION \
    (DIFFGEN_VERSION_MAJOR * 10000 + DIFFGEN_VERSION_MINOR * 100 + DIFFGEN_VERSION_PATCH)

#if defined(__FAST_MATH__)
#error "diffgen: -ffast-math (or -Ofast) breaks the promised bits; build this file without it"
#elif defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
#error \
    "diffgen: -ffinite-math-only hides the numbers that are not finite; build this file without it"
#elif defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__)
#error \
    "diffgen: -fassociative-math and -freciprocal-math break the promised bits; build this file without them"
#endif

#if defined(__CUDACC__)
#define DIFFGEN_HD __host__ __device__
#define DIFFGEN_HAS_CUDA 1
#else
#define DIFFGEN_HD
#define DIFFGEN_HAS_CUDA 0
// Thrust takes CUDA for its default device; a program that no CUDA compiler reads has none.
#if !defined(THRUST_DEVICE_SYSTEM)
#define THRUST_DEVICE_SYSTEM 4  // Thrust's own number for its serial back end, "cpp"
#endif
#endif

#if defined(_OPENMP)
#define DIFFGEN_HAS_OMP 1
#else
#define DIFFGEN_HAS_OMP 0
#endif

// TBB is a library that must be linked: the CMake component `tbb` defines this.
#if !defined(DIFFGEN_HAS_TBB)
#define DIFFGEN_HAS_TBB 0
#endif

// Code that a CUDA device runs (as opposed to host code in the same translation unit).
#if defined(__CUDA_ARCH__)
#define DIFFGEN_DEVICE_CODE 1
#else
#define DIFFGEN_DEVICE_CODE 0
#endif

// Vector lanes: x86-64 under g++ or clang++. Elsewhere, under nvcc, and where the user defines
// DIFFGEN_ONE_LANE (shorter compilation, slower passes, the same bits), every value is one lane.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__CUDACC__) && !defined(DIFFGEN_ONE_LANE)
#define DIFFGEN_HAS_LANES 1
#else
#define DIFFGEN_HAS_LANES 0
#endif

// One lane where the processor may have fused multiply-adds that the program is not compiled for:
// passes then are compiled twice, and take what they find.
// DIFFGEN_PORTABLE_LANE beside DIFFGEN_ONE_LANE compiles them once, for any processor: quicker
// still to build, and slow, since a fused multiply-add is then a call of the C library.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__CUDACC__) && !DIFFGEN_HAS_LANES && \
    !defined(DIFFGEN_PORTABLE_LANE)
#define DIFFGEN_HAS_ENTRY 1
#else
#define DIFFGEN_HAS_ENTRY DIFFGEN_HAS_LANES
#endif

// Marks a function on values (core/lanes.hpp). clang++ needs to be told to inline all of them into
// the entry function; g++ does so by its flatten attribute, unless it splits or specialises such a
// function before that: the pieces keep their calls of single operations.
#if DIFFGEN_HAS_ENTRY && defined(__clang__)
#define DIFFGEN_VALUE __attribute__((always_inline))
#elif DIFFGEN_HAS_ENTRY
#define DIFFGEN_VALUE __attribute__((noclone))
#else
#define DIFFGEN_VALUE DIFFGEN_HD
#endif

// Marks a function that is rarely called from code on values: compiled once, not into every entry
// function.
#if defined(__GNUC__) && !defined(__CUDACC__)
#define DIFFGEN_APART __attribute__((noinline))
#else
#define DIFFGEN_APART DIFFGEN_HD
#endif

// Stands before a loop over what a stage has several of, and keeps it a loop: its body is long, and
// what each turn does depends on the stage. On a device what such a loop indexes must stay in
// registers, and so it is unrolled.
#if defined(__CUDACC__)
#define DIFFGEN_ROLLED
#elif defined(__clang__)
#define DIFFGEN_ROLLED _Pragma("clang loop unroll(disable)")
#elif defined(__GNUC__)
#define DIFFGEN_ROLLED _Pragma("GCC unroll 1")
#else
#define DIFFGEN_ROLLED
#endif

// Markers of the functions that know an instruction set (core/lanes): the primitive operations
// of a pack, and the one entry function a set into which everything is inlined. g++ lowers vector
// operations before it inlines, so its primitives must carry their target; clang++ lowers them
// last, and refuses to inline a function with a target into one without.
#if defined(__clang__)
#define DIFFGEN_AVX2 __attribute__((always_inline)) inline
#define DIFFGEN_AVX512 __attribute__((always_inline)) inline
#define DIFFGEN_ENTRY(isa) __attribute__((flatten, noinline, target(isa)))
#define DIFFGEN_NO_CONTRACTION _Pragma("clang fp contract(off)")
#elif defined(__GNUC__)
#define DIFFGEN_AVX2 __attribute__((target("avx2,fma"))) inline
#define DIFFGEN_AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))) inline
#define DIFFGEN_ENTRY(isa)                         \
    __attribute__((flatten, noinline, target(isa), \
                   optimize("O3", "fp-contract=off", "schedule-insns", "sched-pressure")))
#define DIFFGEN_NO_CONTRACTION
#endif

// The inline namespace of everything: it names what decides which code the headers become. So two
// libraries of one process that were compiled with other versions or configurations of the headers
// keep each its own, and code that is linked with both is refused where it mixes them.
#if DIFFGEN_HAS_LANES
#define DIFFGEN_ABI_VALUES _lanes
#elif DIFFGEN_HAS_ENTRY
#define DIFFGEN_ABI_VALUES _lane
#else
#define DIFFGEN_ABI_VALUES _portable
#endif
#if defined(__AVX512F__)
#define DIFFGEN_ABI_PROCESSOR _avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define DIFFGEN_ABI_PROCESSOR _avx2
#else
#define DIFFGEN_ABI_PROCESSOR
#endif
#if DIFFGEN_HAS_OMP
#define DIFFGEN_ABI_OMP _omp
#else
#define DIFFGEN_ABI_OMP
#endif
#if DIFFGEN_HAS_TBB
#define DIFFGEN_ABI_TBB _tbb
#else
#define DIFFGEN_ABI_TBB
#endif
#if DIFFGEN_HAS_CUDA
#define DIFFGEN_ABI_CUDA _cuda
#else
#define DIFFGEN_ABI_CUDA
#endif
#define DIFFGEN_JOIN(a, b, c, d, e, f, g, h) a##b##_##c##d##e##f##g##h
#define DIFFGEN_ABI_OF(a, b, c, d, e, f, g, h) DIFFGEN_JOIN(a, b, c, d, e, f, g, h)
#define DIFFGEN_ABI                                                                     \
    DIFFGEN_ABI_OF(v, DIFFGEN_VERSION_MAJOR, DIFFGEN_VERSION_MINOR, DIFFGEN_ABI_VALUES, \
                   DIFFGEN_ABI_PROCESSOR, DIFFGEN_ABI_OMP, DIFFGEN_ABI_TBB, DIFFGEN_ABI_CUDA)
