// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A control loop on LibTorch: a plan of 16 actions at every tick, from noise in ten evaluations,
// and from the plan of the tick before in three.
//   controller [THREADS]

#include "measured.hpp"
#include "random_networks.hpp"

#include <diffgen/bridge/network.hpp>
#include <diffgen/diffgen.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

/// Medians over many ticks, in microseconds.
template <class Tick>
void print_ticks(const char* name, real_networks::cost& took, const Tick& tick) {
    std::vector<double> network, library;
    for (std::uint64_t t = 0; t < 500; ++t) {
        took = {};
        real_networks::measure(took, [&] { tick(t); });
        network.push_back(1e6 * took.network);
        library.push_back(1e6 * took.library);
    }
    for (auto* list : {&network, &library})
        std::nth_element(list->begin(), list->begin() + 250, list->end());
    std::printf("%-28s %2d evaluations, network %7.1f us, diffgen %5.1f us\n", name,
                took.evaluations, network[250], library[250]);
}

int run(const std::vector<std::string>& arguments) {
    const int threads = arguments.size() > 1 ? std::stoi(arguments[1]) : 1;
    // [controller]
    std::array<float, 6> seen{};  // what the robot sees; the network reads it in every call
    bridge::network net{real_networks::policy_network(threads),
                        {.state = "x", .time = "t", .output = "eps"}};
    net.give("seen", std::span<const float>(seen), {1, 6});

    real_networks::cost took;
    sampler s{schedule::cosine{100}, kernel::variance_preserving{},
              predicts(epsilon{}, real_networks::timed<decltype(net)>{&net, &took}),
              solver::ddim{}};
    std::vector<float> plan(16 * 2);
    auto from_noise = s.keep(exec::cpp, batch(plan, 1), {.steps = 10, .grid = grid::trailing{}});
    const options last{.steps = 10, .grid = grid::trailing{}, .begin_step = 7};
    const double begin = s.levels(last)[7].t;
    auto refine = s.keep_from(exec::cpp, batch(plan, 1), last);

    const auto anew = [&](std::uint64_t tick) {
        seen[0] = 1e-3f * static_cast<float>(tick);
        from_noise(tick);
    };
    const auto warm = [&](std::uint64_t tick) {
        seen[0] = 1e-3f * static_cast<float>(tick);
        std::copy(plan.begin() + 2, plan.end(), plan.begin());  // the first action is executed
        s.add_noise(exec::cpp, begin, batch(plan, 1), {.seed = tick});
        refine(tick);
    };
    // [controller]
    print_ticks("from noise", took, anew);
    print_ticks("from the plan before", took, warm);

    // What is seen changes the plan, and the same tick has the same plan.
    const auto plan_at = [&](std::uint64_t tick) {
        anew(tick);
        return plan;
    };
    const auto first = plan_at(1);
    seen[1] = 1;
    const bool sees = plan_at(1) != first;
    seen[1] = 0;
    const bool repeats = plan_at(1) == first;
    std::printf("what is seen %s the plan; the same tick %s it\n", sees ? "changes" : "leaves",
                repeats ? "repeats" : "changes");
    return sees && repeats ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
    return real_networks::reported(run, {arguments, arguments + count});
}
