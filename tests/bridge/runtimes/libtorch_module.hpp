// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Networks on LibTorch, made in a unit of their own: its headers and those of doctest both have a
// macro CHECK, and whoever includes doctest second, or LibTorch, tests nothing.

#include <diffgen/bridge/any_runtime.hpp>

#include <filesystem>
#include <string>

namespace libtorch_module {

/// Writes tiny.onnx's formula, y = x t + k + bias, as a TorchScript module.
void write(const std::filesystem::path&);

/// The module of a file, as tiny.onnx declares its inputs and its output.
diffgen::bridge::any_runtime load(const std::filesystem::path&, int threads = 0);

/// The same formula as a function of tensors.
diffgen::bridge::any_runtime function(int threads = 0);

/// y = tanh(3 x + t), of rows of three doubles.
diffgen::bridge::any_runtime smooth();

/// Networks of rows of four floats that do not do as they should: see the file.
diffgen::bridge::any_runtime wrong(const std::string& how);

/// The number of threads that a network notes as it is evaluated.
diffgen::bridge::any_runtime noting_threads(int threads, int& noted);
int threads_of_this_program();

}  // namespace libtorch_module
