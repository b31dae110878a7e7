// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Butcher tableaux of explicit Runge-Kutta methods as data: nodes c, coefficients a (row by row,
// strictly lower), weights b (Hairer, Norsett and Wanner 1993, chapter II; others at their name).
// An embedded pair has the weights of a second solution of order embedded_order too; where they are
// one more than b, the last is of the slope at the end of the step. A pair may have `coarse`,
// weights of a second estimate of the error, smaller by one order in the step, against which the
// first, which is small by accident now and then, is held.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <array>

namespace diffgen::inline DIFFGEN_ABI::solver::tableau {

struct euler {
    static constexpr int evaluations = 1, order = 1;
    static constexpr std::array<double, 1> c{0}, b{1};
    static constexpr std::array<std::array<double, 1>, 1> a{};
};

/// With Euler's method embedded.
struct heun {
    static constexpr int evaluations = 2, order = 2, embedded_order = 1;
    static constexpr std::array<double, 2> c{0, 1}, b{0.5, 0.5}, embedded{1, 0};
    static constexpr std::array<std::array<double, 2>, 2> a{{{}, {1}}};
};

struct midpoint {
    static constexpr int evaluations = 2, order = 2;
    static constexpr std::array<double, 2> c{0, 0.5}, b{0, 1};
    static constexpr std::array<std::array<double, 2>, 2> a{{{}, {0.5}}};
};

/// Ralston 1962: of the methods of order 2 that with the least bound on the error.
struct ralston {
    static constexpr int evaluations = 2, order = 2;
    static constexpr std::array<double, 2> c{0, 2. / 3}, b{0.25, 0.75};
    static constexpr std::array<std::array<double, 2>, 2> a{{{}, {2. / 3}}};
};

/// All methods of order 2 with two evaluations, the second at `node` of the step (Karras et al.
/// 2022, algorithm 3, their alpha): 1 is Heun's, 1/2 the midpoint, 2/3 Ralston's.
struct second_order {
    static constexpr int evaluations = 2, order = 2;

    std::array<double, 2> c, b;
    std::array<std::array<double, 2>, 2> a;

    explicit second_order(double node = 1)
        : c{0, node}, b{1 - 0.5 / node, 0.5 / node}, a{{{}, {node}}} {}

    void check() const {
        diffgen::detail::require(c[1] > 0 && c[1] <= 1,
                                 "tableau::second_order with its second evaluation at ", c[1],
                                 " of the step; must be above 0 and at most 1");
    }
};

/// Kutta 1901, of order 3.
struct kutta3 {
    static constexpr int evaluations = 3, order = 3;
    static constexpr std::array<double, 3> c{0, 0.5, 1}, b{1. / 6, 2. / 3, 1. / 6};
    static constexpr std::array<std::array<double, 3>, 3> a{{{}, {0.5}, {-1, 2}}};
};

/// Heun 1900, of order 3.
struct heun3 {
    static constexpr int evaluations = 3, order = 3;
    static constexpr std::array<double, 3> c{0, 1. / 3, 2. / 3}, b{0.25, 0, 0.75};
    static constexpr std::array<std::array<double, 3>, 3> a{{{}, {1. / 3}, {0, 2. / 3}}};
};

/// Shu and Osher 1988: strong stability preserving.
struct ssprk3 {
    static constexpr int evaluations = 3, order = 3;
    static constexpr std::array<double, 3> c{0, 1, 0.5}, b{1. / 6, 1. / 6, 2. / 3};
    static constexpr std::array<std::array<double, 3>, 3> a{{{}, {1}, {0.25, 0.25}}};
};

/// Bogacki and Shampine 1989, the solution of order 3 of their pair, which is also Ralston's method
/// of order 3. With fixed steps there is no error estimate, and hence no fourth evaluation.
struct bogacki_shampine {
    static constexpr int evaluations = 3, order = 3, embedded_order = 2;
    static constexpr std::array<double, 4> embedded{7. / 24, 1. / 4, 1. / 3, 1. / 8};
    static constexpr std::array<double, 3> c{0, 0.5, 0.75}, b{2. / 9, 1. / 3, 4. / 9};
    static constexpr std::array<std::array<double, 3>, 3> a{{{}, {0.5}, {0, 0.75}}};
};

/// Kutta 1901: the classical method.
struct rk4 {
    static constexpr int evaluations = 4, order = 4;
    static constexpr std::array<double, 4> c{0, 0.5, 0.5, 1}, b{1. / 6, 1. / 3, 1. / 3, 1. / 6};
    static constexpr std::array<std::array<double, 4>, 4> a{{{}, {0.5}, {0, 0.5}, {0, 0, 1}}};
};

/// Dormand and Prince 1980, the solution of order 5 of their pair. With fixed steps there is no
/// error estimate, and hence no seventh evaluation.
struct dormand_prince {
    static constexpr int evaluations = 6, order = 5, embedded_order = 4;
    static constexpr std::array<double, 7> embedded{
        5179. / 57600, 0, 7571. / 16695, 393. / 640, -92097. / 339200, 187. / 2100, 1. / 40};
    /// A 120th of the third divided difference of the slopes at c = 0, 3/10, 4/5 and 1, and so of
    /// the order of the step's fourth power. (On 22 mixtures of 1,500 samples each the largest
    /// error in tolerances from 1e-2 to 1e-8 was 79 without it, 2.7 with it, for as many
    /// evaluations.)
    static constexpr std::array<double, 7> coarse{-5. / 144, 0, 5. / 63, -5. / 48, 0, 0, 5. / 84};
    static constexpr std::array<double, 6> c{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1},
        b{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84};
    static constexpr std::array<std::array<double, 6>, 6> a{
        {{},
         {1. / 5},
         {3. / 40, 9. / 40},
         {44. / 45, -56. / 15, 32. / 9},
         {19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
         {9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656}}};
};

}  // namespace diffgen::inline DIFFGEN_ABI::solver::tableau

#include <diffgen/core/with_macros.hpp>
