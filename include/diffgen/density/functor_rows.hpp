// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of samples through a functor of one sample or of one element. An element of a pointwise
// functor is a sample of its own, so that its products are summed over the sample afterwards.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes.hpp>
#include <diffgen/density/functor_products.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density::detail {

/// Keeps memory from call to call.
template <class T>
class functor_rows {
  public:
    /// f: bound to a level; D: the elements of a row, or 0 where f sees one at a time. out, and
    /// products unless it is empty, have their sizes: one product a row and probe, or the trace
    /// (count 0).
    template <int D, class F>
    void ask(const F& f, const std::vector<T>& in, const std::vector<T>& v, std::vector<T>& out,
             std::vector<T>& products, std::size_t rows, std::size_t elements, std::size_t count) {
        const std::size_t samples = D == 0 ? rows * elements : rows;
        const bool apart = samples != rows;
        const std::size_t each = std::max(count, std::size_t{1});
        if (apart) {
            turn(v, rows, elements, count);
            products_.resize(samples * each);
        }
        T* const to = products.empty() ? nullptr : apart ? products_.data() : products.data();
        lanes::run<T>(functor_products<D, T, F>{{f},
                                                in.data(),
                                                T(1),
                                                apart ? probes_.data() : v.data(),
                                                count,
                                                out.data(),
                                                to,
                                                samples});
        if (!apart || products.empty()) return;
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t d = 0; d < elements; ++d)
                for (std::size_t p = 0; p < each; ++p)
                    products[i * each + p] += products_[(i * elements + d) * each + p];
    }

  private:
    /// rows x count x elements to rows x elements x count.
    void turn(const std::vector<T>& v, std::size_t rows, std::size_t elements, std::size_t count) {
        probes_.resize(v.size());
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t p = 0; p < count; ++p)
                for (std::size_t d = 0; d < elements; ++d)
                    probes_[(i * elements + d) * count + p] = v[(i * count + p) * elements + d];
    }

    std::vector<T> probes_, products_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::density::detail

#include <diffgen/core/with_macros.hpp>
