// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Euler-Maruyama on the exact score of eight Gaussians in the plane, the time of one particle in
// one step: the whole run in one pass, the run step by step, and a loop by hand with libm.

#include <diffgen/diffgen.hpp>

#include "../examples/common/ring.hpp"
#include "contest.hpp"

#include <array>
#include <cmath>
#include <random>
#include <vector>

namespace {

using namespace diffgen;

constexpr std::size_t particles = 20000;
constexpr int steps = 50;

/// One particle, all steps, in floats: the loop that the formula asks for.
class by_hand {
  public:
    explicit by_hand(std::vector<noise_level> levels, const process_view& p)
        : levels_(std::move(levels)) {
        for (const noise_level& l : levels_) {
            drift_.push_back(l.is_clean() ? 0 : static_cast<float>(p.drift(l.t)));
            g2_.push_back(l.is_clean() ? 0 : static_cast<float>(p.diffusion_squared(l.t)));
        }
        const auto m = ring::mixture();
        for (std::size_t k = 0; k < ring::components; ++k) {
            mean_[k] = {static_cast<float>(m.means[k][0]), static_cast<float>(m.means[k][1])};
            log_weight_[k] = static_cast<float>(std::log(m.weights[k]));
        }
    }

    void run(float* x) {
        x[0] = normal_(generator_);
        x[1] = normal_(generator_);
        for (std::size_t k = 0; k + 1 < levels_.size(); ++k) {
            const auto alpha = static_cast<float>(levels_[k].alpha);
            const auto sigma = static_cast<float>(levels_[k].sigma);
            const auto d = denoised(x, alpha, sigma);
            const auto dt = static_cast<float>(levels_[k + 1].t - levels_[k].t);
            const float diffusion = std::sqrt(-g2_[k] * dt);
            for (std::size_t i = 0; i < 2; ++i) {
                const float score = (alpha * d[i] - x[i]) / (sigma * sigma);
                x[i] = k + 2 == levels_.size() ? d[i]
                                               : x[i] + (drift_[k] * x[i] - g2_[k] * score) * dt +
                                                     diffusion * normal_(generator_);
            }
        }
    }

  private:
    static constexpr float variance = float(ring::deviation * ring::deviation);

    [[nodiscard]] std::array<float, 2> denoised(const float* x, float alpha, float sigma) const {
        const float total = alpha * alpha * variance + sigma * sigma,
                    gain = alpha * variance / total;
        std::array<float, ring::components> logits;
        float top = -1e30f;
        for (std::size_t k = 0; k < ring::components; ++k) {
            const float r0 = x[0] - alpha * mean_[k][0], r1 = x[1] - alpha * mean_[k][1];
            logits[k] = log_weight_[k] - 0.5f * (r0 * r0 + r1 * r1) / total;
            top = std::max(top, logits[k]);
        }
        float sum = 0, d0 = 0, d1 = 0;
        for (std::size_t k = 0; k < ring::components; ++k) {
            const float w = std::exp(logits[k] - top);
            sum += w;
            d0 += w * (mean_[k][0] + gain * (x[0] - alpha * mean_[k][0]));
            d1 += w * (mean_[k][1] + gain * (x[1] - alpha * mean_[k][1]));
        }
        return {d0 / sum, d1 / sum};
    }

    std::vector<noise_level> levels_;
    std::vector<float> drift_, g2_;
    std::array<std::array<float, 2>, ring::components> mean_{};
    std::array<float, ring::components> log_weight_{};
    std::mt19937 generator_{7};
    std::normal_distribution<float> normal_;
};

template <class T>
double mean_radius(const std::vector<T>& x) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); i += 2)
        sum += std::hypot(static_cast<double>(x[i]), static_cast<double>(x[i + 1]));
    return sum / static_cast<double>(x.size() / 2);
}

}  // namespace

int main() {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(ring::mixture()),
              solver::euler_maruyama{}};
    const options o{.steps = steps, .seed = 7};
    options stepwise = o;
    stepwise.observe.on_step = [](const observation&) { return true; };
    by_hand loop(s.levels(o), process_view(s.process));
    std::vector<float> x(2 * particles), y(2 * particles);
    std::vector<double> z(2 * particles);

    contest("Euler-Maruyama, eight Gaussians in 2-D", double{particles} * steps,
            "ns a particle and step")
        .add("by hand, libm, std::normal_distribution",
             [&] {
                 for (std::size_t i = 0; i < particles; ++i)
                     loop.run(y.data() + 2 * i);
             })
        .add("diffgen, one pass, float", [&] { s.generate(exec::cpp, batch(x, particles), o); })
        .add("diffgen, one pass, double", [&] { s.generate(exec::cpp, batch(z, particles), o); })
        .add("diffgen, step by step, float",
             [&] { s.generate(exec::cpp, batch(x, particles), stepwise); })
        .run(5);
    std::printf("mean radius: by hand %.4f, diffgen %.4f (float), %.4f (double)\n", mean_radius(y),
                mean_radius(x), mean_radius(z));
}
