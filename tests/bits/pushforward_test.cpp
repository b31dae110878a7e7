// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A formula has one result on packs of lanes and on single numbers, to the bit.
#include <diffgen/family/bijection/affine.hpp>
#include <diffgen/family/bijection/coupling.hpp>
#include <diffgen/family/pushforward.hpp>
#include <diffgen/nn/layers.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace family = diffgen::family;
namespace nn = diffgen::nn;

namespace {

/// A network whose outputs are affine in the feature that passes.
struct line {
    std::size_t weight, bias;

    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        return matmul(w[weight], x) + w[bias];
    }
};

template <class T, class Function>
auto pushed(nn::parameters<T>& list, const Function& function) {
    const line net{list.add("weight", function.arity(), 1), list.add("bias", function.arity(), 1)};
    for (std::size_t p = 0; p < 2; ++p)
        nn::fill_normal(list, p, 0.8, diffgen::noise::philox{1});
    const std::vector<int> mask{0, 1};
    return family::pushforward(family::coupling(mask, function, net), family::standard_normal{2});
}

template <class T, class Function>
void check(const Function& function) {
    nn::parameters<T> list;
    const auto push = pushed(list, function);
    const std::size_t n = 77;  // no multiple of any width
    std::vector<T> x(2 * n);
    push.generate(diffgen::exec::cpp, list, diffgen::batch(x, n), 5);
    const auto w = nn::constants(list);
    bool same = true;
    for (std::size_t i = 0; i < n; ++i) {
        const auto y =
            push.map().forward(w, push.noise().template draw<T>(diffgen::noise::philox{5}, i, 1));
        same = same && y.value(0, 0) == x[2 * i] && y.value(1, 0) == x[2 * i + 1];
    }
    CHECK(same);
}

}  // namespace

TEST_CASE("pushforward: lanes have the bits of single numbers") {
    check<float>(family::affine<>{});
}
