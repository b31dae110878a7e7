// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/set_transformer.hpp>

#include "picture_networks.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string_view>

namespace nn = diffgen::nn;
using namespace picture_networks;

namespace {

const nn::set_transformer_options tiny{.points = 5,
                                       .axes = 3,
                                       .hidden = 12,
                                       .blocks = 2,
                                       .heads = 2,
                                       .context = 7,
                                       .time_features = 8,
                                       .classes = 2};

}  // namespace

TEST_CASE("set_transformer: a new network predicts zero") {
    begins_as_zero<nn::set_transformer<float>>(tiny);
}

TEST_CASE("set_transformer: first and second gradients in input and weights") {
    const auto net =
        filled<nn::set_transformer<double>>(nn::set_transformer_options{.points = 3,
                                                                        .axes = 2,
                                                                        .hidden = 4,
                                                                        .blocks = 1,
                                                                        .heads = 2,
                                                                        .expansion = 1,
                                                                        .context = 3,
                                                                        .time_features = 4,
                                                                        .classes = 2});
    for (const char* name : {"input.weight", "attention.inputs.weight", "block.0.modulate.bias"})
        has_gradients(net, name);
    has_a_jacobian(net);
}

TEST_CASE("set_transformer: samples are apart") {
    keeps_samples_apart(filled<nn::set_transformer<float>>(tiny));
    auto sixteen = tiny;
    sixteen.points = 16;
    keeps_samples_apart(filled<nn::set_transformer<float>>(sixteen));
}

TEST_CASE("set_transformer: points in another order give the outputs in that order") {
    auto net = filled<nn::set_transformer<double>>(tiny);
    const auto moved = [](const nn::matrix<double>& x) {
        nn::matrix<double> y = x;
        for (nn::extent p = 0; p < 5; ++p)
            y.middleRows(3 * p, 3) = x.middleRows(3 * ((p * 2 + 3) % 5), 3);
        return y;
    };
    const nn::matrix<double> x = gradient_check::spread(net.features(), 1, -1, 1);
    nn::matrix<double> y(net.features(), 1), z(net.features(), 1);
    net.evaluate(x.data(), y.data(), 1, 0.3);
    net.evaluate(moved(x).data(), z.data(), 1, 0.3);
    CHECK((z - moved(y)).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((z - y).cwiseAbs().maxCoeff() > 1e-3);
    // Each point sees the others: one that moves changes all.
    nn::matrix<double> other = x;
    other(0, 0) += 0.5;
    net.evaluate(other.data(), z.data(), 1, 0.3);
    CHECK((z - y).bottomRows(12).cwiseAbs().minCoeff() > 1e-6);
}

TEST_CASE("set_transformer: it learns, goes on with the same bits, and is stored") {
    // One that predicts nothing pays 1; which point is which it must find from where they are.
    auto cloud = tiny;
    cloud.points = 16;
    learns_two_pictures<nn::set_transformer<float>>(cloud, 32, 0.85);
}

TEST_CASE("set_transformer: what does not fit is refused with the sizes") {
    refuses_what_does_not_fit(nn::set_transformer<float>(tiny));
    const auto refuse = [](auto change, std::initializer_list<std::string_view> words) {
        auto o = tiny;
        change(o);
        check_refused<diffgen::bad_argument>([&] { nn::set_transformer<float>{o}; }, words);
    };
    refuse([](auto& o) { o.points = 0; }, {"0 points", "3 axes"});
    refuse([](auto& o) { o.axes = 0; }, {"0 axes"});
    refuse([](auto& o) { o.heads = 5; }, {"hidden 12", "heads 5"});
}
