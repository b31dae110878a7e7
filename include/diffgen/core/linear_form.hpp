// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A linear form in what a stage of a solver can see: its registers (register 0 is the state), the
// denoised estimate D of the evaluation, that of each branch of guidance, the network's output
// itself, and standard normals z. Solvers write their update with it as their paper does: x_next =
// a * x + b * D + c * z.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes/scalar.hpp>

#include <array>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI {

inline constexpr int max_registers = 8;  ///< the state and what a solver keeps between stages
inline constexpr int max_draws = 3;      ///< independent normals of one stage
/// Branches of guidance that a form can name, of the any number that there are. With three of them
/// a form has 128 bytes; planning copies larger ones more slowly.
inline constexpr int max_branches = 3;

struct linear_form {
    std::array<double, max_registers> registers{};
    double denoised = 0;
    double network = 0;
    std::array<double, max_draws> noise{};
    std::array<double, max_branches> branches{};  ///< of the estimate of each branch

    friend constexpr linear_form operator+(linear_form a, const linear_form& b) {
        for (int i = 0; i < max_registers; ++i)
            a.registers[static_cast<unsigned>(i)] += b.registers[static_cast<unsigned>(i)];
        a.denoised += b.denoised;
        a.network += b.network;
        for (int i = 0; i < max_draws; ++i)
            a.noise[static_cast<unsigned>(i)] += b.noise[static_cast<unsigned>(i)];
        for (int i = 0; i < max_branches; ++i)
            a.branches[static_cast<unsigned>(i)] += b.branches[static_cast<unsigned>(i)];
        return a;
    }
    friend constexpr linear_form operator*(double s, linear_form a) {
        for (double& c : a.registers)
            c = product(s, c);
        a.denoised = product(s, a.denoised);
        a.network = product(s, a.network);
        for (double& c : a.noise)
            c = product(s, c);
        for (double& c : a.branches)
            c = product(s, c);
        return a;
    }
    friend constexpr linear_form operator*(linear_form a, double s) { return s * a; }
    friend constexpr linear_form operator/(linear_form a, double s) { return (1 / s) * a; }
    friend constexpr linear_form operator-(const linear_form& a, const linear_form& b) {
        return a + (-1.0) * b;
    }
    constexpr linear_form& operator+=(const linear_form& b) { return *this = *this + b; }
};

namespace detail {

/// The place of number i of the `most` things that symbol::name gives. Throws bad_argument where
/// there is none.
constexpr std::size_t place_of(const char* name, const char* things, int i, int most) {
    if (i < 0 || i >= most)
        throw bad_argument(
            text("diffgen: symbol::", name, "(", i, "); ", things, " are 0 to ", most - 1));
    return static_cast<std::size_t>(i);
}

}  // namespace detail

namespace symbol {

/// Register i of a stage; register 0 is the state. Throws bad_argument where there is none: where i
/// is a constant of a constant expression, it does not compile.
constexpr linear_form reg(int i) {
    linear_form f;
    f.registers[detail::place_of("reg", "registers", i, max_registers)] = 1;
    return f;
}
/// Normal number i of a stage. Throws bad_argument where there is none.
constexpr linear_form normal(int i) {
    linear_form f;
    f.noise[detail::place_of("normal", "normals", i, max_draws)] = 1;
    return f;
}

/// The denoised estimate by branch i of guidance alone, before the branches are merged and before
/// any hook; of a predictor without guidance, branch 0. A solver that names branches 0 to n - 1 has
/// `static constexpr int branches = n`. Throws bad_argument where a form has no such branch.
constexpr linear_form D_of(int i) {  // NOLINT(readability-identifier-naming): D of the papers
    linear_form f;
    f.branches[detail::place_of("D_of", "branches", i, max_branches)] = 1;
    return f;
}

inline constexpr linear_form x = reg(0);  ///< the state
inline constexpr linear_form D = [] {     ///< the denoised estimate of this evaluation
    linear_form f;
    f.denoised = 1;
    return f;
}();
/// The network's output, whatever it predicts, before conversion and hooks. For rules that clip D
/// and go on with the noise that the network saw.
inline constexpr linear_form network = [] {
    linear_form f;
    f.network = 1;
    return f;
}();
inline constexpr linear_form z = normal(0);  ///< a standard normal

}  // namespace symbol
}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
