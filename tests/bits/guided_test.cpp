// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/guidance/guided.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/cfg_pp.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

using namespace diffgen;

namespace {

/// The mixture, of double variance where there is no condition.
struct conditional {
    testing::mixture_as<epsilon, 5, 2> with, without;

    template <class S>
    struct bound {
        typename testing::mixture_as<epsilon, 5, 2>::template bound<S> with, without;
        template <class V>
        DIFFGEN_VALUE std::array<V, 5> operator()(const std::array<V, 5>& x,
                                                  bool conditioned) const {
            return conditioned ? with(x) : without(x);
        }
    };
    template <class S>
    [[nodiscard]] bound<S> bind(const level_of<S>& l) const {
        return {with.bind(l), without.bind(l)};
    }
};

/// The same as a network: conditioned rows come first.
struct conditional_network {
    conditional functor;

    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out, const noise_level& l,
                    guidance_rows rows) const {
        const auto f = functor.bind(cast_level<T>(l));
        for (std::size_t i = 0; i < in.samples; ++i) {
            std::array<T, 5> x;
            std::copy_n(in.sample(i), 5, x.begin());
            x = f(x, i < rows.conditioned);
            std::copy_n(x.begin(), 5, out.sample(i));
        }
    }
};

gaussian_mixture<5, 2> wider(gaussian_mixture<5, 2> m) {
    for (auto& component : m.variances)
        for (double& v : component)
            v *= 2;
    return m;
}

}  // namespace

TEST_CASE_TEMPLATE("classifier-free guidance: the same bits in every way to run it", T, float,
                   double) {
    const conditional c{{epsilon{}, testing::two_in_5d}, {epsilon{}, wider(testing::two_in_5d)}};
    const classifier_free rule{1.7};
    testing::check_all_ways<T, 5>(guided{predicts(epsilon{}, samplewise<5>(c)), rule},
                                  guided{predicts(epsilon{}, conditional_network{c}), rule},
                                  solver::ancestral{});
}

TEST_CASE_TEMPLATE("CFG++, whose rows see both branches: the same bits in every way to run it", T,
                   float, double) {
    const conditional c{{epsilon{}, testing::two_in_5d}, {epsilon{}, wider(testing::two_in_5d)}};
    const classifier_free rule{0.6};
    testing::check_all_ways<T, 5>(guided{predicts(epsilon{}, samplewise<5>(c)), rule},
                                  guided{predicts(epsilon{}, conditional_network{c}), rule},
                                  solver::cfg_pp<solver::heun>{});
}
