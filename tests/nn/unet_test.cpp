// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/unet.hpp>
#include <diffgen/nn/values_blocks.hpp>

#include "picture_networks.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string_view>

namespace nn = diffgen::nn;
using namespace picture_networks;

namespace {

const nn::unet_options tiny{.channels = 2,
                            .height = 4,
                            .width = 6,
                            .widths = {6, 8},
                            .groups = 2,
                            .heads = 2,
                            .context = 7,
                            .time_features = 8,
                            .classes = 2};

}  // namespace

TEST_CASE("unet: a new network predicts zero") {
    begins_as_zero<nn::unet<float>>(tiny);
}

TEST_CASE("unet: first and second gradients in input and weights") {
    const auto net = filled<nn::unet<double>>(nn::unet_options{.height = 2,
                                                               .width = 2,
                                                               .widths = {2, 2},
                                                               .groups = 1,
                                                               .heads = 1,
                                                               .context = 3,
                                                               .time_features = 4,
                                                               .classes = 2});
    for (const char* name :
         {"halve.0.weight", "double.1.weight", "middle.0.attention.inputs.bias", "up.0.0.context"})
        has_gradients(net, name);
    has_a_jacobian(net);
}

TEST_CASE("unet: samples are apart") {
    keeps_samples_apart(filled<nn::unet<float>>(tiny));
    auto three = tiny;  // levels of 12 x 4, 6 x 2 and 3 x 1, with more blocks
    three.height = 12;
    three.width = 4;
    three.widths = {4, 2, 6};
    three.blocks = 2;
    three.attention_from = 9;
    keeps_samples_apart(filled<nn::unet<float>>(three));
}

TEST_CASE("unet: the layers of pictures on values are those on a tape") {
    nn::parameters<double> list;
    const diffgen::noise::philox random{3};
    const nn::picture_shape in{4, 2, 3};
    const auto attend = nn::picture_attention::make(list, "attend", in, 2, 2, random);
    const auto grow = nn::doubling::make(list, "double", in, random);
    for (std::size_t i = 0; i < list.entries().size(); ++i)
        nn::fill_normal(list, i, 0.5, random);
    const auto x = gradient_check::spread(4 * 2 * 3, 3, -1, 1);
    nn::tape<double> tape;
    const auto w = list.on(tape);
    const nn::matrix<double> a = grow(w, attend(w, tape.constant(x))).value();
    const auto all = constants(list);
    const auto b = grow(all, attend(all, nn::values<double>(x)));
    REQUIRE(a.rows() == 4 * 4 * 6);
    REQUIRE(b.rows() == a.rows());
    CHECK((a - nn::view<double>(b.data(), b.rows(), b.cols())).cwiseAbs().maxCoeff() < 1e-13);
}

TEST_CASE("unet: it learns, goes on with the same bits, and is stored") {
    // A network that predicts nothing pays 1, an element's E alpha^2 + E sigma^2.
    learns_two_pictures<nn::unet<float>>(tiny, 12, 0.5);
}

TEST_CASE("unet: what does not fit is refused with the sizes") {
    refuses_what_does_not_fit(nn::unet<float>(tiny));
    const auto refuse = [](auto change, std::initializer_list<std::string_view> words) {
        auto o = tiny;
        change(o);
        check_refused<diffgen::bad_argument>([&] { nn::unet<float>{o}; }, words);
    };
    refuse([](auto& o) { o.width = 5; }, {"2 levels", "2 x 4 x 5", "multiples of 2"});
    refuse([](auto& o) { o.groups = 4; }, {"width of 6 in 4 groups"});
    refuse([](auto& o) { o.heads = 3; }, {"width of 8 in 3 heads"});
    refuse([](auto& o) { o.widths = {}; }, {"0 levels"});
    refuse([](auto& o) { o.blocks = 0; }, {"blocks 0"});
}
