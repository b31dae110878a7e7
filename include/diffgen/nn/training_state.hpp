// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything that a training needs to go on as if it had never stopped.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/parameters.hpp>
#include <diffgen/nn/weights_file.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Plain data, to read, copy and store.
template <class T>
struct training_state {
    parameters<T> weights;
    parameters<T> first_moment, second_moment;  ///< of Adam
    parameters<T> average;                      ///< moving average of the weights
    std::int64_t step = 0;                      ///< steps done
    std::vector<double> losses;                 ///< one a step

    training_state() = default;
    explicit training_state(parameters<T> initial)
        : weights(std::move(initial)),
          first_moment(weights.zeros_like()),
          second_moment(weights.zeros_like()),
          average(weights) {}
};

/// Writes the state to a safetensors file, by way of a temporary one. Throws bad_file.
template <class T>
void save(const training_state<T>& state, const std::filesystem::path& path) {
    io::safetensors file;
    detail::put(file, "weights/", state.weights);
    detail::put(file, "first_moment/", state.first_moment);
    detail::put(file, "second_moment/", state.second_moment);
    detail::put(file, "average/", state.average);
    file.set<std::int64_t>("step", {1}, std::span(&state.step, 1));
    file.set<double>("losses", {state.losses.size()}, state.losses);
    io::write_safetensors(path, file);
}

/// Reads a state into one of the same network. Throws bad_file, or bad_argument and bad_shape when
/// the file holds other parameters; the state is then unchanged.
template <class T>
void load(training_state<T>& state, const std::filesystem::path& path) {
    const auto file = io::read_safetensors(path);
    training_state<T> read = state;
    detail::get(file, "weights/", read.weights);
    detail::get(file, "first_moment/", read.first_moment);
    detail::get(file, "second_moment/", read.second_moment);
    detail::get(file, "average/", read.average);
    const auto step = file.get<std::int64_t>("step").data;
    read.losses = file.get<double>("losses").data;
    if (step.size() != 1 || step[0] < 0 || static_cast<std::size_t>(step[0]) != read.losses.size())
        throw bad_shape(diffgen::detail::text("diffgen: ", path.string(), ": ", step.size(),
                                              " step numbers and ", read.losses.size(), " losses"));
    read.step = step[0];
    state = std::move(read);
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
