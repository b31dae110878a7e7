// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A control policy: a robot in the plane is shown where it is, where it should go, and where an
// obstacle stands; it answers with plans of 16 points (32 numbers), which pass on either side. The
// network is small enough to run inside the pass, so that all plans of a tick are made by one pass.
//
//     policy [--quick] [policy.safetensors]
//
// The weights are trained on demonstrations, and written, where the file is not there yet.

#include <diffgen/diffgen.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/load_small_network.hpp>
#include <diffgen/nn/weights_file.hpp>
#include <diffgen/train/denoising.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace {

using namespace diffgen;

constexpr int points = 16, actions = 2 * points, observed = 6;
constexpr float radius = 0.25f;  // of the obstacle

// [network]
constexpr network_shape shape{.state = actions, .hidden = {96, 96, 96}, .condition = observed};
using policy = small_network<shape>;
// [network]

/// What the robot sees: where it is, its goal, the obstacle.
using observation_array = std::array<float, observed>;

/// The distance of a plan from the middle of the obstacle.
float clearance(const float* plan, const observation_array& o) {
    float least = 1e9f;
    for (int k = 0; k < points; ++k)
        least = std::min(least, std::hypot(plan[2 * k] - o[4], plan[2 * k + 1] - o[5]));
    return least;
}

/// Situations, and how somebody who knows the way went: straight, with a bend beside the obstacle,
/// left or right as it came.
struct demonstrations {
    std::vector<float> plans;        // `actions` numbers each
    nn::matrix<float> observations;  // a column each
    std::vector<int> numbers;        // 0, 1, 2 ...: which observation belongs to a plan

    explicit demonstrations(int count) : observations(observed, count) {
        const noise::philox random{4};
        std::uint64_t drawn = 0;
        const auto uniform = [&](float low, float high) {
            return low + (high - low) * random.uniform<float>(noise::stream::times, 0, drawn++);
        };
        for (int n = 0; n < count; ++n) {
            const float from_y = uniform(-.5f, .5f), to_y = uniform(-.5f, .5f);
            const float along = uniform(.3f, .7f), beside = uniform(-.1f, .1f);
            const float side = uniform(0, 1) < .5f ? -1.f : 1.f;
            const float obstacle_y = from_y + along * (to_y - from_y) + beside;
            observations.col(n) << -1, from_y, 1, to_y, 2 * along - 1, obstacle_y;
            const float bend = beside + side * (radius + .15f);
            for (int k = 0; k < points; ++k) {
                const float t = static_cast<float>(k) / (points - 1), d = (t - along) / .25f;
                plans.push_back(2 * t - 1);
                plans.push_back(from_y + t * (to_y - from_y) + bend * std::exp(-d * d));
            }
            numbers.push_back(n);
        }
    }
};

/// The network while it learns: the same layers on a tape.
struct apprentice {
    const nn::matrix<float>& observations;
    nn::parameters<float> list;
    std::vector<nn::linear> layers;

    explicit apprentice(const nn::matrix<float>& seen) : observations(seen) {
        const auto names = sequential_names(shape.layers());
        for (int k = 0; k < shape.layers(); ++k)
            layers.push_back(nn::linear::make(list, names[static_cast<std::size_t>(k)],
                                              shape.inputs(k), shape.outputs(k), noise::philox{1}));
    }
    nn::extent features() const { return shape.state; }
    int null_class() const { return 0; }
    nn::parameters<float>& weights() { return list; }

    /// "Classes" are the numbers of observations.
    nn::variable<float> forward(const nn::leaves<float>& w, const nn::variable<float>& x,
                                std::span<const double> times, std::span<const int> seen) const {
        const auto t = x.owner().constant(nn::matrix<float>::Zero(1, x.cols()));
        for (nn::extent j = 0; j < x.cols(); ++j)
            t.result()(0, j) = static_cast<float>(times[static_cast<std::size_t>(j)]);
        const auto all = x.owner().refer(observations.data(), observed, observations.cols());
        auto h = concat_rows(concat_rows(x, t), gather(all, seen));
        for (std::size_t k = 0; k < layers.size(); ++k)
            h = layers[k](w, k == 0 ? h : silu(h));
        return h;
    }
};

void learn(const std::filesystem::path& file, std::int64_t steps) {
    const demonstrations shown(20000);
    apprentice net(shown.observations);
    train::denoising objective{process{schedule::cosine{}, kernel::variance_preserving{}},
                               denoised{}, time_input::quarter_log_sigma{},
                               train::uniform_steps{1000}};
    objective.class_dropout = 0;  // the policy always sees where it is
    train::train_denoiser(
        net, objective,
        train::dataset<float>{shown.plans.data(), static_cast<std::int64_t>(shown.numbers.size()),
                              actions, shown.numbers.data()},
        {.steps = steps,
         .learning_rate = nn::cosine_rate{.rate = 3e-3, .steps = steps, .warm_up = 50}});
    save_weights(net.weights(), file);
    std::printf("trained for %lld steps; wrote %s\n", static_cast<long long>(steps),
                file.string().c_str());
}

void run(const std::filesystem::path& file, bool quick) {
    if (!std::filesystem::exists(file)) learn(file, quick ? 100 : 3000);

    // [policy]
    const auto weights = load_small_network<policy>(file);
    observation_array seen{-1, 0, 1, 0, 0, 0};
    policy functor = weights.network();
    functor.condition_at = seen.data();  // read anew by every run
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              predicts(denoised{}, samplewise<actions>(functor), time_input::quarter_log_sigma{}),
              solver::ddim{}};
    // [policy]

    constexpr std::size_t candidates = 32;
    std::vector<float> plans(candidates * actions);
    const int ticks = quick ? 20 : 1000;
    int clear = 0, above = 0, lost = 0;
    double miss = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (int tick = 0; tick < ticks; ++tick) {
        seen[5] = 0.1f * static_cast<float>(std::sin(tick));  // the obstacle moves
        // [tick]
        s.generate(exec::cpp, batch(plans, candidates),
                   {.steps = 20, .seed = static_cast<std::uint64_t>(tick)});
        // [tick]
        float best = 0;  // the robot takes the plan that keeps farthest from the obstacle
        for (std::size_t i = 0; i < candidates; ++i) {
            const float* plan = plans.data() + i * actions;
            best = std::max(best, clearance(plan, seen));
            clear += clearance(plan, seen) > radius;
            above += plan[2 * (points / 2) + 1] > seen[5];
            miss += std::hypot(plan[actions - 2] - seen[2], plan[actions - 1] - seen[3]);
        }
        lost += best <= radius;
    }
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    const double all = static_cast<double>(ticks) * candidates;
    std::printf("%.0f plans: %.1f %% pass the obstacle, %.1f %% go above it\n", all,
                100 * clear / all, 100 * above / all);
    std::printf("they end %.3f from the goal on average\n", miss / all);
    std::printf("%d of %d ticks have no plan that passes\n", lost, ticks);
    std::printf("%.0f us for a tick of %zu plans\n", time.count() / ticks, candidates);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        std::filesystem::path file = "policy.safetensors";
        bool quick = false;
        for (int i = 1; i < argc; ++i)
            if (std::string_view(argv[i]) == "--quick")
                quick = true;
            else
                file = argv[i];
        run(file, quick);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "policy: %s\n", e.what());
        return 1;
    }
}
