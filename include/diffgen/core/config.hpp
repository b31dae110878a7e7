// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only macros of the library: which compiler reads it, which back ends exist.

#if defined(__FAST_MATH__)
#error "diffgen: -ffast-math (or -Ofast) breaks the promised bits; build this file without it"
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
