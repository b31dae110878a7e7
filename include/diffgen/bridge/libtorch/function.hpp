// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whatever computes tensors of LibTorch from tensors, as a function of a list of them: a function
// of so many tensors, or the method forward of a TorchScript module.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/bridge/fitting.hpp>
#include <diffgen/bridge/tensor.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>

#include <torch/script.h>

#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::bridge::detail {

using torch_function = std::function<c10::IValue(std::vector<at::Tensor>)>;

template <std::size_t>
using one_tensor = at::Tensor;

template <class Function, std::size_t... I>
constexpr bool takes_tensors(std::index_sequence<I...>) {
    return std::is_invocable_v<Function&, one_tensor<I>...>;
}
template <class Function, std::size_t Count>
inline constexpr bool takes = takes_tensors<Function>(std::make_index_sequence<Count>{});

/// The most tensors that a function is tried with.
inline constexpr std::size_t most_tensors = 12;

template <class Function, std::size_t Count = most_tensors>
[[nodiscard]] constexpr bool takes_some(std::size_t count) {
    if constexpr (Count == 0)
        return false;
    else
        return (count == Count && takes<Function, Count>) || takes_some<Function, Count - 1>(count);
}

template <class Function, std::size_t... I>
c10::IValue call_with(Function& f, std::vector<at::Tensor>& t, std::index_sequence<I...>) {
    return f(std::move(t[I])...);
}
/// f of as many tensors as there are; it has been seen to take them.
template <class Function, std::size_t Count = most_tensors>
c10::IValue spread(Function& f, std::vector<at::Tensor>& tensors) {
    if constexpr (Count == 0) {
        return {};
    } else {
        if constexpr (takes<Function, Count>)
            if (tensors.size() == Count)
                return call_with(f, tensors, std::make_index_sequence<Count>{});
        return spread<Function, Count - 1>(f, tensors);
    }
}

/// Throws bad_argument where f does not take as many tensors as there are inputs.
template <class Function>
torch_function torch_function_of(Function f, const std::vector<port>& inputs) {
    require(takes_some<Function>(inputs.size()), "a function for LibTorch that does not take ",
            inputs.size(), " tensors, as many as inputs are declared");
    return
        [f = std::move(f)](std::vector<at::Tensor> tensors) mutable { return spread(f, tensors); };
}

/// Throws bad_argument where forward does not take the inputs by their names, or needs another.
inline torch_function torch_function_of(torch::jit::Module module,
                                        const std::vector<port>& inputs) {
    module.eval();
    const torch::jit::Method forward = module.get_method("forward");
    std::vector<port> known;
    for (const c10::Argument& a : forward.function().getSchema().arguments()) {
        if (known.empty() && a.name() == "self") continue;
        port& argument = known.emplace_back();
        argument.name = a.name();
        bool declared = false;
        for (const port& p : inputs)
            declared = declared || p.name == a.name();
        require(declared || a.default_value(), "LibTorch's module needs an input '", a.name(),
                "', which is not declared");
    }
    std::vector<std::string> names;
    for (const port& p : inputs)
        names.push_back(known[find_port(known, p.name, "input")].name);
    return [forward, names](const std::vector<at::Tensor>& tensors) {
        torch::jit::Kwargs arguments;
        for (std::size_t i = 0; i < names.size(); ++i)
            arguments.emplace(names[i], tensors[i]);
        torch::jit::Method method = forward;
        return method({}, arguments);
    };
}

}  // namespace diffgen::inline DIFFGEN_ABI::bridge::detail

#include <diffgen/core/with_macros.hpp>
