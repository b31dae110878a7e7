// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a solver does to Gaussian data, exactly and without a sample: a planned stage is affine, and
// so is the denoised estimate of N(m, v), D = m + alpha v / (alpha^2 v + sigma^2) (x - alpha m);
// hence the registers stay jointly Gaussian, and their mean and covariance follow a recursion.
// Holds for every solver whose stages do not tune themselves.

#include <diffgen/core/stage.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

namespace testing {

struct moments {
    double mean, variance;
};

/// Of x_t = alpha x_0 + sigma eps, for x_0 with the moments of the data.
inline moments marginal(const moments& data, const diffgen::noise_level& l) {
    return {l.alpha * data.mean, l.alpha * l.alpha * data.variance + l.sigma * l.sigma};
}

/// Mean and covariance of a solver's registers, one element of one sample, over planned stages.
class affine_moments {
  public:
    /// `start`: of the state; the other registers are 0, as a run has them.
    affine_moments(const moments& data, const moments& start) : data_(data) {
        mean_[0] = start.mean;
        covariance_[0][0] = start.variance;
    }

    [[nodiscard]] moments of_register(unsigned i) const { return {mean_[i], covariance_[i][i]}; }

    void apply(const diffgen::stage& s) {
        if (s.measured && !s.measured->judged)
            throw std::logic_error("a self-tuning stage is not affine");
        const auto m = static_cast<unsigned>(s.rows);
        std::array<form, size> rows;  // the identity, but for the registers written
        for (unsigned r = 0; r < size; ++r)
            rows[r].registers[r] = 1;
        for (unsigned i = 0; i < m; ++i) {
            const auto target = static_cast<unsigned>(s.updates[i].target);
            rows[target] = with_data(s, s.updates[i].form);
            written_ = std::max(written_, target + 1);
        }
        decltype(mean_) mean{};
        decltype(covariance_) covariance{};
        for (unsigned r = 0; r < written_; ++r) {
            mean[r] = rows[r].constant;
            for (unsigned i = 0; i < written_; ++i)
                mean[r] += rows[r].registers[i] * mean_[i];
            for (unsigned q = 0; q < written_; ++q) {
                for (unsigned i = 0; i < written_; ++i)
                    for (unsigned j = 0; j < written_; ++j)
                        covariance[r][q] +=
                            rows[r].registers[i] * covariance_[i][j] * rows[q].registers[j];
                for (unsigned d = 0; d < diffgen::max_draws; ++d)
                    covariance[r][q] += rows[r].noise[d] * rows[q].noise[d];
            }
        }
        mean_ = mean;
        covariance_ = covariance;
    }

  private:
    static constexpr unsigned size = diffgen::max_registers;

    struct form {
        std::array<double, size> registers{};
        std::array<double, diffgen::max_draws> noise{};
        double constant = 0;
    };

    /// The row with D written out as the affine function of the register that the network saw.
    [[nodiscard]] form with_data(const diffgen::stage& s, const diffgen::linear_form& f) const {
        form out{f.registers, f.noise, 0};
        if (f.denoised == 0) return out;
        const auto& l = s.level;
        const double gain = l.alpha * data_.variance / marginal(data_, l).variance;
        out.registers[static_cast<unsigned>(s.input_register)] += f.denoised * gain;
        out.constant = f.denoised * (1 - gain * l.alpha) * data_.mean;
        return out;
    }

    moments data_;
    unsigned written_ = 1;  ///< the registers from here on are 0
    std::array<double, size> mean_{};
    std::array<std::array<double, size>, size> covariance_{};
};

/// Moments of the state after a whole run over `levels`.
template <class Solver>
moments run_moments(const diffgen::process_view& process, const Solver& solver,
                    std::span<const diffgen::noise_level> levels, const moments& data,
                    const moments& start) {
    affine_moments m(data, start);
    diffgen::step s{process, levels, 0};
    for (; s.index < s.count(); ++s.index)
        for (int j = 0, parts = solver.stages(s); j < parts; ++j)
            m.apply(solver.plan(s, j));
    return m.of_register(0);
}

}  // namespace testing
