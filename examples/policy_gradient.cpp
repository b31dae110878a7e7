// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A diffusion model is led to a reward by a policy gradient: every step of the run is an action,
// drawn from a Gaussian whose mean the network sets (Black et al. 2023, Training diffusion models
// with reinforcement learning). Ratios are clipped as they do it (Schulman et al. 2017). The model
// is of N(0, 1), the reward -(x - 2)^2, and the network has two weights, so that expectation and
// optimum are known in closed form.
//
//     policy_gradient

#include <diffgen/diffgen.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <vector>

using namespace diffgen;

namespace {

/// The exact estimate of N(0, 1), and what is learned: an offset that depends on the level. It
/// falls with sigma, as an offset of the noise would: a step is as sensitive to an offset of the
/// data as its signal-to-noise ratio grows.
struct network {
    std::array<double, 2> weights{};

    [[nodiscard]] static std::array<double, 2> features(const noise_level& l) {
        return {l.sigma, l.alpha * l.sigma};
    }
    void operator()(batch_view<const double> in, batch_view<double> out,
                    const noise_level& l) const {
        const auto f = features(l);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = l.alpha * in.data[i] + weights[0] * f[0] + weights[1] * f[1];
    }
};

/// The last step draws too: the grid ends at a little noise.
const options base{.steps = 20,
                   .grid = grid::karras{.bounds = {.sigma_min = 0.03}, .ends_at_sigma_min = true}};

auto sampler_of(const network& net) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   predicts(denoised{}, net), solver::ancestral{}};
}

double reward(double x) {
    return -(x - 2) * (x - 2);
}

/// The expected reward of a policy: mean and variance of its affine Gaussian chain.
double exact_reward(const network& net) {
    const auto levels = sampler_of(net).levels(base);
    double mean = 0, variance = levels.front().sigma * levels.front().sigma;
    for (std::size_t k = 0; k + 1 < levels.size(); ++k) {
        const posterior_kernel q = reverse_transition(levels[k], levels[k + 1]);
        const auto f = network::features(levels[k]);
        const double slope = q.state + q.data * levels[k].alpha;
        mean = slope * mean + q.data * (net.weights[0] * f[0] + net.weights[1] * f[1]);
        variance = slope * slope * variance + q.variance;
    }
    return reward(mean) - variance;
}

void learn(int rounds) {
    constexpr std::size_t samples = 1024;
    constexpr int updates = 4;  // of the weights, with the same paths
    constexpr double rate = 0.005;
    network net;
    std::printf("round   reward of the paths   expected   largest ratio\n");
    for (int round = 0; round < rounds; ++round) {
        // [record]
        auto s = sampler_of(net);
        std::vector<double> x(samples);
        options o = base;
        o.seed = static_cast<std::uint64_t>(round);
        recorded_path<double> path;
        s.generate(exec::cpp, batch(x, samples), path, o);
        const std::vector<double> before = path.log_probabilities(exec::cpp).of_paths();
        // [record]
        double mean = 0;
        for (const double v : x)
            mean += reward(v) / samples;
        std::vector<double> advantage;
        advantage.reserve(samples);
        for (const double v : x)
            advantage.push_back(reward(v) - mean);

        double largest = 0;
        for (int update = 0; update < updates; ++update) {
            // [gradient]
            const auto now = sampler_of(net);
            std::vector<std::array<double, 2>> slope(samples);  // of log p of each path
            std::vector<double> end(samples);
            auto run = now.replay(exec::cpp, batch(end, samples), path);
            while (run) {
                const auto f = network::features(run.level());
                net(run.input(), run.output(), run.level());
                run.advance();
                const double c = run.deviation(), per_output = run.mean_per_output();
                const auto drawn = path.state(run.transitions());
                for (std::size_t i = 0; i < samples; ++i)
                    for (std::size_t w = 0; w < 2; ++w)
                        slope[i][w] +=
                            (drawn.data[i] - run.mean().data[i]) / (c * c) * per_output * f[w];
            }
            const std::vector<double> after = run.log_probabilities().of_paths();
            for (std::size_t i = 0; i < samples; ++i) {
                const double ratio = std::exp(after[i] - before[i]);
                largest = std::max(largest, ratio);
                if ((ratio - 1) * advantage[i] > 0.2 * std::fabs(advantage[i])) continue;
                for (std::size_t w = 0; w < 2; ++w)
                    net.weights[w] += rate * ratio * advantage[i] * slope[i][w] / samples;
            }
            // [gradient]
        }
        if (round % 10 == 0 || round + 1 == rounds)
            std::printf("%5d %21.4f %10.4f %15.3f\n", round, mean, exact_reward(net), largest);
    }
    const double at_first = exact_reward(network{}), at_last = exact_reward(net);
    const double best = at_first - reward(0);  // the variance, which no offset changes, is left
    std::printf("expected reward %.4f before, %.4f after; the best is %.4f\n", at_first, at_last,
                best);
    if (at_last < best - 0.01) throw std::runtime_error("the policy has not learned");
}

}  // namespace

int main() {
    try {
        learn(60);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "policy_gradient: %s\n", e.what());
        return 1;
    }
}
