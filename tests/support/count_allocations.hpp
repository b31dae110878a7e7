// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Counts what a program allocates. It replaces the global operator new: for one unit of a program
// that has no other, which is why files with this include are programs of their own.

#include <cstddef>
#include <cstdlib>
#include <new>

namespace testing {
inline long allocations = 0;
}  // namespace testing

// noinline: g++ otherwise sees malloc's memory deleted, and warns
__attribute__((noinline)) void* operator new(std::size_t n) {
    ++testing::allocations;
    if (void* p = std::malloc(n > 0 ? n : 1)) return p;
    throw std::bad_alloc{};
}
__attribute__((noinline)) void operator delete(void* p) noexcept {
    std::free(p);
}
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}
