// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The probability-flow ODE of many samples together with what their log densities change by (Chen
// et al. 2018, instantaneous change of variables; Song et al. 2021, appendix D.2), in any of the
// variables of the solvers: sigma / alpha, time, alpha / sigma, the angle.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/linear_form.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/density/denoiser.hpp>
#include <diffgen/process/process_view.hpp>
#include <diffgen/solver/step.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// Rows of width() numbers: the coordinate u = x / scale of a sample, then its integrals of the
/// divergence, one a probe: log p(x at the beginning) = log p(x at the end) + integral, for a path
/// that begins at the data or at the prior alike.
template <class T, class Predictor>
class flow_system {
  public:
    /// probes: rows x integrals x elements; none: the exact trace, one integral a row.
    flow_system(process_view process, Predictor& predictor, std::size_t elements,
                std::size_t integrals, std::vector<double> probes)
        : process_(process),
          denoiser_(predictor, elements),
          integrals_(integrals),
          probes_(std::move(probes)) {}

    [[nodiscard]] const process_view& process() const { return process_; }
    [[nodiscard]] std::size_t elements() const { return denoiser_.elements(); }
    [[nodiscard]] std::size_t integrals() const { return integrals_; }
    [[nodiscard]] std::size_t width() const { return elements() + integrals_; }
    /// How often the predictor was asked, whatever the number of rows.
    [[nodiscard]] int evaluations() const { return evaluations_; }

    /// The derivatives of the rows `y` by the variable, at a level for all or one for each. rows:
    /// the numbers of these rows, by which their probes are known.
    template <class Variable>
    void slopes(std::span<const std::size_t> rows, std::span<const double> y,
                std::span<const noise_level> levels, std::span<double> dy) {
        const std::size_t n = rows.size(), D = elements(), W = width();
        x_.resize(n * D);
        denoised_.resize(n * D);
        products_.resize(n * integrals_);
        for (std::size_t i = 0; i < n; ++i) {
            const double scale = Variable::scale(of(levels, i));
            for (std::size_t d = 0; d < D; ++d)
                x_[i * D + d] = scale * y[i * W + d];
        }
        denoiser_.estimate(x_, levels, denoised_, products_, probes_of(rows),
                           probes_.empty() ? 0 : integrals_);
        ++evaluations_;
        for (std::size_t i = 0; i < n; ++i) {
            const noise_level& l = of(levels, i);
            const auto [state, data] = coefficients<Variable>(l);
            for (std::size_t d = 0; d < D; ++d)
                dy[i * W + d] = state * x_[i * D + d] + data * denoised_[i * D + d];
            for (std::size_t p = 0; p < integrals_; ++p)
                dy[i * W + D + p] = Variable::scale(l) * (state * squared_length(rows[i], p) +
                                                          data * products_[i * integrals_ + p]);
        }
    }

    /// A step of an explicit Runge-Kutta method needs no more than this: the level at a value of
    /// the variable.
    template <class Variable>
    [[nodiscard]] noise_level level(double value) const {
        return Variable::level(any_step(), value);
    }

  private:
    static const noise_level& of(std::span<const noise_level> levels, std::size_t i) {
        return levels[levels.size() == 1 ? 0 : i];
    }
    [[nodiscard]] step any_step() const { return {process_, levels_, 0, 0, nullptr}; }

    /// du = state x + data D, as the solver's variable says it.
    template <class Variable>
    [[nodiscard]] std::pair<double, double> coefficients(const noise_level& l) const {
        const linear_form f = Variable::slope(any_step(), l, 0);
        return {f.registers[0], f.denoised};
    }
    [[nodiscard]] std::span<const double> probes_of(std::span<const std::size_t> rows) {
        if (probes_.empty()) return {};
        const std::size_t each = integrals_ * elements();
        chosen_.clear();
        for (const std::size_t row : rows)
            chosen_.insert(chosen_.end(), probes_.begin() + static_cast<std::ptrdiff_t>(row * each),
                           probes_.begin() + static_cast<std::ptrdiff_t>((row + 1) * each));
        return chosen_;
    }
    [[nodiscard]] double squared_length(std::size_t row, std::size_t p) const {
        const std::size_t D = elements();
        if (probes_.empty()) return static_cast<double>(D);
        double sum = 0;
        for (std::size_t d = 0; d < D; ++d) {
            const double v = probes_[(row * integrals_ + p) * D + d];
            sum += v * v;
        }
        return sum;
    }

    process_view process_;
    denoiser<T, Predictor> denoiser_;
    std::size_t integrals_;
    std::vector<double> probes_, chosen_, x_, denoised_, products_;
    std::array<noise_level, 2> levels_{};
    int evaluations_ = 0;
};

/// The rows in the coordinate of a variable, from samples at a level; and back. Integrals take up
/// what the coordinate's scale does to densities.
template <class Variable>
void enter_coordinate(std::span<double> y, std::size_t width, std::size_t elements,
                      const noise_level& l) {
    const double scale = Variable::scale(l);
    for (std::size_t i = 0; i < y.size(); i += width)
        for (std::size_t d = 0; d < width; ++d)
            d < elements ? y[i + d] /= scale
                         : y[i + d] -= static_cast<double>(elements) * std::log(scale);
}
template <class Variable>
void leave_coordinate(std::span<double> y, std::size_t width, std::size_t elements,
                      const noise_level& l) {
    const double scale = Variable::scale(l);
    for (std::size_t i = 0; i < y.size(); i += width)
        for (std::size_t d = 0; d < width; ++d)
            d < elements ? y[i + d] *= scale
                         : y[i + d] += static_cast<double>(elements) * std::log(scale);
}

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
