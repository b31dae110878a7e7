// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Prints the hashes of runs with small networks: the same from every compiler and optimisation.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/network_weights.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>

#include "../predictor/small_network.hpp"
#include "hash.hpp"

#include <cstdio>
#include <vector>

using namespace diffgen;

namespace {

template <network_shape Shape, class T>
void print(const char* name) {
    using net = small_network<Shape, T>;
    const testing::layers_of_numbers<T> numbers(Shape);
    const network_weights<net> weights(numbers.views());
    net f = weights.network();
    for (std::size_t i = 0; i < net::conditions; ++i)
        f.condition[i] = testing::normal_number<T>(90, i);
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              predicts(velocity{}, samplewise<Shape.state>(f)), solver::ddim{}};
    std::vector<T> x(37 * net::elements);  // packs by two, by one, and a rest
    s.generate(exec::cpp, batch(x, 37), {.steps = 5, .seed = 19});
    testing::hash h;
    for (const T v : x)
        h.add(v);
    std::printf("%s %016llx\n", name, h.value());
}

}  // namespace

int main() {
    constexpr network_shape silu{
        .state = 2, .hidden = {16, 12}, .condition = 3, .time_features = 4};
    print<silu, float>("silu, float");
    print<silu, double>("silu, double");
    print<network_shape{.state = 3, .hidden = {9}, .function = activation::gelu_tanh}, float>(
        "gelu, float");
}
