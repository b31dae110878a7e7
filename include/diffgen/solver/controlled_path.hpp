// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The way of one sample under error control. Of the run's grid it takes the two ends alone: where
// the grid ends clean, the way goes on to less noise until the step to the denoised estimate, too,
// is within the tolerance.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/solver/grid_position.hpp>
#include <diffgen/solver/in_angle.hpp>
#include <diffgen/solver/step.hpp>
#include <diffgen/solver/step_control.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::solver {

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
    double nearer = 1;  ///< factor of sigma / alpha, where the step to the clean end is refused
    std::array<double, 2> errors{1, 1};  ///< of the last accepted steps, in tolerances

    /// Whether there is a step where the sample is.
    [[nodiscard]] bool is_valid() const {
        return offset <= levels.size() && count <= levels.size() - offset && index >= 0 &&
               static_cast<std::size_t>(index) < count;
    }

    /// Where the sample is. It refers to this memory, and is good until that changes or moves.
    [[nodiscard]] grid_position position() const {
        return {std::span<const noise_level>(levels).subspan(offset, count), index};
    }

    /// Notes the error, in tolerances, of a step of size h whose local error has order k. Returns
    /// whether it is let pass.
    bool judge(const step_controller& control, double h, double k, double error) {
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
    /// Notes the error of the step to the clean end, which falls at least like the `order`-th power
    /// of sigma / alpha. Returns whether it is let pass; if not, it is tried again from so little
    /// noise that a 50th of the tolerance is expected: nearly all of it is left to the steps.
    bool judge_end(double error, double order) {
        accepted = error <= 1;
        nearer = std::clamp(std::pow(50 * error, -1 / order), 1e-3, 0.5);
        return accepted;
    }
};
static_assert(std::is_trivially_copyable_v<step_memory>);

/// Steps are measured by Variable, such as in_angle. A solver sees step 0 at first and step 1 from
/// then on.
template <class Variable>
struct controlled_path {
    /// Between the ends of the grid, the first step that is tried being an angle as in_angle has
    /// it. The first level from which the step to a clean end is tried is that of the schedule's
    /// t_min.
    static void depart(step_memory& m, const process_view& process,
                       std::span<const noise_level> grid, double first_angle) {
        m.end = grid.back();
        m.last = m.end.is_clean() ? last_with_noise(process, grid[0]) : m.end;
        const double here = in_angle::variable(grid[0]), way = in_angle::variable(m.last) - here;
        const bool reaches = std::abs(way) <= first_angle;
        begin(m, grid[0],
              reaches ? m.last : in_angle::level(process, here + std::copysign(first_angle, way)));
    }

    /// Along a grid that ends with noise, the first step that is tried being its own.
    static void depart(step_memory& m, std::span<const noise_level> grid) {
        m.last = m.end = grid.back();
        begin(m, grid[0], grid[1]);
    }

    /// After a step that was judged. longest: angle of the longest step.
    static void proceed(step_memory& m, const process_view& process,
                        double longest = diffgen::detail::infinity) {
        const grid_position tried = m.position();
        const step at{process, tried.levels, tried.index};
        const noise_level before = at.from(), from = m.accepted ? at.to() : before;
        const bool arrived = same(from, m.last);
        if (m.accepted && (from.is_clean() || (arrived && !m.end.is_clean()))) {
            m.count = static_cast<std::size_t>(++m.index) + 1;
            return;
        }
        if (at.to().is_clean()) {
            m.last = process.level_of_log_snr(from.log_snr - 2 * std::log(m.nearer));
            return arrange(m, from, from, m.last);
        }
        if (arrived) return arrange(m, before, from, m.end);
        const double here = Variable::variable(from), end = Variable::variable(m.last);
        diffgen::detail::require(std::abs(m.next) > 1e-12 * std::abs(end - here),
                                 "the tolerance asks for steps of ", m.next, " at t = ", from.t,
                                 ", where ", end - here,
                                 " is left to go; ask for less, or in double precision");
        const bool reaches = std::abs(m.next) >= std::abs(end - here) * (1 - 1e-9);
        noise_level to = reaches ? m.last : Variable::level(at, here + m.next);
        const double angle = in_angle::variable(from), turn = in_angle::variable(to) - angle;
        if (std::abs(turn) > longest * (1 + 1e-9))
            to = in_angle::level(process, angle + std::copysign(longest, turn));
        arrange(m, before, from, to);
    }

    /// Whether the step is tried again, from the level where the last began: what was found there
    /// holds still.
    [[nodiscard]] static bool retries(const step& s) {
        return s.index > 0 && same(s.level(s.index - 1), s.from());
    }

  private:
    [[nodiscard]] static bool same(const noise_level& a, const noise_level& b) {
        return a.log_snr == b.log_snr;
    }
    [[nodiscard]] static noise_level last_with_noise(const process_view& process,
                                                     const noise_level& first) {
        const noise_level smallest = process.level(process.t_min());
        const double start = first.sigma_over_alpha();
        if (!smallest.is_clean() && smallest.sigma_over_alpha() <= start / 2) return smallest;
        return process.level_of_log_snr(-2 * std::log(std::min(start / 8, 0.01)));
    }
    static void begin(step_memory& m, const noise_level& from, const noise_level& to) {
        arrange(m, from, from, to);
        m.offset = 1;  // nothing lies before
        --m.count;
        m.index = 0;
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

namespace detail {

/// The denoised estimate, where register `value` holds what `form` gives of it and of register
/// `input`.
[[nodiscard]] inline linear_form denoised_of(const linear_form& form, int input, int value) {
    const double state = form.registers[static_cast<unsigned>(input)];
    return (symbol::reg(value) - state * symbol::reg(input)) / form.denoised;
}

/// The noise estimate in the state at level l whose denoised estimate is `denoised`.
[[nodiscard]] inline linear_form noise_of(const noise_level& l, const linear_form& denoised) {
    return (symbol::x - l.alpha * denoised) / l.sigma;
}

/// The error of the step from s.from() to the denoised estimate `denoised`. From r = sigma / alpha
/// on, the flow moves x / alpha by the integral of eps over r; the step takes eps to stay as it is,
/// and register `before` holds what it was where the last step began. Without such a step, all that
/// it moves is taken for its error.
[[nodiscard]] inline linear_form error_at_end(const step& s, const linear_form& denoised,
                                              int before) {
    if (s.index == 0) return symbol::x / s.from().alpha - denoised;
    const double r = s.from().sigma_over_alpha();
    const double change = s.level(s.index - 1).sigma_over_alpha() - r;
    return product(0.5 * r, r / change) * (symbol::reg(before) - noise_of(s.from(), denoised));
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
