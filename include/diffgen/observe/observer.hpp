// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an observer of a run is, and sees after every step. A run without one pays nothing for it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/observe/run_summary.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

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
    /// The denoised estimate of the step's last evaluation, in the same order.
    /// Throws bad_argument unless the run's observer wants_denoised: it is not stored then.
    [[nodiscard]] std::vector<double> denoised() const {
        detail::require(has_denoised_, "denoised() in step ", step,
                        " of an observer that did not ask for it; set "
                        "observer::wants_denoised");
        return read(1);
    }
    /// Puts `values`, in the order of state(), in the state's place: the run goes on from them, and
    /// what the solver remembers of earlier steps stays.
    /// Throws bad_shape unless they are samples x elements, bad_argument where the run takes none.
    void set_state(std::span<const double> values) const {
        if (values.size() != samples * elements)
            throw bad_shape(detail::text("diffgen: set_state of ", values.size(),
                                         " values in a run of ", samples, " x ", elements));
        detail::require(write_ != nullptr, "set_state in step ", step,
                        " of a run whose state cannot be changed by observers");
        write_(run_, values.data());
    }

    /// How the run hands out its state (what = 0) and its denoised estimate (1), and takes a state.
    using reader = void (*)(const void* run, int what, double* to);
    using writer = void (*)(void* run, const double* from);

    /// Used by runs.
    observation(int k, int n, const noise_level& l, std::size_t count, std::size_t size, void* run,
                reader r, writer w = nullptr, bool has_denoised = true)
        : step(k),
          steps(n),
          level(l),
          samples(count),
          elements(size),
          run_(run),
          read_(r),
          write_(w),
          has_denoised_(has_denoised) {}

  private:
    [[nodiscard]] std::vector<double> read(int what) const {
        std::vector<double> v(samples * elements);
        read_(run_, what, v.data());
        return v;
    }
    void* run_;
    reader read_;
    writer write_;
    bool has_denoised_;
};

/// What is called in the course of a run.
struct observer {
    /// After every step; false ends the run there.
    std::function<bool(const observation&)> on_step{};
    /// Whether the passes are to store the denoised estimate too.
    bool wants_denoised = false;
    /// Before the first evaluation and after every step; true ends the run there.
    std::function<bool()> stop{};
    /// Once, when the run ends, for whatever reason: its last step, an observer, or an error.
    std::function<void(const run_summary&)> on_end{};
};

namespace detail {

/// Both functions, of which either may be empty.
template <class Function, class Both>
[[nodiscard]] Function joined(Function a, Function b, Both both) {
    if (!a) return b;
    if (!b) return a;
    return [a = std::move(a), b = std::move(b), both](const auto&... seen) {
        return both(a, b, seen...);
    };
}

}  // namespace detail

/// Both observers; the run goes on while both say so. Each sees every step, and the end.
[[nodiscard]] inline observer operator&(observer a, observer b) {
    const auto on_step = [](const auto& f, const auto& g, const observation& o) {
        const bool first = f(o), second = g(o);
        return first && second;
    };
    const auto on_end = [](const auto& f, const auto& g, const run_summary& s) {
        f(s);
        g(s);
    };
    const auto stop = [](const auto& f, const auto& g) { return f() || g(); };
    return {detail::joined(std::move(a.on_step), std::move(b.on_step), on_step),
            a.wants_denoised || b.wants_denoised,
            detail::joined(std::move(a.stop), std::move(b.stop), stop),
            detail::joined(std::move(a.on_end), std::move(b.on_end), on_end)};
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
