// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ready-made observers: a progress bar, a recorder, cancellation.

#include <diffgen/core/check.hpp>
#include <diffgen/observe/observer.hpp>

#include <atomic>
#include <chrono>
#include <iomanip>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::observe {

/// One line "label [=====     ] 31/50 0.4 s" rewritten in place, as on a terminal. A new line ends
/// it with the last step. Where nobody knows how many steps there will be, "label 31 0.4 s".
[[nodiscard]] inline observer progress(std::ostream& out, std::string label = "sampling",
                                       int width = 40) {
    diffgen::detail::require(width >= 1, "a progress bar of ", width,
                             " characters; it needs at least 1");
    using clock = std::chrono::steady_clock;
    return {[&out, label = std::move(label), width,
             begin = clock::now()](const observation& o) mutable {
        if (o.step == 1) begin = clock::now();
        const double seconds = std::chrono::duration<double>(clock::now() - begin).count();
        out << '\r' << label << ' ';
        if (o.steps > 0) {
            const int filled = static_cast<int>(static_cast<long long>(width) * o.step / o.steps);
            out << '[' << std::string(static_cast<std::size_t>(filled), '=')
                << std::string(static_cast<std::size_t>(width - filled), ' ') << "] ";
        }
        out << o.step;
        if (o.steps > 0) out << '/' << o.steps;
        out << ' ' << std::fixed << std::setprecision(1) << seconds << " s";
        if (o.step == o.steps) out << '\n';
        out.flush();
        return true;
    }};
}

/// The states and denoised estimates of a run, step by step, in host memory and double precision.
struct recording {
    std::vector<noise_level> levels;
    std::vector<std::vector<double>> states;
    std::vector<std::vector<double>> denoised;
};

/// Appends every step to `to`, which must outlive the run.
[[nodiscard]] inline observer record(recording& to) {
    return {[&to](const observation& o) {
                to.levels.push_back(o.level);
                to.states.push_back(o.state());
                to.denoised.push_back(o.denoised());
                return true;
            },
            true};
}

/// Ends the run within one step of `flag` becoming true, whoever sets it (another thread, a
/// signal); before its first evaluation, if the flag is true by then.
[[nodiscard]] inline observer stop_when(const std::atomic<bool>& flag) {
    observer o;
    o.stop = [&flag] { return flag.load(); };
    return o;
}

}  // namespace diffgen::observe
