// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/compat/zuko.hpp>
#include <diffgen/family/autoregressive/masked_network.hpp>
#include <diffgen/family/bijection/affine.hpp>
#include <diffgen/family/bijection/chain.hpp>
#include <diffgen/family/bijection/coupling.hpp>
#include <diffgen/family/bijection/masked_autoregressive.hpp>
#include <diffgen/family/bijection/spline.hpp>
#include <diffgen/nn/mlp.hpp>

#include "bijection_check.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace family = diffgen::family;
namespace nn = diffgen::nn;
namespace scale_map = family::scale_map;
using bijection_check::check;
using bijection_check::fill;
using bijection_check::matrix;
using bijection_check::plain;
using bijection_check::points;
using bijection_check::values;
const diffgen::noise::philox random_numbers{3};

namespace {

const std::vector<int> mask{0, 1, 1, 0, 1};

/// A coupling of five features with this function, weights of order one, checked.
template <class Function>
void check_coupling(const Function& function, const family::parameter_layout& layout) {
    nn::parameters<double> list;
    const std::vector<nn::extent> sizes{2, 6, 3 * function.arity()};
    const auto net = nn::mlp<nn::between::tanh>::make(list, "net", sizes, random_numbers);
    fill(list, 0.5);
    check(family::coupling(mask, function, net, layout), list, points(5, 3), 1e-11);
}

}  // namespace

TEST_CASE("couplings: determinant and inverse for every function and layout") {
    check_coupling(family::affine<>{}, {});
    check_coupling(family::affine<scale_map::exponential>{}, {true});
    check_coupling(family::affine<scale_map::sigmoid>{}, {false, {1, 0}});
    check_coupling(family::affine<scale_map::softplus>{}, {true, {1, 0}});
    check_coupling(family::additive{}, {});
    check_coupling(family::rational_quadratic<>{}, {true});
    family::rational_quadratic<> circular;
    circular.outside = family::tails::circular;
    check_coupling(circular, {});
    check_coupling(family::rational_quadratic<diffgen::compat::zuko::soft_knots>{}, {});
}

TEST_CASE("couplings: what they refuse") {
    nn::parameters<double> list;
    const std::vector<nn::extent> sizes{2, 4};
    const auto net = nn::mlp<>::make(list, "net", sizes, random_numbers);
    const std::vector<int> all(3, 1), none(3, 0);
    CHECK_THROWS_AS(family::coupling(all, family::affine<>{}, net), diffgen::bad_argument);
    CHECK_THROWS_AS(family::coupling(none, family::affine<>{}, net), diffgen::bad_argument);
    const family::coupling wrong(mask, family::affine<>{}, net);  // 4 outputs for 6 parameters
    CHECK_THROWS_AS(wrong.forward(nn::constants(list), values(points(5, 1))), diffgen::bad_shape);
    family::rational_quadratic<> spline;
    spline.bins = 2000;
    CHECK_THROWS_AS(spline.check(), diffgen::bad_argument);
    spline = {};
    spline.box.top = 5;
    CHECK_THROWS_AS(spline.check(), diffgen::bad_argument);
}

TEST_CASE("masked coupling: two networks of all features") {
    nn::parameters<double> list;
    const std::vector<nn::extent> sizes{4, 5, 4};
    const auto scale = nn::mlp<nn::between::tanh>::make(list, "scale", sizes, random_numbers);
    const auto shift = nn::mlp<>::make(list, "shift", sizes, random_numbers);
    matrix kept(4, 1);
    kept << 1, 0, 1, 0;
    check(family::masked_affine{kept, scale, shift}, list, points(4, 3));
}

TEST_CASE("scales: bounded maps go back without overflow, however far the network goes") {
    const auto there_and_back = [](const auto& function, double s) {
        const std::vector<values> p{values(1, 1, 0.3), values(1, 1, s)};
        const auto y = function.forward(p, values(1, 1, 1.7));
        const auto x = function.inverse(p, y.value);
        CHECK(std::isfinite(x.value.item()));
        return x.value.item();
    };
    for (const double s : {-1e8, -1e3, 0.0, 1e3, 1e8})
        CHECK(there_and_back(family::affine<>{}, s) == doctest::Approx(1.7).epsilon(1e-9));
    for (const double s : {-1e8, -1e3, 0.0, 1e3})
        there_and_back(family::affine<scale_map::sigmoid>{}, s);
    // Without a bound the way back is a division by nothing: what the bounded ones are for.
    const std::vector<values> p{values(1, 1, 0.0), values(1, 1, -800.0)};
    const family::affine<scale_map::exponential> open;
    CHECK_FALSE(std::isfinite(open.inverse(p, values(1, 1, 1.0)).value.item()));
}

TEST_CASE("masked autoregressive: every order, strictly triangular, inverse in D passes") {
    const std::vector<std::vector<int>> orders{{1, 2, 3, 4}, {4, 3, 2, 1}, {2, 4, 1, 3}};
    const std::vector<int> widths{9, 7};
    for (const auto& order : orders) {
        nn::parameters<double> list;
        const auto net = family::masked_mlp<nn::between::tanh>::make(list, "net", order, widths, 2,
                                                                     true, random_numbers);
        fill(list, 0.8);
        const family::masked_autoregressive map(4, family::affine<>{}, net,
                                                family::parameter_layout{true});
        check(map, list, points(4, 3), 1e-11);
        // No output sees its own feature or a later one of the order, to the last bit.
        const auto w = nn::constants(list);
        const matrix x = points(4, 1);
        const matrix before = plain(net(w, values(x)));
        for (nn::extent d = 0; d < 4; ++d) {
            matrix moved = x;
            moved(d, 0) += 1;
            const matrix after = plain(net(w, values(moved)));
            for (nn::extent f = 0; f < 4; ++f) {
                const bool may_see =
                    order[static_cast<std::size_t>(f)] > order[static_cast<std::size_t>(d)];
                const bool same = before(2 * f, 0) == after(2 * f, 0) &&
                                  before(2 * f + 1, 0) == after(2 * f + 1, 0);
                CHECK(same == !may_see);
            }
        }
    }
}
