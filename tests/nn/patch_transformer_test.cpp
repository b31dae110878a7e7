// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/patch_transformer.hpp>

#include "picture_networks.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string_view>

namespace nn = diffgen::nn;
using namespace picture_networks;

namespace {

const nn::patch_transformer_options tiny{.channels = 2,
                                         .height = 4,
                                         .width = 6,
                                         .hidden = 12,
                                         .blocks = 2,
                                         .heads = 2,
                                         .expansion = 2,
                                         .context = 7,
                                         .time_features = 8,
                                         .classes = 2};

}  // namespace

TEST_CASE("patch_transformer: a new network predicts zero") {
    begins_as_zero<nn::patch_transformer<float>>(tiny);
}

TEST_CASE("patch_transformer: first and second gradients in input and weights") {
    const auto net =
        filled<nn::patch_transformer<double>>(nn::patch_transformer_options{.height = 2,
                                                                            .width = 4,
                                                                            .hidden = 4,
                                                                            .blocks = 1,
                                                                            .heads = 2,
                                                                            .expansion = 1,
                                                                            .context = 3,
                                                                            .time_features = 4,
                                                                            .classes = 2});
    for (const char* name : {"position", "attention.inputs.weight", "block.0.modulate.bias"})
        has_gradients(net, name);
    has_a_jacobian(net);
}

TEST_CASE("patch_transformer: samples are apart") {
    keeps_samples_apart(filled<nn::patch_transformer<float>>(tiny));
    auto five = tiny;  // as many tokens as no packet divides
    five.width = 10;
    five.height = 2;
    keeps_samples_apart(filled<nn::patch_transformer<float>>(five));
}

TEST_CASE("patch_transformer: without positions, moved patches give moved outputs") {
    auto net = filled<nn::patch_transformer<double>>(tiny);
    for (std::size_t i = 0; i < net.weights().entries().size(); ++i)
        if (net.weights().entries()[i].name == "position") net.weights()[i].setZero();
    // The left and the middle pair of columns of every picture change places.
    const auto moved = [](const nn::matrix<double>& x) {
        nn::matrix<double> y = x;
        for (nn::extent row = 0; row < 2 * 4; ++row)
            for (nn::extent j = 0; j < 4; ++j)
                y(row * 6 + j, 0) = x(row * 6 + (j + 2) % 4, 0);
        return y;
    };
    const nn::matrix<double> x = gradient_check::spread(net.features(), 1, -1, 1);
    nn::matrix<double> y(net.features(), 1), z(net.features(), 1);
    net.evaluate(x.data(), y.data(), 1, 0.3);
    net.evaluate(moved(x).data(), z.data(), 1, 0.3);
    CHECK((z - moved(y)).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((z - y).cwiseAbs().maxCoeff() > 1e-3);
}

TEST_CASE("patch_transformer: it learns, goes on with the same bits, and is stored") {
    // A network that predicts nothing pays 1, an element's E alpha^2 + E sigma^2.
    learns_two_pictures<nn::patch_transformer<float>>(tiny, 32, 0.5);
}

TEST_CASE("patch_transformer: what does not fit is refused with the sizes") {
    refuses_what_does_not_fit(nn::patch_transformer<float>(tiny));
    const auto refuse = [](auto change, std::initializer_list<std::string_view> words) {
        auto o = tiny;
        change(o);
        check_refused<diffgen::bad_argument>([&] { nn::patch_transformer<float>{o}; }, words);
    };
    refuse([](auto& o) { o.patch = 3; }, {"patches of 3 x 3", "2 x 4 x 6"});
    refuse([](auto& o) { o.heads = 5; }, {"hidden 12", "heads 5"});
    refuse([](auto& o) { o.blocks = -1; }, {"blocks -1"});
    refuse([](auto& o) { o.context = 0; }, {"0 features"});
    refuse([](auto& o) { o.time_features = 5; }, {"5 features"});
}
