// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: an mdspan state is plain memory
#include <diffgen/adapt/mdspan.hpp>

#include <cstddef>

/// A view as std::linalg::scaled makes it: its elements are not what lies in memory.
struct view {
    using element_type = float;
#ifdef TWIN
    using reference = float&;
#else
    using reference = float;
#endif
    using rank_type = std::size_t;
    struct mapping_type {};

    static constexpr std::size_t rank() {
        return 1;
    }
    std::size_t extent(std::size_t) const {
        return 4;
    }
    std::size_t stride(std::size_t) const {
        return 1;
    }
    float* data_handle() const {
        return nullptr;
    }
    bool is_strided() const {
        return true;
    }
};

void look(view& x) {
    (void)diffgen::state_traits<view>::view(x);
}
