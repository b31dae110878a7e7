// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The weights of a small network from a safetensors file. Needs no Eigen.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/io/safetensors.hpp>
#include <diffgen/predictor/network_shape.hpp>
#include <diffgen/predictor/network_weights.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

/// "0", "2", "4" ...: how PyTorch names the linear layers of an nn.Sequential that has a
/// nonlinearity after each. With a prefix, "net." say, "net.0", "net.2" ...
[[nodiscard]] inline std::vector<std::string> sequential_names(int layers,
                                                               const std::string& prefix = "") {
    std::vector<std::string> names;
    for (int k = 0; k < layers; ++k)
        names.push_back(prefix + std::to_string(2 * k));
    return names;
}

namespace detail {

/// "[64, 38]", as PyTorch prints a shape.
inline std::string shape_list(std::span<const std::size_t> shape) {
    std::string list = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        list += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return list + "]";
}

/// The values of a tensor as T. `what` says in errors what it is taken for.
template <class T>
std::vector<T> read_tensor(const io::safetensors& file, const std::string& path,
                           const std::string& name, std::span<const std::size_t> shape,
                           const std::string& what) {
    if (!file.contains(name)) {
        std::string there;
        for (const auto& each : file.tensors)
            there += (there.empty() ? "" : ", ") + each.first;
        throw bad_argument(text("diffgen: ", path, " has no tensor '", name, "', ", what,
                                "; it has ", there.empty() ? "none" : there));
    }
    const io::tensor& held = file.at(name);
    if (!std::ranges::equal(held.shape, shape))
        throw bad_shape(text("diffgen: ", path, ": the tensor '", name, "', ", what,
                             ", has the shape ", shape_list(held.shape), ", not ",
                             shape_list(shape)));
    const bool wide = held.type == io::dtype::f64;
    const bool narrow =
        held.type == io::dtype::f32 || held.type == io::dtype::f16 || held.type == io::dtype::bf16;
    if (!narrow && !(wide && std::is_same_v<T, double>))
        throw bad_argument(text("diffgen: ", path, ": the tensor '", name, "', ", what, ", holds ",
                                io::type_name(held), ", not F32, F16 or BF16",
                                std::is_same_v<T, double> ? " or F64" : ""));
    std::vector<T> values;
    if (wide) {
        for (const double v : file.get<double>(name).data)
            values.push_back(static_cast<T>(v));
    } else {
        for (const float v : file.get<float>(name).data)
            values.push_back(static_cast<T>(v));
    }
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(values[i]))
            throw non_finite(text("diffgen: ", path, ": number ", i, " of the tensor '", name,
                                  "' is ", values[i]));
    return values;
}

}  // namespace detail

/// Reads NAME.weight of the shape [outputs, inputs] and NAME.bias of the shape [outputs] for the
/// name of each layer, first to last, as PyTorch's nn.Linear has them. F32, F16 and BF16 are
/// accepted, for a network of doubles F64 too. Throws bad_file for a file that cannot be read,
/// bad_argument for a missing tensor or one of another type, bad_shape, and non_finite for a weight
/// that is infinite or NaN.
template <class Network>
[[nodiscard]] network_weights<Network> load_small_network(
    const std::filesystem::path& path,
    const std::vector<std::string>& names = sequential_names(Network::shape.layers()),
    time_waves waves = {}) {
    using T = typename Network::scalar;
    constexpr network_shape shape = Network::shape;
    constexpr auto layers = static_cast<std::size_t>(shape.layers());
    if (names.size() != layers)
        throw bad_argument(detail::text("diffgen: ", names.size(), " names for the ", layers,
                                        " layers of a small_network"));
    const io::safetensors file = io::read_safetensors(path);
    std::vector<std::vector<T>> weights, biases;
    for (std::size_t k = 0; k < layers; ++k) {
        const auto rows = static_cast<std::size_t>(shape.outputs(static_cast<int>(k)));
        const auto columns = static_cast<std::size_t>(shape.inputs(static_cast<int>(k)));
        std::string takes;
        if (k == 0)
            takes = detail::text(" (inputs: state ", shape.state, ", time ", shape.time_features,
                                 ", condition ", shape.condition, ")");
        weights.push_back(detail::read_tensor<T>(
            file, path.string(), names[k] + ".weight", std::array{rows, columns},
            detail::text("the weight [outputs, inputs] of layer ", k, takes)));
        biases.push_back(detail::read_tensor<T>(file, path.string(), names[k] + ".bias",
                                                std::array{rows},
                                                detail::text("the bias of layer ", k)));
    }
    std::vector<linear_layer<T>> all;
    for (std::size_t k = 0; k < layers; ++k)
        all.push_back({weights[k], biases[k]});
    return network_weights<Network>(all, waves);
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
