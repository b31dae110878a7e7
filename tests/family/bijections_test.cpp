// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/family/bijection/chain.hpp>
#include <diffgen/family/bijection/channels.hpp>
#include <diffgen/family/bijection/linear.hpp>
#include <diffgen/family/bijection/normalisation.hpp>
#include <diffgen/family/bijection/permutation.hpp>
#include <diffgen/family/bijection/planar.hpp>

#include "bijection_check.hpp"

#include <doctest/doctest.h>

namespace family = diffgen::family;
namespace nn = diffgen::nn;
using bijection_check::check;
using bijection_check::fill;
using bijection_check::matrix;
using bijection_check::plain;
using bijection_check::points;
using bijection_check::values;

TEST_CASE("linear maps: determinant, inverse, and the identity to begin with") {
    nn::parameters<double> list;
    const auto lu = family::lu_linear::make(list, "lu", 4);
    const matrix x = points(4, 3);
    CHECK((plain(lu.forward(nn::constants(list), values(x)).value) - x).norm() < 1e-14);
    fill(list, 0.5);
    check(lu, list, x);

    nn::parameters<double> other;
    const matrix w = points(4, 4) + matrix::Identity(4, 4);
    auto plu = family::plu_linear::make(other, "w", w);
    CHECK((plain(plu.weight(nn::constants(other))) - w).norm() < 1e-14);
    check(plu, other, x);
    plu.transposed = true;
    CHECK((plain(plu.forward(nn::constants(other), values(x)).value) - w.transpose() * x).norm() <
          1e-13);
    check(plu, other, x);
    CHECK_THROWS_AS(family::plu_linear::make(other, "z", matrix::Zero(3, 3)),
                    diffgen::bad_argument);
    CHECK_THROWS_AS(lu.forward(nn::constants(list), values(points(3, 2))), diffgen::bad_shape);
}

TEST_CASE("a linear map of channels acts at every position") {
    nn::parameters<double> list;
    const auto plu =
        family::plu_linear::make(list, "w", matrix(points(3, 3) + matrix::Identity(3, 3)));
    check(family::by_channel(3, 4, plu), list, points(12, 2));
}

TEST_CASE("normalisations: standard data after the start, determinant, inverse") {
    nn::parameters<double> list;
    const auto layer = family::actnorm::make(list, "norm", 3);
    const matrix x = (points(3, 50).array() * 3 + 2).matrix();
    layer.start_from(list, x);
    const family::row_moments m(plain(layer.forward(nn::constants(list), values(x)).value));
    CHECK(m.mean.cwiseAbs().maxCoeff() < 1e-14);
    CHECK((m.variance.array() - 1).abs().maxCoeff() < 1e-13);
    check(layer, list, points(3, 2));
    CHECK_THROWS_AS(layer.start_from(list, matrix::Ones(3, 5)), diffgen::bad_argument);

    nn::parameters<double> own;
    family::batch_norm batch{own.add("weight", 3, 1), own.add("bias", 3, 1), matrix::Zero(3, 1),
                             matrix::Ones(3, 1)};
    fill(own, 0.7);
    batch.see(x);
    check(batch, own, points(3, 2));
}

TEST_CASE("permutations and squeezes: there and back") {
    const nn::parameters<double> none;
    check(family::permutation({2, 0, 3, 1}), none, points(4, 2));
    check(family::permutation::reverse(5), none, points(5, 2));
    check(family::permutation::swap(5), none, points(5, 2));
    check(family::permutation::squeeze(2, 4, 2, 2), none, points(16, 1));
    CHECK_THROWS_AS(family::permutation({0, 0}), diffgen::bad_argument);
    CHECK_THROWS_AS(family::permutation({0, 2}), diffgen::bad_argument);
    CHECK_THROWS_AS(family::permutation::squeeze(1, 3, 4, 2), diffgen::bad_argument);
}

TEST_CASE("planar and radial maps: determinant, and the inverse that the papers do not have") {
    nn::parameters<double> list;
    const auto bent = family::planar::make(list, "bent", 3);
    const auto folded = family::planar::make(list, "folded", 3, true);
    const auto round = family::radial::make(list, "round", 3);
    fill(list, 1.5);
    check(bent, list, points(3, 4));
    check(folded, list, points(3, 4));
    check(round, list, points(3, 4), 1e-11);
}

TEST_CASE("planar: the gradient through the inverse of tanh is that of the implicit function") {
    nn::parameters<double> list;
    const auto bent = family::planar::make(list, "bent", 2);
    fill(list, 1.0);
    const matrix y = points(2, 1);
    const auto value = [&] {
        const auto x = bent.inverse(nn::constants(list), values(y));
        return sum(square(x.value)).item();
    };
    nn::tape<double> tape;
    const auto w = list.on(tape);
    const auto g = grad(sum(square(bent.inverse(w, tape.constant(y)).value)), w);
    for (std::size_t p = 0; p < w.size(); ++p)
        for (nn::extent i = 0; i < list[p].size(); ++i) {
            double& entry = list[p].data()[i];
            const double kept = entry;
            entry = kept + 1e-5;
            const double above = value();
            entry = kept - 1e-5;
            const double below = value();
            entry = kept;
            CHECK(g[p].value().data()[i] == doctest::Approx((above - below) / 2e-5).epsilon(1e-6));
        }
}

TEST_CASE("chains: one after the other, backwards, and many of one type") {
    nn::parameters<double> list;
    const auto lu = family::lu_linear::make(list, "lu", 3);
    const auto norm = family::actnorm::make(list, "norm", 3);
    const auto second = family::lu_linear::make(list, "second", 3);
    fill(list, 0.4);
    const family::chain flow{lu, family::permutation::reverse(3), norm};
    check(flow, list, points(3, 3));
    check(family::inverse_of{flow}, list, points(3, 3));
    check(family::repeated<family::lu_linear>({lu, second, lu}), list, points(3, 3));
    const auto w = nn::constants(list);
    const auto there = flow.forward(w, values(points(3, 2)));
    const auto back = family::inverse_of{flow}.inverse(w, values(points(3, 2)));
    CHECK((plain(there.value) - plain(back.value)).norm() == 0);
    CHECK_THROWS_AS(family::repeated<family::lu_linear>({}), diffgen::bad_argument);
}
