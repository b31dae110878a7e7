// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What docs/concepts/requests.md shows, checked to do what the page says.
#include <diffgen/diffgen.hpp>
#include <diffgen/run_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t elements = 12;

/// Normal data around the label, -1 standing for "any"; all rows with their label come first, then
/// all without. A network that takes a level and a label for each row.
const auto network = [](auto in, auto out, std::span<const noise_level> levels,
                        std::span<const int> labels) {
    for (std::size_t i = 0; i < in.samples; ++i) {
        const int label = i < labels.size() ? labels[i] : -1;
        for (std::size_t e = 0; e < in.elements; ++e)
            out.sample(i)[e] =
                static_cast<float>(levels[i].sigma * (in.sample(i)[e] - levels[i].alpha * label));
    }
};

struct request {
    int number, label, steps, arrives;
    [[nodiscard]] options settings() const {
        return {.steps = steps, .seed = static_cast<std::uint64_t>(number)};
    }
};

// [sampler]
/// Stands where a network that the library calls would be: here the owner calls it.
struct called_by_owner {};

const sampler s{schedule::scaled_linear{}, kernel::variance_preserving{},
                guided{predicts(epsilon{}, called_by_owner{}), classifier_free{.w = 7.5}},
                solver::dpm_solver_pp_multistep<2>{}};
// [sampler]

std::vector<float> alone(const request& r) {
    std::vector<float> x(elements);
    for (auto run = s.start(exec::cpp, batch(x, 1), r.settings()); run; run.advance())
        network(run.input(), run.output(), run.levels(), std::span(&r.label, 1));
    return x;
}

}  // namespace

TEST_CASE("requests that arrive at any time are served together") {
    std::deque<request> queue;
    for (int i = 0; i < 20; ++i)
        queue.push_back({i, i % 10, 10 + i * 7 % 30, i * 3});
    const auto all = queue;
    std::map<int, std::vector<float>> done;
    int tick = 0;
    // [serve]
    auto pool = s.pool(exec::cpp, elements, {.capacity = 8});
    std::map<request_id, request> known;
    std::vector<int> labels;
    for (; !queue.empty() || pool.size() > 0; ++tick) {
        for (; !queue.empty() && queue.front().arrives <= tick && pool.size() < pool.capacity();
             queue.pop_front())
            known[pool.admit(queue.front().settings())] = queue.front();
        if (!pool) continue;
        labels.clear();
        for (const request_id id : pool.requests())
            labels.push_back(known[id].label);
        network(pool.input(), pool.output(), pool.levels(), labels);
        pool.advance();
        for (; !pool.ended().empty(); pool.remove(pool.ended().back())) {
            const auto x = pool.state(pool.ended().back());
            done[known[pool.ended().back()].number] = {x.begin(), x.end()};
        }
    }
    // [serve]
    REQUIRE(done.size() == all.size());
    for (const request& r : all)
        CHECK(done[r.number] == alone(r));
}

TEST_CASE("a request fails alone, and is saved and taken up") {
    const request a{1, 2, 6, 0}, b{2, 3, 9, 0};
    auto pool = s.pool(exec::cpp, elements), other_pool = s.pool(exec::cpp, elements);
    const std::vector<int> both{a.label, b.label};
    const request_id first = pool.admit(a.settings()), id = pool.admit(b.settings());
    for (int k = 0; k < 4; ++k, pool.advance()) {
        network(pool.input(), pool.output(), pool.levels(), both);
        if (k == 3) pool.output().data[0] = std::numeric_limits<float>::quiet_NaN();
    }
    std::string why;
    const auto deliver = [](const auto&) {};
    // [failed]
    for (const request_id ended : pool.ended())
        try {
            deliver(pool.state(ended));
        } catch (const error& e) {
            why = e.what();
        }
    // [failed]
    CHECK(pool.status(first).state == request_state::failed);
    CHECK(why.find("step 2 of 6") != why.npos);

    const auto file = std::filesystem::temp_directory_path() /
                      ("diffgen_request_" + std::to_string(getpid()) + ".safetensors");
    // [save]
    save_snapshot(pool.snapshot(id), file);  // #include <diffgen/run_file.hpp>
    pool.remove(id);
    // [save]
    // [resume]
    using snapshot = decltype(other_pool)::snapshot_type;
    const request_id there = other_pool.resume(load_snapshot<snapshot>(file));
    // [resume]
    std::filesystem::remove(file);
    for (; other_pool; other_pool.advance())
        network(other_pool.input(), other_pool.output(), other_pool.levels(),
                std::span(&b.label, 1));
    CHECK(std::ranges::equal(other_pool.state(there), alone(b)));
}
