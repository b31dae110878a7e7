// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A predictor under a measurement: its denoised estimate is changed by a method, so that any solver
// samples what the method takes for the posterior.
//
//     auto p = posterior::given(predicts(epsilon{}, net), posterior::measured{A, y, 0.1},
//                               posterior::moment_matching{});

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/posterior/estimator.hpp>
#include <diffgen/posterior/measured.hpp>
#include <diffgen/posterior/rows.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <span>
#include <type_traits>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// What a method sees of a batch: the states x_t, a column a sample, their estimates D = E[x_0 |
/// x_t], their levels, and J'v on demand.
template <class Estimator, class Level>
class estimates {
  public:
    const matrix& x;
    const matrix& denoised;

    estimates(Estimator& e, const matrix& states, const matrix& d, const Level& l)
        : x(states), denoised(d), estimator_(&e), level_(&l) {}

    [[nodiscard]] const noise_level& level(Index i) const {
        return detail::level_of_row(*level_, static_cast<std::size_t>(i));
    }
    /// J'v of every column, J the Jacobian of D in x_t.
    [[nodiscard]] matrix vjp(const matrix& v) const { return estimator_->vjp(x, v, *level_); }

  private:
    Estimator* estimator_;
    const Level* level_;
};

/// A batched network that predicts the denoised estimate of a predictor as a method changes it.
/// Method: method(estimates, measured) gives the new estimates, a column a sample.
template <class Predictor, class Operator, class Method>
class conditional_network {
  public:
    conditional_network(Predictor p, measured<Operator> m, Method method)
        : predictor_(std::move(p)), measured_(std::move(m)), method_(std::move(method)) {
        diffgen::detail::check(method_);
    }

    [[nodiscard]] Predictor& predictor() { return predictor_; }
    [[nodiscard]] const measured<Operator>& measurement() const { return measured_; }

    /// Level: noise_level, or std::span<const noise_level> with one for each row.
    template <class T, class Level>
    void operator()(batch_view<const T> in, batch_view<T> out, const Level& level) {
        evaluate(*this, in, out, level);
    }
    template <class T, class Level>
    void operator()(batch_view<const T> in, batch_view<T> out, const Level& level) const {
        evaluate(*this, in, out, level);
    }

  private:
    template <class Self, class T, class Level>
    static void evaluate(Self& self, batch_view<const T> in, batch_view<T> out,
                         const Level& level) {
        const auto& m = self.measured_;
        detail::check_size("a sample", static_cast<Index>(in.elements), m.op().cols());
        m.check_rows(static_cast<Index>(in.samples));
        matrix x(static_cast<Index>(in.elements), static_cast<Index>(in.samples));
        for (std::size_t i = 0; i < in.samples; ++i) {
            const noise_level& l = detail::level_of_row(level, i);
            require(l.alpha > 0, "a measurement of pure noise, at t = ", l.t,
                    ": there sigma / alpha, by which the methods go, is infinite; begin the grid "
                    "below it");
            x.col(static_cast<Index>(i)) = detail::read_row(in, i);
        }
        estimator<decltype((self.predictor_)), T> e(self.predictor_);
        const matrix d = e.denoised(x, level);
        const matrix changed = self.method_(estimates(e, x, d, level), m);
        for (std::size_t i = 0; i < in.samples; ++i)
            detail::write_row(out, i, changed.col(static_cast<Index>(i)));
    }

    Predictor predictor_;
    measured<Operator> measured_;
    Method method_;
};

/// The predictor under a measurement. Predictor: predicts{...} of a batched network, one output for
/// each sample. Throws bad_argument where the method's constants make no sense.
template <class Predictor, class Operator, class Method>
[[nodiscard]] auto given(Predictor p, measured<Operator> m, Method method) {
    return predicts(diffgen::denoised{}, conditional_network<Predictor, Operator, Method>(
                                             std::move(p), std::move(m), std::move(method)));
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
