// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Batches that fill no pack: some samples cost what the next multiple of a pack costs, and a single
// sample not much more than the same network by hand.

#include <diffgen/diffgen.hpp>

#include "../contest.hpp"
#include "bars.hpp"

#include <Eigen/Core>

#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace {

using namespace diffgen;

constexpr int inputs = 32, hidden = 64, steps = 10, repeats = 20, rounds = 101;

/// A network 32 -> 64 -> 32 of one sample; four hidden units at a time, whose sums do not wait for
/// each other.
struct dense_network {
    const float* first;   ///< a row of `inputs` weights a hidden unit
    const float* second;  ///< the same of the way out

    template <class V, class S>
    DIFFGEN_VALUE std::array<V, inputs> operator()(std::array<V, inputs> x, level_of<S>) const {
        std::array<V, inputs> y;
        for (V& out : y)
            out = broadcast<V>(S(0));
        for (std::size_t j = 0; j < hidden; j += 4) {
            V unit[4];
            for (V& u : unit)
                u = broadcast<V>(S(0));
            for (std::size_t i = 0; i < inputs; ++i)
                for (std::size_t k = 0; k < 4; ++k)
                    unit[k] = fma(broadcast<V>(S(first[(j + k) * inputs + i])), x[i], unit[k]);
            for (V& u : unit)
                u = max(u, broadcast<V>(S(0)));
            for (std::size_t i = 0; i < inputs; ++i)
                for (std::size_t k = 0; k < 4; ++k)
                    y[i] = fma(broadcast<V>(S(second[(j + k) * inputs + i])), unit[k], y[i]);
        }
        return y;
    }
};

/// The run of one sample by hand: ddim on the levels of the sampler.
class by_hand {
  public:
    by_hand(const std::vector<float>& weights, const std::vector<noise_level>& levels)
        : first_(Eigen::Map<const matrix>(weights.data(), inputs, hidden).transpose()),
          second_(Eigen::Map<const matrix>(weights.data() + inputs * hidden, inputs, hidden)) {
        for (std::size_t k = 0; k + 1 < levels.size(); ++k) {
            const double ratio = levels[k + 1].sigma / levels[k].sigma;
            state_.push_back(static_cast<float>(ratio));
            output_.push_back(static_cast<float>(levels[k + 1].alpha - ratio * levels[k].alpha));
        }
    }
    void run(float* x) {
        Eigen::Map<Eigen::VectorXf> state(x, inputs);
        for (std::size_t k = 0; k < state_.size(); ++k) {
            unit_.noalias() = first_ * state;
            unit_ = unit_.cwiseMax(0.0f);
            out_.noalias() = second_ * unit_;
            state = state_[k] * state + output_[k] * out_;
        }
    }

  private:
    using matrix = Eigen::MatrixXf;
    matrix first_, second_;
    Eigen::VectorXf unit_{hidden}, out_{inputs};
    std::vector<float> state_, output_;
};

}  // namespace

void bar_ragged(bars& to) {
    std::vector<float> weights(2 * inputs * hidden);
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] = 0.1f * std::sin(static_cast<float>(i));
    const dense_network net{weights.data(), weights.data() + inputs * hidden};
    sampler s{schedule::cosine{100}, kernel::variance_preserving{},
              predicts(denoised{}, samplewise<inputs>(net)), solver::ddim{}};
    const options o{.steps = steps, .seed = 1};
    std::vector<float> x(inputs * 64, 0.5f);
    const auto samples = [&](std::size_t n) {
        return [&s, &x, &o, n] {
            return contest::time_of([&] {
                for (int i = 0; i < repeats; ++i)
                    s.generate(exec::cpp, batch(std::span(x.data(), inputs * n), n), o);
            });
        };
    };
#if DIFFGEN_HAS_LANES
    const std::size_t pack = lanes::widest() == lanes::set::avx512 ? 16
                             : lanes::widest() == lanes::set::avx2 ? 8
                                                                   : 1;
#else
    const std::size_t pack = 1;
#endif
    for (const std::size_t n : {1, 7, 15, 31, 33}) {
        const std::size_t whole = (n + pack - 1) / pack * pack;
        to.at_most("functor, " + std::to_string(n) + " samples / " + std::to_string(whole),
                   contest::ratio(samples(n), samples(whole), rounds), 1.15);
    }
    const auto levels = s.levels(o);
    by_hand hand(weights, levels);
    std::vector<float> y(inputs, 0.5f);
    const auto network_alone = [&] {
        return contest::time_of([&] {
            for (int i = 0; i < repeats; ++i)
                hand.run(y.data());
        });
    };
    to.at_most("functor, one sample / the same with Eigen by hand",
               contest::ratio(samples(1), network_alone, rounds), 2);
}
