// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the solvers that are made of correctors ask of them: the corrections at a level, one by one,
// and room for what a corrector remembers beside what another solver does.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/stage.hpp>
#include <diffgen/solver/concepts.hpp>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// Correction number k = 0, 1, ... of those that follow one another at a level. A corrector that
/// remembers something from one to the next is told k, and starts anew at k = 0.
template <corrector_policy Corrector>
[[nodiscard]] stage correction(const Corrector& c, const noise_level& level, int k) {
    if constexpr (requires { c.correct(level, k); })
        return c.correct(level, k);
    else
        return c.correct(level);
}

/// How many stages n corrections at a level have: n, unless the corrector says otherwise, as one
/// does that has to know the state before it proposes another.
template <corrector_policy Corrector>
[[nodiscard]] int correction_stages(const Corrector& c, int n) {
    if constexpr (requires { c.correction_stages(n); })
        return c.correction_stages(n);
    else
        return n;
}

namespace detail {

/// A solver made of a corrector that judges its proposals hands on what the run must know of it.
template <class Corrector>
struct judge_of {};
template <judging_solver Corrector>
struct judge_of<Corrector> {
    using judge = typename Corrector::judge;
    using memory = typename Corrector::memory;
    static constexpr bool wants_density = requires { requires Corrector::wants_density; };
};

/// The form with every register but the state `by` further on.
[[nodiscard]] inline linear_form moved(linear_form f, int by) {
    for (int i = max_registers - 1; i > 0; --i)
        f.registers[static_cast<unsigned>(i)] =
            i > by ? f.registers[static_cast<unsigned>(i - by)] : 0;
    return f;
}

/// The stage with what it remembers `by` registers further on, where nothing else is.
[[nodiscard]] inline stage moved(stage s, int by) {
    const auto place = [by](int i) { return i > 0 ? i + by : 0; };
    s.input_register = place(s.input_register);
    if (s.measured) {
        s.measured->compared_register = place(s.measured->compared_register);
        for (linear_form& f : s.measured->forms)
            f = moved(f, by);
    }
    for (int i = 0; i < s.rows; ++i) {
        auto& row = s.updates[static_cast<unsigned>(i)];
        row = {place(row.target), moved(row.form, by)};
    }
    return s;
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
