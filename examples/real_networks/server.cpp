// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A server on LibTorch: requests with steps, seeds and classes of their own join and leave one
// batch, under guidance, and are compared to what each has alone.
//   server [THREADS]

#include "measured.hpp"
#include "random_networks.hpp"

#include <diffgen/bridge/network.hpp>
#include <diffgen/diffgen.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

// [server]
constexpr std::size_t elements = 3 * 32 * 32;
constexpr int no_class = 10;

struct request {
    int number, steps, label, arrives;
    [[nodiscard]] options settings() const {
        return {.steps = steps,
                .seed = 100 + static_cast<std::uint64_t>(number),
                .grid = grid::karras{}};
    }
};

template <class Network>
std::map<int, std::vector<float>> serve(const Network& net, std::deque<request> queue,
                                        std::size_t most) {
    const sampler s{schedule::scaled_linear{}, kernel::variance_preserving{},
                    guided{predicts(epsilon{}, net), classifier_free{.w = 7.5}},
                    solver::dpm_solver_pp_multistep<2>{}};
    auto pool = s.pool(exec::cpp, elements, {.capacity = most});
    std::map<request_id, request> known;
    std::map<int, std::vector<float>> done;
    for (int tick = 0; !queue.empty() || pool.size() > 0; ++tick) {
        for (; !queue.empty() && queue.front().arrives <= tick && pool.size() < most;
             queue.pop_front())
            known[pool.admit(queue.front().settings())] = queue.front();
        if (!pool) continue;
        std::vector<int> labels(pool.input().samples, no_class);  // all with, then all without
        for (std::size_t i = 0; const request_id id : pool.requests())
            labels[i++] = known[id].label;
        net(pool.input(), pool.output(), pool.levels(), std::span<const int>(labels));
        pool.advance();
        for (; !pool.ended().empty(); pool.remove(pool.ended().back())) {
            const auto x = pool.state(pool.ended().back());
            done[known[pool.ended().back()].number] = {x.begin(), x.end()};
        }
    }
    return done;
}
// [server]

int run(const std::vector<std::string>& arguments) {
    const int threads = arguments.size() > 1 ? std::stoi(arguments[1]) : 0;
    const bridge::network net{real_networks::picture_network(threads),
                              {.state = "x", .time = "t", .condition = "y", .output = "eps"}};
    std::deque<request> queue;
    for (int i = 0; i < 20; ++i)
        queue.push_back({i, 10 + (7 * i) % 30, i % 10, 3 * i});

    real_networks::cost took;
    const real_networks::timed<decltype(net)> timed{&net, &took};
    std::map<int, std::vector<float>> together;
    real_networks::measure(took, [&] { together = serve(timed, queue, 8); });
    std::printf("20 requests: %d evaluations, network %.3f s, diffgen %.4f s (%.2f%%)\n",
                took.evaluations, took.network, took.library, 100 * took.share());

    std::size_t differ = 0;
    double most = 0;
    for (request r : queue) {
        r.arrives = 0;
        const auto alone = serve(net, {r}, 1);
        most = std::max(
            most, real_networks::largest_difference(alone.at(r.number), together.at(r.number)));
        for (std::size_t i = 0; i < elements; ++i)
            differ += alone.at(r.number)[i] != together.at(r.number)[i] ? 1 : 0;
    }
    std::printf("alone and together: %zu of %zu numbers differ, by %.1e at most\n", differ,
                20 * elements, most);

    // The same rows of the network without a run: whose difference it is.
    std::vector<float> one(2 * elements), x(16 * elements), all(16 * elements);
    const noise::philox drawn{1};
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = drawn.uniform<float>(noise::stream::times, 0, i) - 0.5f;
    double of_the_runtime = 0;
    const std::vector<int> labels(16, 1);
    noise_level level;
    level.network_time = 500;
    net(batch_view<const float>(x.data(), 16, elements), batch(all, 16), level,
        std::span<const int>(labels));
    for (std::size_t i = 0; i < 16; i += 2) {
        net(batch_view<const float>(x.data() + i * elements, 2, elements), batch(one, 2), level,
            std::span<const int>(labels).first(2));
        of_the_runtime =
            std::max(of_the_runtime, real_networks::largest_difference(
                                         one, std::span(all).subspan(i * elements, 2 * elements)));
    }
    std::printf("rows of the network in a batch of 2 and of 16 differ by %.1e\n", of_the_runtime);
    return (of_the_runtime == 0) == (differ == 0) ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
    return real_networks::reported(run, {arguments, arguments + count});
}
