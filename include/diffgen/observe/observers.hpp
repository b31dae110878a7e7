// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ready-made observers: a progress bar, a recorder, cancellation.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/observe/observer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <iomanip>
#include <ios>
#include <memory>
#include <ostream>
#include <sstream>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::observe {

/// One line "label [=====     ] 31/50 0.4 s" rewritten in place, as on a terminal. A new line ends
/// it with the run, whatever ended it. Where nobody knows how many steps there will be,
/// "label 31 0.4 s". The stream's format stays as it is.
[[nodiscard]] inline observer progress(std::ostream& out, std::string label = "sampling",
                                       int width = 40) {
    diffgen::detail::require(width >= 1, "a progress bar of ", width,
                             " characters; it needs at least 1");
    using clock = std::chrono::steady_clock;
    struct line {
        bool is_open = false;
        clock::time_point begin{};
    };
    const auto current = std::make_shared<line>();
    const auto close = [&out, current] {
        if (std::exchange(current->is_open, false)) out.put('\n').flush();
    };
    return {.on_step =
                [&out, label = std::move(label), width, current, close](const observation& o) {
                    if (!std::exchange(current->is_open, true)) current->begin = clock::now();
                    const std::chrono::duration<double> seconds = clock::now() - current->begin;
                    std::ostringstream text;
                    text << '\r' << label << ' ';
                    if (o.steps > 0) {
                        const auto filled = static_cast<std::size_t>(static_cast<long long>(width) *
                                                                     o.step / o.steps);
                        text << '[' << std::string(filled, '=')
                             << std::string(static_cast<std::size_t>(width) - filled, ' ') << "] ";
                    }
                    text << o.step;
                    if (o.steps > 0) text << '/' << o.steps;
                    text << ' ' << std::fixed << std::setprecision(1) << seconds.count() << " s";
                    const std::string shown = text.str();
                    out.write(shown.data(), static_cast<std::streamsize>(shown.size())).flush();
                    if (o.step == o.steps) close();
                    return true;
                },
            .on_end = [close](const run_summary&) { close(); }};
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
/// signal); before its first evaluation, if the flag is true by then. The flag must outlive the
/// run.
[[nodiscard]] inline observer stop_when(const std::atomic<bool>& flag) {
    observer o;
    o.stop = [&flag] { return flag.load(); };
    return o;
}
observer stop_when(const std::atomic<bool>&& flag) = delete;

/// Ends the run within one step of a stop being requested, as of a std::jthread.
[[nodiscard]] inline observer stop_when(std::stop_token token) {
    observer o;
    o.stop = [token = std::move(token)] { return token.stop_requested(); };
    return o;
}

}  // namespace diffgen::inline DIFFGEN_ABI::observe

#include <diffgen/core/with_macros.hpp>
