// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Weights to and from safetensors files.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/safetensors.hpp>
#include <diffgen/nn/parameters.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

namespace detail {

/// The shape in a file: a column has one dimension, as biases have elsewhere.
template <class T>
std::vector<std::size_t> file_shape(const typename parameters<T>::entry& e) {
    if (e.cols == 1) return {static_cast<std::size_t>(e.rows)};
    return {static_cast<std::size_t>(e.rows), static_cast<std::size_t>(e.cols)};
}

/// Adds all parameters under prefix + name, row-major.
template <class T>
void put(io::safetensors& file, const std::string& prefix, const parameters<T>& list) {
    for (std::size_t i = 0; i < list.entries().size(); ++i) {
        const auto& e = list.entries()[i];
        std::vector<T> values(static_cast<std::size_t>(e.rows * e.cols));
        span_matrix<T>(values.data(), e.cols, e.rows) = list[i].transpose();
        file.set<T>(prefix + e.name, file_shape<T>(e), values);
    }
}

/// Fills all parameters from prefix + name. Throws bad_argument for a missing one, bad_shape.
template <class T>
void get(const io::safetensors& file, const std::string& prefix, parameters<T>& list) {
    for (std::size_t i = 0; i < list.entries().size(); ++i) {
        const auto& e = list.entries()[i];
        const auto array = file.get<T>(prefix + e.name);
        if (array.shape != file_shape<T>(e))
            throw bad_shape(diffgen::detail::text(
                "diffgen: ", file.source, ": the tensor '", prefix, e.name, "' has shape ",
                io::shape_text(array.shape), ", not ", io::shape_text(file_shape<T>(e))));
        list[i] = view<T>(array.data.data(), e.cols, e.rows).transpose();
    }
}

}  // namespace detail

/// Writes one tensor a parameter: matrices as (outputs, inputs), row-major. Throws bad_file.
template <class T>
void save_weights(const parameters<T>& weights, const std::filesystem::path& path) {
    io::safetensors file;
    detail::put(file, "", weights);
    io::write_safetensors(path, file);
}

/// The same in half the space, each weight rounded to F16. load_weights reads both.
inline void save_half_weights(const parameters<float>& weights, const std::filesystem::path& path) {
    io::safetensors file;
    detail::put(file, "", weights);
    const auto tensors = file.tensors;
    for (const auto& [name, held] : tensors)
        file.set_half(name, held.shape, file.get<float>(name).data);
    io::write_safetensors(path, file);
}

/// Reads them into a list of the same names and shapes, unchanged when that fails. Throws bad_file,
/// bad_argument, bad_shape.
template <class T>
void load_weights(parameters<T>& weights, const std::filesystem::path& path) {
    const auto file = io::read_safetensors(path);
    parameters<T> read = weights;
    detail::get(file, "", read);
    weights = std::move(read);
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
