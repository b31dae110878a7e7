// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stage that draws knows its Gaussian: what it writes is x' = mean + c z, the mean being the row
// without its normals, so that
//     log p(x') = -|x' - mean|^2 / (2 c^2) - n log(c) - n log(2 pi) / 2
// for a sample of n elements. Here is what of an instruction gives mean and c, and the sums over
// each sample, in double and in a fixed order.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/instruction.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/exec/reduce.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

/// The log probability densities of the transitions of a run, one number a sample: a transition is
/// what one stage draws, given all that was before. In natural logarithms.
class log_probability_table {
  public:
    log_probability_table(std::size_t samples, std::vector<double> values)
        : samples_(samples), values_(std::move(values)) {}

    [[nodiscard]] std::size_t samples() const { return samples_; }
    [[nodiscard]] std::size_t transitions() const {
        return samples_ == 0 ? 0 : values_.size() / samples_;
    }
    /// Transition k, 0 .. transitions() - 1, of every sample.
    [[nodiscard]] std::span<const double> of(std::size_t k) const {
        return std::span(values_).subspan(k * samples_, samples_);
    }
    /// The whole path of every sample: the sum over its transitions, from the first to the last.
    [[nodiscard]] std::vector<double> of_paths() const {
        std::vector<double> sums(samples_);
        for (std::size_t k = 0; k < transitions(); ++k)
            for (std::size_t i = 0; i < samples_; ++i)
                sums[i] += of(k)[i];
        return sums;
    }

  private:
    std::size_t samples_;
    std::vector<double> values_;
};

}  // namespace diffgen::inline DIFFGEN_ABI

namespace diffgen::inline DIFFGEN_ABI::exec {

/// What a stage draws: N(mean, deviation^2) for every element of a register.
struct transition_law {
    int step = 0, stage = 0;
    int target = 0;        ///< the register
    double deviation = 0;  ///< as the pass has it, in the scalar of the state
};

namespace detail {

/// The row of an instruction that has noise; -1: none.
template <class T, class Shape>
[[nodiscard]] int drawn_row(const instruction<T, Shape>& s) {
    for (int r = 0; r < s.rows; ++r)
        if (s.updates[r].form.reads_noise != 0) return r;
    return -1;
}

/// What row r of an instruction draws.
template <class T, class Shape>
[[nodiscard]] transition_law law_of_row(const instruction<T, Shape>& s, int r) {
    transition_law law{0, 0, s.updates[r].target, 0};
    double variance = 0;
    int normals = 0;
    for (int d = 0; d < Shape::draws; ++d)
        if (const double c = std::abs(static_cast<double>(s.updates[r].form.noise[d])); c > 0) {
            law.deviation = c;
            variance = product(c, c) + variance;
            ++normals;
        }
    if (normals > 1) law.deviation = std::sqrt(variance);
    return law;
}

/// Throws bad_argument where more than one register of a stage gets noise.
template <class T, class Shape>
void require_one_drawn_row(const instruction<T, Shape>& s, int step, int stage) {
    const int first = drawn_row(s);
    for (int r = first + 1; first >= 0 && r < s.rows; ++r)
        diffgen::detail::require(
            s.updates[r].form.reads_noise == 0, "a path of a solver that adds noise to registers ",
            s.updates[first].target, " and ", s.updates[r].target, " at once (stage ", stage,
            " of step ", step,
            "); a transition is the Gaussian of one register, which seeds of order 2 and more and "
            "underdamped_langevin do not have");
}

/// The instruction that writes the mean of row r, and nothing else, to register `to`.
template <class T, class Shape>
[[nodiscard]] instruction<T, Shape> mean_of_row(instruction<T, Shape> s, int r, int to) {
    s.updates[0] = s.updates[r];
    s.updates[0].target = to;
    s.updates[0].form.reads_noise = 0;
    s.rows = 1;
    s.draws = 0;
    return s;
}
/// The instruction with the mean of row r written to register `to`; all other rows are as they are.
template <class T, class Shape>
[[nodiscard]] instruction<T, Shape> with_mean_of_row(instruction<T, Shape> s, int r, int to) {
    s.updates[r].target = to;
    s.updates[r].form.reads_noise = 0;
    s.draws = 0;
    return s;
}

/// Sums of |x - mean|^2 over one chunk of one sample; x is copied to `to`.
template <class T, int Capacity>
struct deviations_pass {
    static constexpr int part = Capacity < chunk ? accumulators : chunk;

    const T* x;
    const T* mean;
    T* to;
    double* partial_sums;
    std::size_t elements, chunks;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t index) const {
        using W = std::conditional_t<std::is_same_v<T, double>, V, double>;
        const std::size_t sample = index / chunks, number = index % chunks;
        std::size_t begin = sample * elements + number * static_cast<std::size_t>(chunk);
        const std::size_t left = (sample + 1) * elements - begin;
        int count = left < static_cast<std::size_t>(chunk) ? static_cast<int>(left) : chunk;
        sum_of_squares<W> sum;
        for (; count > 0; count -= part, begin += static_cast<std::size_t>(part)) {
            const int here = count < part ? count : part;
            double apart[std::size_t{part}];
            for (int i = 0; i < here; ++i) {
                const T value = x[begin + static_cast<std::size_t>(i)];
                apart[i] = static_cast<double>(value) -
                           static_cast<double>(mean[begin + static_cast<std::size_t>(i)]);
                to[begin + static_cast<std::size_t>(i)] = value;
            }
            sum.add(apart, here);
        }
        partial_sums[index] = sum.total();
    }
};

/// The sum over sample `index`.
struct sample_deviations_pass {
    const double* partial_sums;
    double* sums;
    std::size_t chunks;

    template <class V>
    DIFFGEN_VALUE void run(std::size_t sample) const {
        const double* from = partial_sums + sample * chunks;
        double sum = from[0];
        for (std::size_t i = 1; i < chunks; ++i)
            sum = sum + from[i];
        sums[sample] = sum;
    }
};

}  // namespace detail

/// The sums of a path's transitions, in memory of the execution policy, and what they mean.
template <class T, class Space>
class path_density {
  public:
    path_density() = default;
    /// Of as many transitions as there are laws.
    template <class Exec>
    path_density(const Exec& e, std::vector<transition_law> laws, std::size_t samples,
                 std::size_t elements)
        : laws_(std::move(laws)),
          samples_(samples),
          elements_(elements),
          sums_(e, laws_.size() * samples),
          partial_sums_(e, samples * chunks()) {}

    [[nodiscard]] const std::vector<transition_law>& laws() const { return laws_; }
    [[nodiscard]] std::size_t samples() const { return samples_; }
    [[nodiscard]] std::size_t elements() const { return elements_; }
    /// How many transitions have been taken in.
    [[nodiscard]] std::size_t count() const { return count_; }
    void begin() { count_ = 0; }

    /// Takes in the next transition, from `mean` to x, and copies x to `to`. Queued.
    template <class Exec>
    void take(const Exec& e, const T* x, const T* mean, T* to) {
        using pass = detail::deviations_pass<T, Exec::tile_capacity>;
        e.for_each(samples_ * chunks(),
                   with_lanes<T, pass>{{x, mean, to, partial_sums_.data(), elements_, chunks()}});
        e.for_each(samples_,
                   with_lanes<double, detail::sample_deviations_pass>{
                       {partial_sums_.data(), sums_.data() + count_ * samples_, chunks()}});
        ++count_;
    }

    /// Transitions `from` to `to` - 1 of every sample. Waits for the passes.
    template <class Exec>
    [[nodiscard]] std::vector<double> log_probabilities(const Exec& e, std::size_t from,
                                                        std::size_t to) const {
        std::vector<double> values((to - from) * samples_);
        buffer<double, Space>::read(e, sums_.data() + from * samples_, values.size(),
                                    values.data());
        for (std::size_t k = from; k < to; ++k) {
            const double c = laws_[k].deviation, n = static_cast<double>(elements_);
            const double at_mean = -product(n, std::log(c) + 0.5 * std::log(2 * std::numbers::pi));
            for (std::size_t i = 0; i < samples_; ++i) {
                double& value = values[(k - from) * samples_ + i];
                value = at_mean - product(0.5 / c, value / c);
            }
        }
        return values;
    }

  private:
    [[nodiscard]] std::size_t chunks() const {
        return (elements_ + chunk - 1) / static_cast<std::size_t>(chunk);
    }

    std::vector<transition_law> laws_;
    std::size_t samples_ = 0, elements_ = 0, count_ = 0;
    buffer<double, Space> sums_, partial_sums_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
