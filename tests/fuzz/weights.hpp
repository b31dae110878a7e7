// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Weights and training states from files.

#include <diffgen/nn/load_small_network.hpp>
#include <diffgen/nn/training_state.hpp>
#include <diffgen/nn/weights_file.hpp>
#include <diffgen/predictor/small_network.hpp>

#include "fuzzing.hpp"

#include <algorithm>
#include <vector>

namespace fuzz {

inline void weights(input data) {
    namespace nn = diffgen::nn;
    const scratch_file file(data);
    const std::string name = file.path().string();
    nn::parameters<float> list;
    list.add("0.weight", 2, 3);
    list.add("0.bias", 2, 1);
    const std::vector<float> before(list.values().begin(), list.values().end());
    if (!accepts(name, [&] { nn::load_weights(list, file.path()); }))
        require(std::ranges::equal(list.values(), before), "refused weights are in the list");
    nn::training_state<double> state{nn::parameters<double>{}};
    accepts(name, [&] { nn::load(state, file.path()); });
    constexpr diffgen::network_shape shape{.state = 2, .hidden = {3}};
    using network = diffgen::small_network<shape>;
    accepts(name, [&] { (void)diffgen::load_small_network<network>(file.path()); });
}

}  // namespace fuzz
