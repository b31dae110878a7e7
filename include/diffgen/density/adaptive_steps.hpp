// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Flow and density with error control: an embedded Runge-Kutta pair (solver/tableau.hpp) whose
// steps follow an estimate of the error of samples and integrals. Each sample has steps of its own,
// so that it never feels its batch; or all share one control.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/density/error_norm.hpp>
#include <diffgen/density/flow_system.hpp>
#include <diffgen/solver/in_angle.hpp>
#include <diffgen/solver/step_control.hpp>
#include <diffgen/solver/tableau.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// The error of a step is held against absolute + relative max(|y|, |y next|) in the root mean
/// square over the numbers of a sample and its integrals (Hairer, Norsett and Wanner 1993, II.4);
/// together: over those of all samples. Order: the tableau's.
template <class Tableau = solver::tableau::dormand_prince, class Variable = solver::in_angle>
struct adaptive_steps {
    double absolute = 1e-6;
    double relative = 1e-6;
    bool together = false;
    int most_steps = 100000;  ///< that one sample may try
    solver::step_controller controller{};
    Tableau tableau{};

    void check() const {
        solver::tolerance{absolute, relative}.check();
        controller.check();
        require(most_steps > 0, "a flow of at most ", most_steps, " steps");
        diffgen::detail::check(tableau);
    }

    /// Brings the rows y (samples x, then integrals) from one level to the other.
    /// Throws non_finite where a slope is not finite, error where the tolerance is out of reach.
    template <class System>
    void carry(System& system, std::vector<double>& y, const noise_level& from,
               const noise_level& to) const {
        run<System>(*this, system, y, from, to).finish();
    }

  private:
    static constexpr auto stages = static_cast<std::size_t>(Tableau::evaluations);
    /// Whether the last weight of the pair is of the slope at the end, which the next step begins
    /// with.
    static constexpr bool ends_with_slope =
        std::tuple_size_v<std::remove_cvref_t<decltype(Tableau::embedded)>> == stages + 1;

    /// Samples that go on together.
    struct cohort {
        std::vector<std::size_t> rows;
        std::vector<double> y, slope;  ///< slope: at the beginning of the step
        double at = 0, h = 0;
        std::array<double, 3> errors{1, 1, 1};
        bool refused = false;
        int tried = 0;
    };

    template <class System>
    class run {
      public:
        run(const adaptive_steps& control, System& system, std::vector<double>& y,
            const noise_level& from, const noise_level& to)
            : control_(control), system_(system), y_(y), from_(from), to_(to) {}

        void finish() {
            const std::size_t width = system_.width();
            enter_coordinate<Variable>(y_, width, system_.elements(), from_);
            end_ = Variable::variable(to_);
            std::vector<cohort> cohorts(control_.together ? 1 : y_.size() / width);
            for (std::size_t i = 0; i < y_.size() / width; ++i)
                cohorts[control_.together ? 0 : i].rows.push_back(i);
            for (cohort& c : cohorts) {
                begin(c);
                while (c.at != end_)
                    step(c);
                for (std::size_t k = 0; k < c.rows.size(); ++k)
                    std::copy_n(c.y.begin() + static_cast<std::ptrdiff_t>(k * width), width,
                                y_.begin() + static_cast<std::ptrdiff_t>(c.rows[k] * width));
            }
            leave_coordinate<Variable>(y_, width, system_.elements(), to_);
        }

      private:
        [[nodiscard]] noise_level level(double at) const {
            return at == end_                        ? to_
                   : at == Variable::variable(from_) ? from_
                                                     : system_.template level<Variable>(at);
        }
        void slope(const cohort& c, double at, const std::vector<double>& y,
                   std::vector<double>& out) {
            out.resize(y.size());
            const noise_level l = level(at);
            system_.template slopes<Variable>(c.rows, y, {&l, 1}, out);
        }
        [[nodiscard]] double norm(const std::vector<double>& v, const std::vector<double>& a,
                                  const std::vector<double>& b) const {
            return error_in_tolerances(v, a, b, control_.absolute, control_.relative);
        }
        [[nodiscard]] double longest() const {
            const double whole = std::abs(end_ - Variable::variable(from_));
            if constexpr (std::is_same_v<Variable, solver::in_angle>)
                return std::min(whole, control_.controller.longest);
            else
                return whole;
        }

        /// The first slope, and a first step from two of them (Hairer et al., II.4, "starting
        /// step size").
        void begin(cohort& c) {
            const std::size_t width = system_.width();
            for (const std::size_t row : c.rows)
                c.y.insert(c.y.end(), y_.begin() + static_cast<std::ptrdiff_t>(row * width),
                           y_.begin() + static_cast<std::ptrdiff_t>((row + 1) * width));
            c.at = Variable::variable(from_);
            const double way = end_ > c.at ? 1 : -1, whole = std::abs(end_ - c.at);
            slope(c, c.at, c.y, c.slope);
            const double d0 = norm(c.y, c.y, c.y), d1 = norm(c.slope, c.y, c.y);
            const double h0 = std::min(whole, first_step(d0, d1));
            std::vector<double> next = c.y, bend;
            for (std::size_t i = 0; i < next.size(); ++i)
                next[i] += way * h0 * c.slope[i];
            slope(c, c.at + way * h0, next, bend);
            for (std::size_t i = 0; i < bend.size(); ++i)
                bend[i] -= c.slope[i];
            const double d2 = norm(bend, c.y, c.y) / h0;
            const double h1 = second_step(d1, d2, h0, Tableau::embedded_order + 1);
            c.h = way * std::min({100 * h0, h1, longest()});
        }

        void step(cohort& c) {
            const double left = end_ - c.at;
            const bool last = std::abs(c.h) >= std::abs(left);
            const double h = last ? left : c.h, next_at = last ? end_ : c.at + h;
            const double least = 10 * std::abs(std::nextafter(c.at, end_) - c.at);
            if (++c.tried > control_.most_steps || std::abs(h) < std::min(least, std::abs(left)))
                throw error(diffgen::detail::text("diffgen: sample ", c.rows.front(), " after ",
                                                  c.tried, " steps is at the variable ", c.at,
                                                  " of a flow to ", end_, " with a step of ", h,
                                                  "; the tolerance is out of reach"));
            std::vector<std::vector<double>> k(stages + (ends_with_slope ? 1 : 0));
            k[0] = c.slope;
            std::vector<double> point;
            for (std::size_t j = 1; j < stages; ++j) {
                point = c.y;
                add(point, h, control_.tableau.a[j], k, j);
                const double node = control_.tableau.c[j];
                slope(c, node == 1 ? next_at : c.at + node * h, point, k[j]);
            }
            std::vector<double> next = c.y;
            add(next, h, control_.tableau.b, k, stages);
            if constexpr (ends_with_slope) slope(c, next_at, next, k[stages]);
            judge(c, h, next_at, std::move(next), k);
        }

        template <class Weights>
        static void add(std::vector<double>& y, double h, const Weights& weights,
                        const std::vector<std::vector<double>>& k, std::size_t count) {
            for (std::size_t i = 0; i < y.size(); ++i) {
                double sum = 0;
                for (std::size_t j = 0; j < count; ++j)
                    sum += weights[j] * k[j][i];
                y[i] += h * sum;
            }
        }

        void judge(cohort& c, double h, double next_at, std::vector<double> next,
                   const std::vector<std::vector<double>>& k) {
            auto difference = control_.tableau.embedded;
            for (std::size_t j = 0; j < difference.size(); ++j)
                difference[j] -= j < stages ? control_.tableau.b[j] : 0;
            std::vector<double> e(c.y.size());
            add(e, h, difference, k, difference.size());
            const double error = norm(e, c.y, next);
            if (!std::isfinite(error))
                throw non_finite(diffgen::detail::text(
                    "diffgen: the flow of sample ", c.rows.front(),
                    " is not finite between the variable's values ", c.at, " and ", next_at));
            double factor = control_.controller.factor({error, c.errors[0], c.errors[1]},
                                                       Tableau::embedded_order + 1);
            if (error >= 1) {
                c.h = h * std::max(control_.controller.least, std::min(factor, 0.9));
                c.refused = true;
                return;
            }
            if (c.refused) factor = std::min(factor, 1.);
            c.h = std::copysign(std::min(std::abs(h) * factor, longest()), h);
            c.errors = {error, c.errors[0], c.errors[1]};
            c.refused = false;
            c.at = next_at;
            c.y = std::move(next);
            if constexpr (ends_with_slope)
                c.slope = k[stages];
            else if (c.at != end_)
                slope(c, c.at, c.y, c.slope);
        }

        const adaptive_steps& control_;
        System& system_;
        std::vector<double>& y_;
        const noise_level &from_, &to_;
        double end_ = 0;
    };
};

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
