// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A robot's loop at 50 Hz that plans its next chunk of actions while it executes the last one: the
// actions that are executed meanwhile are a hard prefix of the new chunk, so that it goes on from
// them. Time is simulated: each tick does the evaluations for which it has time. The policy is
// Gaussian and exact, so that there is nothing to train.
//   real_time_chunking [--quick]

#include <diffgen/diffgen.hpp>

#include "common/gaussian_frames.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace {

using namespace diffgen;

constexpr int horizon = 25;  // actions of a chunk: half a second
constexpr int every = 8;     // ticks from one plan to the next
constexpr int latency = 4;   // ticks that a plan takes
constexpr int joints = 2;    // numbers of an action
constexpr std::size_t numbers = horizon * joints;

struct target {
    double x, y;
};
target target_at(double tick) {
    return {std::cos(0.02 * tick), std::sin(0.03 * tick)};
}

/// What a policy learns from demonstrations that follow the target, each with a smooth deviation of
/// its own: a Gaussian around where the target will be, with neighbouring actions much alike.
struct policy {
    const double* now;  ///< tick of the observation, which the robot writes
    gaussian_frames deviations{
        .mean = Eigen::VectorXd::Zero(horizon), .correlation = 0.97, .deviation = 0.3};

    template <class In, class Out>
    void operator()(const In& in, const Out& out, std::span<const noise_level> levels) const {
        const Eigen::MatrixXd gain = deviations.gain(levels);
        const Eigen::VectorXd alphas = gaussian_frames::alphas(levels);
        const Eigen::Map<const Eigen::Matrix<float, joints, Eigen::Dynamic>> x(in.data, joints,
                                                                               horizon);
        Eigen::Matrix<double, joints, Eigen::Dynamic> mean(joints, horizon);
        for (int k = 0; k < horizon; ++k) {
            const target at = target_at(*now + k);
            mean.col(k) << at.x, at.y;
        }
        const Eigen::MatrixXd apart = x.cast<double>() - mean * alphas.asDiagonal();
        Eigen::Map<Eigen::Matrix<float, joints, Eigen::Dynamic>>(out.data, joints, horizon) =
            (mean + apart * gain.transpose()).cast<float>();
    }
};

struct report {
    double largest_jump = 0, squares = 0;
    int ticks = 0, evaluations = 0, chunks = 0, kept = 0;
};

/// The loop under a rule. known: how many actions at the beginning of a new chunk it keeps.
template <class Rule>
report drive(const Rule& rule, int known, int ticks) {
    double now = 0;
    // [plan]
    const sampler s{schedule::rectified{}, kernel::linear_interpolant{},
                    predicts(denoised{}, policy{&now}), solver::heun{}};
    const options o{.steps = 8};
    std::vector<float> chunk(numbers), next(numbers);
    s.generate(exec::cpp, blocks::uniform{horizon}, batch(chunk, 1), o);
    auto plan = s.start_from(exec::cpp, rule, batch(next, 1), o);  // allocates; restarted below
    // [plan]
    report r;
    const int evaluations_a_tick = 4;
    std::vector<float> executed(joints);
    int begun = 0;  // tick to which chunk[0] belongs
    for (int tick = 0; tick < ticks; ++tick) {
        // [begin]
        if (tick > 0 && tick % every == 0) {
            now = tick;                        // what the robot sees
            for (int k = 0; k < horizon; ++k)  // the old plan from now on, its last action repeated
                std::copy_n(chunk.data() + joints * std::min(tick - begun + k, horizon - 1), joints,
                            next.data() + joints * k);
            const auto seed = static_cast<std::uint64_t>(tick);
            s.add_noise(exec::cpp, rule, batch(next, 1), {.steps = o.steps, .seed = seed});
            plan.restart(seed);
        }
        // [begin]
        // [tick]
        for (int k = 0; k < evaluations_a_tick && plan; ++k, plan.advance())
            policy{&now}(plan.input(), plan.output(), plan.levels());
        if (tick > every && tick % every == latency) {  // the new plan takes over
            if (plan) throw std::runtime_error("a plan came too late");
            const int old = tick - begun;  // of the old chunk: the action of this tick
            for (int k = 0; k < known; ++k)
                r.kept += std::equal(next.data() + joints * k, next.data() + joints * (k + 1),
                                     chunk.data() + joints * (old - latency + k));
            std::swap_ranges(chunk.begin(), chunk.end(), next.begin());
            begun = tick - latency;
            ++r.chunks;
            r.evaluations = plan.summary().evaluations;
        }
        const float* action = chunk.data() + joints * (tick - begun);
        // [tick]
        const target at = target_at(tick);
        r.squares += std::pow(action[0] - at.x, 2) + std::pow(action[1] - at.y, 2);
        if (tick > 0)
            r.largest_jump = std::max<double>(
                r.largest_jump, std::hypot(action[0] - executed[0], action[1] - executed[1]));
        executed.assign(action, action + joints);
        ++r.ticks;
    }
    return r;
}

void run(bool quick) {
    const int ticks = quick ? 200 : 5000;
    std::printf("50 Hz; chunks of %d actions, planned every %d ticks, there after %d\n", horizon,
                every, latency);
    std::printf("%-30s %6s %13s %14s %15s\n", "", "evals", "largest jump", "from target",
                "prefix kept");
    const auto show = [&](const char* name, const auto& rule, int known) {
        const report r = drive(rule, known, ticks);
        std::printf("%-30s %6d %13.3f %14.3f %8d of %d\n", name, r.evaluations, r.largest_jump,
                    std::sqrt(r.squares / r.ticks), r.kept, r.chunks * known);
        if (r.kept != r.chunks * known) throw std::runtime_error("a prefix was changed");
    };
    // [rules]
    const blocks::uniform anew{horizon};
    const blocks::after_prefix goes_on{latency, blocks::uniform{horizon - latency}};
    const blocks::after_prefix warm{latency, blocks::uniform{horizon - latency, 4}};
    // [rules]
    show("each chunk anew", anew, 0);
    show("a hard prefix", goes_on, latency);
    show("a hard prefix, a warm start", warm, latency);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(argc > 1 && std::string_view(argv[1]) == "--quick");
    } catch (const std::exception& e) {
        std::fprintf(stderr, "real_time_chunking: %s\n", e.what());
        return 1;
    }
}
