// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The network y = x t + k + bias behind a bridge, called in every way that diffgen calls one. All
// its numbers are small multiples of 1/8, so that every order of summation gives the same bits;
// runs are compared to runs with the same formula in place of the runtime.

#include <diffgen/bridge/network.hpp>
#include <diffgen/diffgen.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tiny {

using namespace diffgen;

inline bridge::ports names() {
    return {.state = "x", .time = "t", .condition = "k", .output = "y"};
}

/// The same formula; `biases` has one row of four, or one for each row of the batch.
struct formula {
    std::vector<float> biases;

    void row(const float* x, float* y, std::size_t i, double t, int k) const {
        for (std::size_t e = 0; e < 4; ++e)
            y[e] = x[e] * static_cast<float>(t) + static_cast<float>(k) +
                   biases[biases.size() == 4 ? e : 4 * i + e];
    }
    void operator()(batch_view<const float> in, batch_view<float> out, const noise_level& l,
                    std::span<const int> k) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            row(in.sample(i), out.sample(i), i, l.network_time, k[i]);
    }
    void operator()(batch_view<const float> in, batch_view<float> out,
                    std::span<const noise_level> l, std::span<const int> k) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            row(in.sample(i), out.sample(i), i, l[i].network_time, k[i]);
    }
};

/// A time that is a multiple of 1/8, so that products are exact in a call and near in a run.
struct eighths {
    double operator()(const noise_level& l) const { return std::round(4 * l.t) / 8; }
};

template <class Runtime>
void check_all(const Runtime& runtime) {
    const std::vector<float> bias{0.5f, -0.25f, 2, -1};
    bridge::network net{runtime, names()};
    net.give("bias", std::span(bias), {1, 4});
    const formula wanted{bias};

    {  // single calls, of batches of several sizes: exact
        for (const std::size_t rows : {std::size_t{1}, std::size_t{3}, std::size_t{2}}) {
            std::vector<float> x(4 * rows), y(4 * rows), expected(4 * rows);
            std::vector<int> labels(rows);
            std::vector<noise_level> levels(rows);
            for (std::size_t i = 0; i < x.size(); ++i)
                x[i] = 0.125f * static_cast<float>(i) - 1;
            for (std::size_t i = 0; i < rows; ++i) {
                labels[i] = 7 - 2 * static_cast<int>(i);
                levels[i].network_time = 0.375 * static_cast<double>(i + 1);
            }
            const batch_view<const float> in(x.data(), rows, 4);
            const std::span<const int> k(labels);
            net(in, batch_view<float>(y.data(), rows, 4), levels[0], k);
            wanted(in, batch_view<float>(expected.data(), rows, 4), levels[0], k);
            CHECK(y == expected);
            const std::span<const noise_level> own(levels);
            net(in, batch_view<float>(y.data(), rows, 4), own, k);
            wanted(in, batch_view<float>(expected.data(), rows, 4), own, k);
            CHECK(y == expected);
        }
    }
    const auto sampler_of = [](auto network, std::vector<int> labels) {
        return sampler{
            schedule::linear_beta{}, kernel::variance_preserving{},
            guided{
                predicts(epsilon{}, labelled{std::move(network), std::move(labels), -1}, eighths{}),
                classifier_free{.w = 1.5}},
            solver::ddim{}};
    };
    const auto near = [](const std::vector<float>& a, const std::vector<float>& b) {
        bool all = a.size() == b.size();
        for (std::size_t i = 0; all && i < a.size(); ++i)
            all = std::isfinite(a[i]) && std::abs(a[i] - b[i]) <= 1e-5f * (1 + std::abs(b[i]));
        return all;
    };
    {  // a constant sampler under guidance
        const std::vector<int> labels{2, 0, 1};
        const auto bridged = sampler_of(net, labels);
        const auto plain = sampler_of(wanted, labels);
        std::vector<float> x(12), expected(12);
        bridged.generate(exec::cpp, batch(x, 3), {.steps = 7, .seed = 5});
        plain.generate(exec::cpp, batch(expected, 3), {.steps = 7, .seed = 5});
        CHECK(near(x, expected));
        CHECK(x != std::vector<float>(12));
    }
    {  // conditions by give, one for each row of both inputs
        const std::vector<float> rows{1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0};
        bridge::network given{runtime, {.state = "x", .time = "t", .output = "y"}};
        given.give("bias", std::span(rows), {4, 4});
        const std::vector<std::int64_t> k{3, 1, 0, 0};
        given.give("k", std::span(k), {4});
        const formula with_rows{rows};
        const auto by_hand = [&](batch_view<const float> in, batch_view<float> out,
                                 const noise_level& l, guidance_rows) {
            with_rows(in, out, l, std::vector<int>{3, 1, 0, 0});
        };
        const auto run = [](auto network) {
            const sampler s{
                schedule::linear_beta{}, kernel::variance_preserving{},
                guided{predicts(epsilon{}, network, eighths{}), classifier_free{.w = 1.5}},
                solver::ddim{}};
            std::vector<float> x(8);
            s.generate(exec::cpp, batch(x, 2), {.steps = 5, .seed = 1});
            return x;
        };
        CHECK(near(run(given), run(by_hand)));
    }
    {  // a pool: requests of other lengths beside, and each has what it has alone
        const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                        predicts(epsilon{}, wanted, eighths{}), solver::ddim{}};
        auto pool = s.pool(exec::cpp, 4, {.capacity = 4});
        const std::vector<int> steps{3, 6, 4};
        std::vector<request_id> ids;
        for (std::size_t r = 0; r < steps.size(); ++r)
            ids.push_back(pool.admit({.steps = steps[r], .seed = r}));
        const auto label_of = [&](request_id id) { return id == ids[1] ? 2 : 0; };
        // [pool]
        while (pool) {
            std::vector<int> labels;
            for (const request_id id : pool.requests())
                labels.push_back(label_of(id));
            net(pool.input(), pool.output(), pool.levels(), std::span<const int>(labels));
            pool.advance();
        }
        // [pool]
        for (std::size_t r = 0; r < steps.size(); ++r) {
            std::vector<float> expected(4);
            const std::vector<int> label{label_of(ids[r])};
            for (auto run = s.start(exec::cpp, batch(expected, 1), {.steps = steps[r], .seed = r});
                 run; run.advance())
                wanted(run.input(), run.output(), run.level(), label);
            const auto x = pool.state(ids[r]);
            CHECK(near({x.begin(), x.end()}, expected));
        }
    }
}

}  // namespace tiny
