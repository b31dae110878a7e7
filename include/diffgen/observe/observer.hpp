// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an observer of a run is, and sees after every step. A run without one pays nothing for it.

#include <diffgen/core/noise_level.hpp>

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace diffgen {

/// What a run did.
struct run_summary {
    int steps = 0;         ///< done; of the sample that did the fewest
    int evaluations = 0;   ///< of the network
    bool finished = true;  ///< whether all samples arrived; false after a failure or a stop
};

/// A run between two steps. The state can be on a device: it is copied when asked for.
class observation {
  public:
    int step;              ///< steps done, 1 .. steps
    int steps;             ///< of the whole run; 0 where the solver decides how many there will be
    noise_level level;     ///< that the state has reached
    std::size_t samples;   ///< of the batch
    std::size_t elements;  ///< of a sample

    /// The state, `samples` x `elements`, one sample after the other.
    [[nodiscard]] std::vector<double> state() const { return read(0); }
    /// The denoised estimate of the step's last evaluation; only for observers that asked for it.
    [[nodiscard]] std::vector<double> denoised() const { return read(1); }

    using reader = void (*)(const void* run, int what, double* to);
    observation(int k, int n, const noise_level& l, std::size_t count, std::size_t size,
                const void* run, reader r)
        : step(k), steps(n), level(l), samples(count), elements(size), run_(run), read_(r) {}

  private:
    [[nodiscard]] std::vector<double> read(int what) const {
        std::vector<double> v(samples * elements);
        read_(run_, what, v.data());
        return v;
    }
    const void* run_;
    reader read_;
};

/// What watches a run.
struct observer {
    /// Called after every step; false ends the run there.
    std::function<bool(const observation&)> on_step{};
    bool wants_denoised = false;  ///< the passes then store the denoised estimate too
    /// Asked before the first evaluation and after every step; true ends the run there.
    std::function<bool()> stop{};
    /// Called once when a run ends, however it ends.
    std::function<void(const run_summary&)> on_end{};
};

/// Both observers; the run goes on while both say so. Each sees every step.
[[nodiscard]] inline observer operator&(observer a, observer b) {
    observer both;
    both.wants_denoised = a.wants_denoised || b.wants_denoised;
    const auto joined = [](auto f, auto g, auto h) -> decltype(f) {
        if (!f) return g;
        if (!g) return f;
        return h(std::move(f), std::move(g));
    };
    both.on_step = joined(std::move(a.on_step), std::move(b.on_step), [](auto f, auto g) {
        return [f = std::move(f), g = std::move(g)](const observation& o) {
            const bool first = f(o), second = g(o);
            return first && second;
        };
    });
    both.stop = joined(std::move(a.stop), std::move(b.stop), [](auto f, auto g) {
        return [f = std::move(f), g = std::move(g)] { return f() || g(); };
    });
    both.on_end = joined(std::move(a.on_end), std::move(b.on_end), [](auto f, auto g) {
        return [f = std::move(f), g = std::move(g)](const run_summary& s) {
            f(s);
            g(s);
        };
    });
    return both;
}

}  // namespace diffgen
