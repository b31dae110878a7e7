// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What a bridge hands to a runtime: every tensor where it lies, in the type and the shape that the
// network declares; and what it refuses. The runtime is one of the test's own, which computes
// y = x t + k + bias in the order of the real ones' file, tests/bridge/data/tiny.onnx.

#include "check_refused.hpp"
#include "tiny_network.hpp"

#include <diffgen/bridge/network.hpp>
#include <diffgen/bridge/tensor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace diffgen;
using bridge::any_size;
using bridge::element;
using bridge::port;
using bridge::tensor;

namespace {

/// Keeps what it is told, and computes.
struct recording {
    std::vector<port> in{{"x", element::float32, {any_size, 4}},
                         {"t", element::float32, {any_size}},
                         {"k", element::int64, {any_size}},
                         {"bias", element::float32, {any_size, 4}}};
    std::vector<port> out{{"y", element::float32, {any_size, 4}}};
    struct seen {
        const void *state, *answer, *bias;
        std::vector<std::vector<std::int64_t>> shapes;
    };
    seen* told = nullptr;

    [[nodiscard]] const std::vector<port>& inputs() const { return in; }
    [[nodiscard]] const std::vector<port>& outputs() const { return out; }
    void run(std::span<const tensor> t, const tensor& y) const {
        const auto* x = static_cast<const float*>(t[0].data);
        const auto* time = static_cast<const float*>(t[1].data);
        const auto* k = static_cast<const std::int64_t*>(t[2].data);
        const auto* bias = static_cast<const float*>(t[3].data);
        for (std::size_t i = 0; i < y.size(); ++i)
            static_cast<float*>(y.data)[i] = x[i] * time[i / 4] + static_cast<float>(k[i / 4]) +
                                             bias[t[3].shape[0] == 1 ? i % 4 : i];
        if (told) *told = {x, y.data, bias, {t[0].shape, t[1].shape, t[2].shape, t[3].shape}};
    }
};

/// A runtime of any ports that answers with zeros and keeps a copy of its second input.
struct declared {
    std::vector<port> in, out;
    std::vector<std::vector<std::int64_t>>* shapes = nullptr;
    std::vector<double>* second = nullptr;

    [[nodiscard]] const std::vector<port>& inputs() const { return in; }
    [[nodiscard]] const std::vector<port>& outputs() const { return out; }
    void run(std::span<const tensor> t, const tensor& y) const {
        if (shapes) {
            shapes->clear();
            for (const tensor& each : t)
                shapes->push_back(each.shape);
            shapes->push_back(y.shape);
        }
        if (second)
            for (std::size_t i = 0; i < t[1].size(); ++i)
                second->push_back(
                    t[1].of->type == element::int32
                        ? static_cast<double>(static_cast<const std::int32_t*>(t[1].data)[i])
                        : static_cast<const double*>(t[1].data)[i]);
    }
};

noise_level at(double t) {
    noise_level l;
    l.network_time = t;
    return l;
}

}  // namespace

TEST_CASE("a bridge and the network it serves, in every way that diffgen calls one") {
    tiny::check_all(recording{});
}

TEST_CASE("state and answer stay where they are") {
    recording::seen told{};
    bridge::network net{recording{.told = &told}, tiny::names()};
    const std::vector<float> bias(4), x(12);
    std::vector<float> y(12);
    net.give("bias", std::span(bias), {1, 4});
    const std::vector<int> labels{1, 2, 3};
    net(batch_view<const float>(x.data(), 3, 4), batch_view<float>(y.data(), 3, 4), at(2),
        std::span(labels));
    CHECK(told.state == x.data());
    CHECK(told.answer == y.data());
    CHECK(told.bias == bias.data());
    CHECK(told.shapes == std::vector<std::vector<std::int64_t>>{{3, 4}, {3}, {3}, {1, 4}});
}

TEST_CASE("what each row is given is repeated for as many rows as there are") {
    recording::seen told{};
    bridge::network net{recording{.told = &told}, tiny::names()};
    std::vector<float> bias{1, 2, 3, 4};
    net.give_each_row("bias", std::span<const float>(bias), {4});
    bias[0] = 5;  // read in the call
    for (const std::size_t rows : {std::size_t{1}, std::size_t{3}}) {
        const std::vector<float> x(4 * rows);
        std::vector<float> y(4 * rows), expected;
        const std::vector<int> labels(rows, 10);
        net(batch_view<const float>(x.data(), rows, 4), batch_view<float>(y.data(), rows, 4), at(1),
            std::span(labels));
        for (std::size_t r = 0; r < rows; ++r)
            expected.insert(expected.end(), {15, 12, 13, 14});
        CHECK(y == expected);
        CHECK(told.shapes[3] == std::vector<std::int64_t>{static_cast<std::int64_t>(rows), 4});
    }
    check_refused<bad_shape>(
        [&] {
            net.give_each_row("bias", std::span<const float>(bias), {2, 4});
        },
        {"4 numbers", "[1, 2, 4]"});
}

TEST_CASE("shapes are the declared ones, and open sizes those of the rows") {
    std::vector<std::vector<std::int64_t>> shapes;
    std::vector<float> x(2 * 24), y(2 * 48);
    const auto call = [&](std::vector<std::int64_t> state, std::vector<std::int64_t> answer,
                          std::vector<std::int64_t> sample, std::size_t answered = 24) {
        const bridge::network net{
            declared{{{"x", element::float32, state}}, {{"y", element::float32, answer}}, &shapes},
            {.state = "x", .output = "y", .sample = sample}};
        net(batch_view<const float>(x.data(), 2, 24), batch_view<float>(y.data(), 2, answered),
            at(0));
    };
    using list = std::vector<std::vector<std::int64_t>>;
    call({any_size, 2, 3, 4}, {any_size, 2, 3, 4}, {});
    CHECK(shapes == list{{2, 2, 3, 4}, {2, 2, 3, 4}});
    call({any_size, 2, 3, any_size}, {any_size, any_size}, {});
    CHECK(shapes == list{{2, 2, 3, 4}, {2, 24}});
    // The answer of a learned variance has twice the channels.
    call({any_size, 2, any_size, any_size}, {any_size, 4, any_size, any_size}, {2, 3, 4}, 48);
    CHECK(shapes == list{{2, 2, 3, 4}, {2, 4, 3, 4}});
    call({2, 24}, {2, 24}, {});
    CHECK(shapes == list{{2, 24}, {2, 24}});

    check_refused<bad_shape>(
        [&] {
            call({any_size, any_size, any_size}, {any_size, 24}, {});
        },
        {"'x'", "[?, ?, ?]", "2 rows of 24"});
    check_refused<bad_shape>([&] { call({4, 24}, {4, 24}, {}); }, {"'x'", "[4, 24]", "2 rows"});
    check_refused<bad_shape>([&] { call({any_size, 7}, {any_size, 24}, {}); }, {"'x'", "[?, 7]"});
    check_refused<bad_shape>([&] { call({any_size, 24}, {any_size, 23}, {}); }, {"'y'", "[?, 23]"});
    check_refused<bad_shape>(
        [&] {
            call({any_size, 5, any_size}, {any_size, 24}, {});
        },
        {"'x'", "[?, 5, ?]"});
}

TEST_CASE("times and labels in the type of the port; one for the batch where there is one") {
    std::vector<double> second;
    std::vector<float> x(6), y(6);
    const auto net = [&](element type, std::vector<std::int64_t> shape) {
        return bridge::network{
            declared{{{"x", element::float32, {any_size, 2}}, {"t", type, shape}},
                     {{"y", element::float32, {any_size, 2}}},
                     nullptr,
                     &second},
            {.state = "x", .time = "t", .output = "y"}};
    };
    const batch_view<const float> in(x.data(), 3, 2);
    const batch_view<float> out(y.data(), 3, 2);
    const auto call = [&](const auto& n, std::vector<noise_level> levels) {
        second.clear();
        n(in, out, std::span<const noise_level>(levels));
        return second;
    };
    using list = std::vector<double>;
    CHECK(call(net(element::float64, {any_size}), {at(0.1), at(0.2), at(0.3)}) == list{.1, .2, .3});
    CHECK(call(net(element::float64, {any_size, 1, 1}), {at(1), at(2), at(3)}) == list{1, 2, 3});
    CHECK(call(net(element::int32, {3}), {at(999), at(0), at(-2)}) == list{999, 0, -2});
    CHECK(call(net(element::float64, {}), {at(0.5), at(0.5), at(0.5)}) == list{.5});
    CHECK(call(net(element::float64, {1}), {at(0.5), at(0.5), at(0.5)}) == list{.5});

    check_refused<bad_argument>(
        [&] {
            call(net(element::float64, {}), {at(0.5), at(0.5), at(0.75)});
        },
        {"'t'", "row 2", "0.75", "0.5"});
    check_refused<bad_argument>(
        [&] {
            call(net(element::int32, {any_size}), {at(1), at(2.5), at(3)});
        },
        {"'t'", "int32", "2.5"});
    check_refused<bad_argument>(
        [&] {
            call(net(element::int32, {any_size}), {at(3e9), at(2), at(3)});
        },
        {"'t'", "int32", "3000000000"});
    check_refused<bad_argument>(
        [&] {
            call(net(element::int32, {any_size}),
                 {at(std::numeric_limits<double>::quiet_NaN()), at(2), at(3)});
        },
        {"'t'", "nan"});
    check_refused<bad_argument>(
        [&] {
            call(net(element::other, {any_size}), {at(1), at(1), at(1)});
        },
        {"'t'", "do not know"});
    check_refused<bad_shape>(
        [&] {
            call(net(element::float64, {any_size, 2}), {at(1), at(1), at(1)});
        },
        {"'t'", "[?, 2]"});
    check_refused<bad_shape>(
        [&] {
            call(net(element::float64, {any_size}), {at(1), at(1)});
        },
        {"2 levels", "3 rows"});
}

TEST_CASE("labels of several numbers") {
    std::vector<double> second;
    std::vector<float> x(4), y(4);
    const bridge::network net{declared{{{"x", element::float32, {any_size, 2}},
                                        {"goal", element::float64, {any_size, 3}}},
                                       {{"y", element::float32, {any_size, 2}}},
                                       nullptr,
                                       &second},
                              {.state = "x", .condition = "goal", .output = "y"}};
    const std::vector<std::array<float, 3>> goals{{1, 2, 3}, {4, 5, 6}};
    net(batch_view<const float>(x.data(), 2, 2), batch_view<float>(y.data(), 2, 2), at(0),
        std::span(goals));
    CHECK(second == std::vector<double>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("names and types that are not the network's") {
    check_refused<bad_argument>(
        [] {
            bridge::network{recording{}, {.state = "sample", .output = "y"}};
        },
        {"no input 'sample'", "'x', 't', 'k', 'bias'"});
    check_refused<bad_argument>(
        [] {
            bridge::network{recording{}, {.state = "x", .output = "out"}};
        },
        {"no output 'out'", "'y'"});
    check_refused<bad_argument>(
        [] {
            bridge::network{recording{}, {.state = "x", .time = "step", .output = "y"}};
        },
        {"no input 'step'"});

    bridge::network net{recording{}, tiny::names()};
    std::vector<float> x(4), bias(4);
    const batch_view<float> b(x.data(), 1, 4);
    const std::vector<int> label{1};
    check_refused<bad_argument>([&] { net(b, b, at(1), std::span(label)); }, {"'bias'", "give"});
    check_refused<bad_argument>(
        [&] {
            net.give("x", std::span<const float>(bias), {1, 4});
        },
        {"'x'"});
    check_refused<bad_argument>(
        [&] {
            net.give("y", std::span<const float>(bias), {1, 4});
        },
        {"no input 'y'"});
    const std::vector<double> wide(4);
    check_refused<bad_argument>(
        [&] {
            net.give("bias", std::span(wide), {1, 4});
        },
        {"'bias'", "float", "double"});
    check_refused<bad_shape>(
        [&] {
            net.give("bias", std::span<const float>(bias), {2, 4});
        },
        {"4 numbers", "[2, 4]"});
    net.give("bias", std::span<const float>(bias), {1, 4});
    check_refused<bad_shape>([&] { net(b, b, at(1)); }, {"0 labels", "1 rows"});

    std::vector<double> states(4);
    const batch_view<double> doubles(states.data(), 1, 4);
    check_refused<bad_argument>([&] { net(doubles, doubles, at(1), std::span(label)); },
                                {"'x'", "float", "double"});
    bridge::network without{recording{}, {.state = "x", .time = "t", .output = "y"}};
    check_refused<bad_argument>([&] { without(b, b, at(1), std::span(label)); }, {"condition"});
}
