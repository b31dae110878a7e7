// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which samples of a run are in which cohort, in memory of its execution policy.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/passes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// Owns what a membership points to. Empty where there is one cohort.
template <class Space>
class cohort_members {
  public:
    /// cohort_of: of every sample. Where tiles have room for several samples, those of a cohort are
    /// put together; on a device a thread takes too few elements for that to help.
    template <class Exec>
    void assign(const Exec& e, const std::vector<std::uint32_t>& cohort_of, const tiling& tiles) {
        write(e, cohort_of, cohort_of_);
        if constexpr (!std::is_same_v<Space, space::host>) return;
        const std::size_t fit = tiles.elements == 0 ? 0 : tiles.width() / tiles.elements;
        if (fit < 2) return;
        const std::vector<std::uint32_t> order = by_cohort(cohort_of);
        std::vector<std::uint32_t> first{0};
        for (std::size_t i = 1; i < order.size(); ++i)
            if (cohort_of[order[i]] != cohort_of[order[i - 1]] || i - first.back() == fit)
                first.push_back(static_cast<std::uint32_t>(i));
        tiles_ = first.size();
        first.push_back(static_cast<std::uint32_t>(order.size()));
        write(e, order, order_);
        write(e, first, first_of_tile_);
    }

    [[nodiscard]] membership view() const {
        return {cohort_of_.data(), order_.data(), first_of_tile_.data(), tiles_};
    }

  private:
    using numbers = buffer<std::uint32_t, Space>;

    /// The samples, cohort by cohort, those of a cohort in their order.
    [[nodiscard]] static std::vector<std::uint32_t> by_cohort(
        const std::vector<std::uint32_t>& cohort_of) {
        std::vector<std::uint32_t> next(*std::max_element(cohort_of.begin(), cohort_of.end()) + 2);
        for (const std::uint32_t c : cohort_of)
            ++next[c + 1];
        for (std::size_t c = 1; c < next.size(); ++c)
            next[c] += next[c - 1];
        std::vector<std::uint32_t> order(cohort_of.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[next[cohort_of[i]]++] = static_cast<std::uint32_t>(i);
        return order;
    }

    template <class Exec>
    static void write(const Exec& e, const std::vector<std::uint32_t>& values, numbers& to) {
        to = numbers(e, values.size());
        to.write(e, values.data(), values.size());
    }

    numbers cohort_of_, order_, first_of_tile_;
    std::size_t tiles_ = 0;
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
