// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A table of noise levels stretched to any number of steps, and the tables that Sabour et al. 2024
// ("Align Your Steps", table 3) optimised for ten steps.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/process/process_view.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::grid {

/// Falling sigma / alpha, log-linear between the entries: n + 1 levels from the first to the last.
/// In place of the last, the clean end, unless it ends there.
struct log_linear {
    std::vector<double> values;
    bool ends_at_sigma_min;

    explicit log_linear(std::vector<double> v, bool stops_at_last = false)
        : values(std::move(v)), ends_at_sigma_min(stops_at_last) {
        if (values.size() < 2)
            throw bad_argument(diffgen::detail::text("diffgen: the grid log_linear has ",
                                                     values.size(), " values; it needs two"));
        for (std::size_t i = 0; i < values.size(); ++i)
            if (!(std::isfinite(values[i]) && values[i] > 0 &&
                  (i == 0 || values[i] < values[i - 1])))
                throw bad_argument(
                    diffgen::detail::text("diffgen: values[", i, "] of the grid log_linear is ",
                                          values[i], "; they must be finite, above 0 and fall"));
    }

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        std::vector<noise_level> l;
        l.reserve(static_cast<std::size_t>(n) + 1);
        for (int k = 0; k < n + (ends_at_sigma_min ? 1 : 0); ++k)
            l.push_back(p.level_of_log_snr(-2 * log_sigma(k, n)));
        if (!ends_at_sigma_min) l.push_back(p.clean());
        return l;
    }

  private:
    /// log(sigma) at k / n of the way; the place in the table in whole numbers.
    [[nodiscard]] double log_sigma(int k, int n) const {
        const auto intervals = static_cast<long long>(values.size()) - 1;
        const long long i = k * intervals / n, rest = k * intervals % n;
        const double here = std::log(values[static_cast<std::size_t>(i)]);
        if (rest == 0) return here;
        const double next = std::log(values[static_cast<std::size_t>(i) + 1]);
        return here + product(static_cast<double>(rest) / n, next - here);
    }
};

/// The optimised levels, each for the noise levels that its model was trained on.
namespace align_your_steps {

[[nodiscard]] inline log_linear stable_diffusion() {  // 1.5
    return log_linear(
        {14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029});
}
[[nodiscard]] inline log_linear stable_diffusion_xl() {
    return log_linear(
        {14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029});
}
[[nodiscard]] inline log_linear deep_floyd() {  // stage 1
    return log_linear(
        {160.41, 8.081, 3.315, 1.885, 1.207, 0.785, 0.553, 0.293, 0.186, 0.030, 0.006});
}
[[nodiscard]] inline log_linear stable_video_diffusion() {
    return log_linear({700, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002});
}

}  // namespace align_your_steps
}  // namespace diffgen::inline DIFFGEN_ABI::grid

#include <diffgen/core/with_macros.hpp>
