// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory that is handed out piece by piece and taken back all at once, so that a tape which is
// built again and again with the same shapes allocates only the first time.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Pieces stay where they are until `clear`, which keeps the memory for the next round.
class arena {
  public:
    static constexpr std::size_t alignment = 64;

    /// Uninitialised room for n values; T needs no destructor.
    template <class T>
    T* take(std::size_t n) {
        static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= alignment);
        const std::size_t bytes = (n * sizeof(T) + alignment - 1) / alignment * alignment;
        while (current_ < blocks_.size() && blocks_[current_].size - used_ < bytes) {
            ++current_;
            used_ = 0;
        }
        if (current_ == blocks_.size()) blocks_.emplace_back(std::max(bytes, block_bytes));
        std::byte* const piece = blocks_[current_].bytes.get() + used_;
        used_ += bytes;
        return reinterpret_cast<T*>(piece);
    }

    void clear() {
        current_ = 0;
        used_ = 0;
    }

  private:
    static constexpr std::size_t block_bytes = std::size_t{1} << 20;

    struct release {
        void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{alignment}); }
    };
    struct block {
        explicit block(std::size_t n)
            : bytes(static_cast<std::byte*>(::operator new[](n, std::align_val_t{alignment}))),
              size(n) {}
        std::unique_ptr<std::byte[], release> bytes;
        std::size_t size;
    };

    std::vector<block> blocks_;
    std::size_t current_ = 0;
    std::size_t used_ = 0;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
