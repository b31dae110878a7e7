// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where packs of lanes lie in containers.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <cstddef>
#include <new>

namespace diffgen::inline DIFFGEN_ABI::nn::detail {

/// Memory for packs. g++ says that a pack of 64 bytes is aligned to 16 where it compiles for a
/// machine without such registers, and takes it to be aligned to 64 in the passes for those that
/// have them.
template <class V>
struct pack_allocator {
    using value_type = V;
    static constexpr std::align_val_t alignment{64};

    pack_allocator() = default;
    template <class U>
    explicit pack_allocator(const pack_allocator<U>&) {}
    V* allocate(std::size_t n) { return static_cast<V*>(::operator new(n * sizeof(V), alignment)); }
    void deallocate(V* p, std::size_t) { ::operator delete(p, alignment); }
    friend bool operator==(const pack_allocator&, const pack_allocator&) { return true; }
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn::detail

#include <diffgen/core/with_macros.hpp>
