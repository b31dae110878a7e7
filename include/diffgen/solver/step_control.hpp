// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Control of the step size by an estimate of the local error, for every sample by itself: what the
// adaptive solvers share. The grid of a run gives the two ends and the first step that is tried.

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/solver/grid_position.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>

namespace diffgen::solver {

/// The next step is h times safety e_n^-b1 e_(n-1)^-b2 e_(n-2)^-b3, with e the errors in units of
/// the tolerance, b1 = (P + I + D) / k, b2 = -(P + 2 D) / k, b3 = D / k, and k the order of the
/// local error (Soderlind 2003). I alone is the elementary controller.
struct step_controller {
    double proportional = 0.4;  ///< P
    double integral = 0.3;      ///< I
    double derivative = 0;      ///< D
    double safety = 0.9;
    double least = 0.2;  ///< factors of one step are not below,
    double most = 5;     ///< nor above

    void check() const {
        diffgen::detail::require(std::isfinite(proportional) && std::isfinite(derivative) &&
                                     integral > 0 && std::isfinite(integral),
                                 "a step_controller with P = ", proportional, ", I = ", integral,
                                 ", D = ", derivative, "; they are finite, and I is above 0");
        diffgen::detail::require(safety > 0 && safety < 1 && least > 0 && least < 1 && most > 1,
                                 "a step_controller with safety = ", safety, ", least = ", least,
                                 ", most = ", most,
                                 "; safety and least are in (0, 1), most is above 1");
    }

    /// errors: of this step and the two accepted before it; k: the order of the local error.
    [[nodiscard]] double factor(const std::array<double, 3>& errors, double k) const {
        const double b[] = {(proportional + integral + derivative) / k,
                            -(proportional + 2 * derivative) / k, derivative / k};
        double f = safety;
        for (unsigned i = 0; i < 3; ++i)
            f *= std::pow(std::clamp(errors[i], 1e-10, 1e10), -b[i]);
        return std::clamp(f, least, most);
    }
};

/// The error that is let pass: absolute + relative max(|x|, |x_new|), element by element.
struct tolerance {
    double absolute = 1e-3;
    double relative = 1e-3;

    void check() const {
        diffgen::detail::require(absolute >= 0 && relative >= 0 && absolute + relative > 0 &&
                                     std::isfinite(absolute + relative),
                                 "a tolerance of ", absolute, " absolute and ", relative,
                                 " relative; they are not negative, and not both 0");
    }
};

/// The judge of an adaptive solver's stage: measured[0] is the estimate of the error, measured[1]
/// the new state, the parameters are the tolerance.
struct error_in_tolerances {
    template <class T, class V>
    DIFFGEN_VALUE static void element(const T* parameters, const V& x, V& error, V& next) {
        const V size = max(abs(x), abs(next));
        error = error / fma(broadcast<V>(parameters[1]), size, broadcast<V>(parameters[0]));
        next = broadcast<V>(T(0));
    }
};

/// The same with the larger of the two, absolute or relative max(|x|, |x_new|), as Lu et al. 2022a
/// and Jolicoeur-Martineau et al. 2021 have it.
struct error_in_larger_tolerance {
    template <class T, class V>
    DIFFGEN_VALUE static void element(const T* parameters, const V& x, V& error, V& next) {
        const V relative = broadcast<V>(parameters[1]) * max(abs(x), abs(next));
        error = error / max(broadcast<V>(parameters[0]), relative);
        next = broadcast<V>(T(0));
    }
};

/// What an adaptive solver remembers of a sample: values alone, so that a copy is as good.
struct step_memory {
    /// Before, from, to, the last level with noise, and the clean end if the grid has it.
    std::array<noise_level, 5> levels{};
    std::size_t offset = 0;  ///< the first level that the solver is told of,
    std::size_t count = 0;   ///< how many they are,
    int index = 0;           ///< and which of their steps comes next
    noise_level last{};      ///< level with noise: there the control ends
    noise_level end{};       ///< of the grid; where it is clean, one step leads there from `last`
    double next = 0;         ///< size of the next step
    bool accepted = true;    ///< the last step that was tried
    std::array<double, 2> errors{1, 1};  ///< of the last accepted steps, in tolerances

    /// Where the sample is. It refers to this memory, and is good until that changes or moves.
    [[nodiscard]] grid_position position() const {
        return {std::span<const noise_level>(levels).subspan(offset, count), index};
    }

    /// Notes the error of a step of size h whose local error has order k. Returns whether it is
    /// let pass.
    bool judge(const step_controller& control, double h, double k, const measurement& m) {
        const double error = std::sqrt(m.sums[0] / static_cast<double>(m.elements));
        accepted = error <= 1;
        if (accepted) {
            next = product(h, control.factor({error, errors[0], errors[1]}, k));
            errors = {error, errors[0]};
        } else {
            next =
                product(h, std::clamp(control.safety * std::pow(error, -1 / k), control.least, 1.));
        }
        return accepted;
    }
};

static_assert(std::is_trivially_copyable_v<step_memory>);

/// The way of a sample under control. The steps are measured by Variable, such as in_sigma. A
/// solver sees step 0 at first and step 1 from then on.
template <class Variable>
struct controlled_path {
    /// The grid serves for its ends; its first step is the first that is tried.
    static void depart(step_memory& m, std::span<const noise_level> grid) {
        m.end = grid.back();
        m.last = grid[grid.size() - (m.end.is_clean() ? 2 : 1)];
        arrange(m, grid[0], grid[0], grid[1]);
        m.offset = 1;  // nothing lies before
        --m.count;
        m.index = 0;
    }

    /// After a step that was judged, or the one to the clean end.
    static void proceed(step_memory& m, const process_view& process) {
        const grid_position tried = m.position();
        const step at{process, tried.levels, tried.index};
        const noise_level before = at.from();
        const bool arrived = same(m.accepted ? at.to() : at.from(), m.last);
        if (at.to().is_clean() || (arrived && !m.end.is_clean())) {
            m.count = static_cast<std::size_t>(++m.index) + 1;
            return;
        }
        const noise_level from = m.accepted ? at.to() : before;
        if (arrived) return arrange(m, before, from, m.end);
        const double here = Variable::variable(from), end = Variable::variable(m.last);
        diffgen::detail::require(std::abs(m.next) > 1e-12 * std::abs(end - here),
                                 "the tolerance asks for steps of ", m.next, " at t = ", from.t,
                                 ", where ", end - here,
                                 " is left to go; ask for less, or in double precision");
        const bool reaches = std::abs(m.next) >= std::abs(end - here) * (1 - 1e-9);
        arrange(m, before, from, reaches ? m.last : Variable::level(at, here + m.next));
    }

    /// Whether the step is tried again, shorter: what was found at its start holds still.
    [[nodiscard]] static bool retries(const step& s) {
        return s.index > 0 && same(s.level(s.index - 1), s.from());
    }

  private:
    [[nodiscard]] static bool same(const noise_level& a, const noise_level& b) {
        return a.log_snr == b.log_snr;
    }
    /// Makes the step between two levels the next. They are values: the memory's own are written.
    static void arrange(step_memory& m, noise_level before, noise_level from, noise_level to) {
        m.levels = {before, from, to};
        m.offset = 0;
        m.count = 3;
        m.index = 1;
        if (!to.is_clean() && !same(to, m.last)) m.levels[m.count++] = m.last;
        if (!to.is_clean() && m.end.is_clean()) m.levels[m.count++] = m.end;
    }
};

}  // namespace diffgen::solver
