// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A functor as a network: values and products are those of the mixture's closed form.

#include <diffgen/posterior/functor_network.hpp>
#include <diffgen/posterior/mixture.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>

#include "check_refused.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <span>
#include <vector>

using namespace diffgen;
using posterior::matrix;
using posterior::mixture;
using posterior::vector;

namespace {

/// Ten elements, so that forward mode takes two turns; without bind.
struct cubes {
    template <class V, class S>
    std::array<V, 10> operator()(const std::array<V, 10>& x, const level_of<S>& l) const {
        std::array<V, 10> y;
        for (std::size_t i = 0; i < 10; ++i)
            y[i] = x[i] * x[i] * x[(i + 1) % 10] * broadcast<V>(S(l.alpha));
        return y;
    }
};

}  // namespace

TEST_CASE("the mixture that runs inside the pass, by forward mode") {
    const gaussian_mixture<2, 2> inside{
        {0.3, 0.7}, {{{-1, 0.5}, {1, 0.2}}}, {{{0.1, 0.2}, {0.3, 0.1}}}};
    const auto net = posterior::as_network<2>(inside);
    const auto closed = mixture::diagonal(vector{{0.3, 0.7}}, matrix{{-1, 1}, {0.5, 0.2}},
                                          matrix{{0.1, 0.3}, {0.2, 0.1}});
    const std::vector<double> in{0.3, -0.2, 0.8, 0.1}, v{1, -2, 0.5, 0.3};
    std::vector<double> a(4), b(4);
    const std::vector<noise_level> levels{{.alpha = 0.8, .sigma = 0.6},
                                          {.alpha = 0.3, .sigma = 0.9}};
    const batch_view<const double> x(in.data(), 2, 2), w(v.data(), 2, 2);
    const auto compare = [&] {
        for (std::size_t i = 0; i < 4; ++i)
            CHECK(std::abs(a[i] - b[i]) < 1e-13);
    };
    net(x, batch_view<double>(a.data(), 2, 2), std::span<const noise_level>(levels));
    closed(x, batch_view<double>(b.data(), 2, 2), std::span<const noise_level>(levels));
    compare();
    net.vjp(x, w, batch_view<double>(a.data(), 2, 2), levels[0]);
    closed.vjp(x, w, batch_view<double>(b.data(), 2, 2), levels[0]);
    compare();
    check_refused<bad_shape>(
        [&] {
            net(batch_view<const double>(in.data(), 1, 4), batch_view<double>(a.data(), 1, 4),
                levels[0]);
        },
        {"4 elements, not 2"});
}

TEST_CASE("a functor without bind, of more elements than one turn has directions") {
    const auto net = posterior::as_network<10>(cubes{});
    const matrix x = mixtures::normals(10, 1, 1), v = mixtures::normals(10, 1, 2);
    std::vector<double> out(10);
    net.vjp(batch_view<const double>(x.data(), 1, 10), batch_view<const double>(v.data(), 1, 10),
            batch_view<double>(out.data(), 1, 10), noise_level{.alpha = 0.5});
    for (posterior::Index i = 0; i < 10; ++i) {
        const posterior::Index next = (i + 1) % 10, before = (i + 9) % 10;
        const double slope = 0.5 * (2 * v(i) * x(i) * x(next) + v(before) * x(before) * x(before));
        CHECK(out[static_cast<std::size_t>(i)] == doctest::Approx(slope).epsilon(1e-14));
    }
}
