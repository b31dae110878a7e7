// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Grids by time under the names that ComfyUI gives them, with n steps for every n.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/grid/discrete.hpp>
#include <diffgen/process/process_view.hpp>

#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// n equal steps of time from t_max to t_min, but for the last, which goes to the clean end.
struct sgm_uniform {
    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        std::vector<noise_level> levels;
        levels.reserve(static_cast<std::size_t>(n) + 1);
        levels.push_back(p.level(p.t_max()));
        for (int k = 1; k < n; ++k)
            levels.push_back(p.level(
                p.t_min() + product(p.t_max() - p.t_min(), static_cast<double>(n - k) / n)));
        levels.push_back(p.clean());
        return levels;
    }
};

/// T-1 first, then T - 1 - k T / n rounded up.
struct simple {
    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return detail::by_timestep(p, n, "simple", [n](int k, int T) {
            return T - 1 - static_cast<long long>(T) * k / n;
        });
    }
};

/// grid::leading from entry 1 on. For n = T, where entry T would be asked for, every entry.
struct ddim_uniform {
    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        return leading{n > p.t_max() ? 0 : 1}.levels(p, n);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>
