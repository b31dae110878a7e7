// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The trace of a functor by forward mode has the same bits on packs of lanes and on one lane.
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/density/functor_products.hpp>
#include <diffgen/noise/source.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <vector>

using namespace diffgen;

namespace {

struct any_functor {
    template <class V>
    DIFFGEN_VALUE std::array<V, 3> operator()(const std::array<V, 3>& x) const {
        return {tanh(x[0] + x[1]) * exp(x[2] * 0.3),
                x[1] / (2. + x[2] * x[2]) - log(1. + x[0] * x[0]),
                sqrt(x[2] * x[2] + 1.) * max(x[0], x[2])};
    }
};

}  // namespace

TEST_CASE("traces on lanes") {
    constexpr std::size_t samples = 37;
    std::vector<double> x(3 * samples);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = noise::philox{2}.normal<double>(noise::stream::data, 0, i);
    const any_functor f;
    std::vector<double> wide(3 * samples), single(3 * samples), traces(samples), alone(samples);
    using kernel = density::detail::functor_products<3, double, any_functor>;
    lanes::run<double>(kernel{{f}, x.data(), 1., nullptr, 0, wide.data(), traces.data(), samples});
    lanes::run<double, isa::one_lane>(
        kernel{{f}, x.data(), 1., nullptr, 0, single.data(), alone.data(), samples});
    CHECK(wide == single);
    CHECK(traces == alone);
}
