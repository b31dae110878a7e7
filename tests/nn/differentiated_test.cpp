// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A network's products with its Jacobian by the tape, against central differences; and the
// divergence of its flow.
#include <diffgen/density/probability_flow.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/nn/differentiated.hpp>
#include <diffgen/nn/residual_mlp.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;

namespace {

nn::residual_mlp<double> some_network() {
    nn::residual_mlp<double> net({.features = 3,
                                  .hidden = 8,
                                  .blocks = 1,
                                  .context = 4,
                                  .time_features = 4,
                                  .classes = 2,
                                  .seed = 3});
    std::uint64_t i = 0;
    for (double& w : net.weights().values())  // the last layer begins with zeros
        w += 0.2 * noise::philox{9}.normal<double>(noise::stream::weights, 0, i++);
    return net;
}

}  // namespace

TEST_CASE("vjp against central differences, for the class that was told") {
    auto net = some_network();
    const nn::differentiated told(net, 1);
    noise_level l;
    l.network_time = 0.4;
    const std::vector<double> x{0.1, -0.5, 0.8, 1.2, 0.3, -0.7}, v{0.4, -1, 0.3, 0.2, 0.9, -0.6};
    std::vector<double> product(6);
    told.vjp(batch_view<const double>(x.data(), 2, 3), batch_view<const double>(v.data(), 2, 3),
             batch_view<double>(product.data(), 2, 3), l);
    for (std::size_t i = 0; i < 6; ++i) {
        std::array<double, 2> along{};
        for (const int side : {0, 1}) {
            auto moved = x;
            moved[i] += side == 0 ? -1e-6 : 1e-6;
            std::vector<double> y(6);
            told(batch_view<const double>(moved.data(), 2, 3), batch_view<double>(y.data(), 2, 3),
                 l);
            for (std::size_t k = i / 3 * 3; k < i / 3 * 3 + 3; ++k)
                along[static_cast<std::size_t>(side)] += v[k] * y[k];
        }
        CHECK(std::abs(product[i] - (along[1] - along[0]) / 2e-6) < 1e-8);
    }
}

TEST_CASE("a class for each sample: each is as if it were alone with its class") {
    auto net = some_network();
    noise_level l;
    l.network_time = 0.4;
    const std::vector<double> x{0.1, -0.5, 0.8, 1.2, 0.3, -0.7}, v{0.4, -1, 0.3, 0.2, 0.9, -0.6};
    const auto in = [](const std::vector<double>& of, std::size_t first, std::size_t samples) {
        return batch_view<const double>(of.data() + 3 * first, samples, 3);
    };
    const auto evaluated = [&](const auto& network, std::size_t first, std::size_t samples) {
        std::vector<double> out(6 * samples);
        network(in(x, first, samples), batch_view<double>(out.data(), samples, 3), l);
        network.vjp(in(x, first, samples), in(v, first, samples),
                    batch_view<double>(out.data() + 3 * samples, samples, 3), l);
        return out;
    };
    const nn::differentiated both(net, std::vector<int>{1, 0});
    const auto together = evaluated(both, 0, 2);
    for (const std::size_t i : {0u, 1u}) {
        const auto alone = evaluated(nn::differentiated(net, i == 0 ? 1 : 0), i, 1);
        for (std::size_t e = 0; e < 6; ++e)
            CHECK(std::abs(together[e / 3 * 6 + i * 3 + e % 3] - alone[e]) < 1e-12);
    }
    CHECK_THROWS_AS(evaluated(both, 0, 1), bad_shape);
}

TEST_CASE("exact traces, differences and probes agree on a network's log density") {
    auto net = some_network();
    const auto flow = [&](auto network, auto divergence) {
        return density::probability_flow{schedule::linear_beta{},
                                         kernel::variance_preserving{},
                                         predicts(velocity{}, network),
                                         density::fixed_steps<>{.steps = 20},
                                         divergence,
                                         {0.05, {}, {}}};
    };
    std::vector<double> x{0.1, -0.5, 0.8, 1.2, 0.3, -0.7};
    auto by_tape = flow(nn::differentiated(net), density::exact_trace{});
    const auto exact_values = by_tape.log_density(batch(x, 2)).values;
    auto by_differences =
        flow(density::by_differences(nn::differentiated(net)), density::exact_trace{});
    // 2,000 probes: a mean of them is off by more than 6.2 errors in 6e-10 of all runs.
    auto by_probes = flow(nn::differentiated(net), density::hutchinson<>{.number = 2000});
    const auto estimated = by_probes.log_density(batch(x, 2));
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(std::abs(by_differences.log_density(batch(x, 2)).values[i] - exact_values[i]) < 1e-6);
        CHECK(std::abs(estimated.values[i] - exact_values[i]) < 6.2 * estimated.errors[i]);
        CHECK(estimated.errors[i] < 0.1);
    }
}
