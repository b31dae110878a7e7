// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// LibTorch for bridge::network: a TorchScript module, or any function of tensors. Link torch_cpu
// and c10.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/bridge/libtorch/conversions.hpp>
#include <diffgen/bridge/libtorch/function.hpp>
#include <diffgen/bridge/network.hpp>
#include <diffgen/bridge/tensor.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>

#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::bridge {

/// What a module of PyTorch does not say of itself, and how it is evaluated.
struct libtorch_options {
    std::vector<port> inputs;   ///< by the names of a module's arguments, or in a function's order
    std::vector<port> outputs;  ///< the answer; of a tuple in its order, of a dict by their names
    int threads = 0;            ///< of one evaluation; 0: as many as LibTorch takes

    void check() const {
        require(threads >= 0, "libtorch with threads = ", threads, "; must be 0 or more");
        require(!inputs.empty() && !outputs.empty(),
                "libtorch without a declaration of inputs or of outputs: names, types and shapes, "
                "which a module does not say");
        for (const std::vector<port>* list : {&inputs, &outputs})
            for (const port& p : *list)
                require(p.type != element::other, "libtorch with a port '", p.name, "' of type ",
                        name_of(p.type), "; declare float, double, int32 or int64");
    }
};

/// A TorchScript module, or a function of tensors, on the host. Inputs are tensors on the memory of
/// the caller; the answer, which LibTorch makes in its own, is copied once. Without gradients, but
/// in vjp. Copies share the module; several threads may evaluate it at once if the function allows
/// it, as modules do. Throws bad_file where a file cannot be loaded, bad_argument where the module
/// does not take what is declared, bad_shape where the answer has other sizes than declared, and
/// network_failed where an evaluation fails or does not answer as declared, each with LibTorch's
/// text.
class libtorch {
  public:
    libtorch(const std::filesystem::path& file, libtorch_options options)
        : libtorch(detail::torch_checked<bad_file>(file.string(),
                                                   [&] { return torch::jit::load(file.string()); }),
                   std::move(options)) {}

    /// function: a torch::jit::Module, or what is called with a tensor for each input in the order
    /// of the declaration, and returns a tensor, a tuple of them, or a c10::IValue: a
    /// torch::nn::ModuleHolder, a lambda.
    template <class Function>
    libtorch(Function function, libtorch_options options) {
        options.check();
        auto call = detail::torch_function_of(std::move(function), options.inputs);
        held_ = std::make_shared<const held>(held{std::move(options), std::move(call)});
    }

    [[nodiscard]] const std::vector<port>& inputs() const { return held_->options.inputs; }
    [[nodiscard]] const std::vector<port>& outputs() const { return held_->options.outputs; }

    void run(std::span<const tensor> inputs, const tensor& output) const {
        detail::torch_checked("evaluation", [&] {
            const torch::NoGradGuard no_gradients;
            const detail::torch_threads threads(held_->options.threads);
            const std::vector<at::Tensor> in = tensors_on(inputs);
            detail::tensor_on(output).copy_(answer(in, output));
            // A module that computes in place would change the state of the run.
            for (std::size_t i = 0; i < in.size(); ++i)
                if (in[i]._version() != 0)
                    throw network_failed(
                        "diffgen: LibTorch, evaluation: the network writes to "
                        "its input '" +
                        inputs[i].of->name + "'; let it work on a copy");
        });
    }

    void vjp(std::span<const tensor> inputs, std::size_t state, const tensor& vector,
             const tensor& product) const {
        detail::torch_checked("product with the Jacobian", [&] {
            const torch::AutoGradMode gradients(true);
            const detail::torch_threads threads(held_->options.threads);
            const std::vector<at::Tensor> in = tensors_on(inputs);
            in[state].requires_grad_(true);
            const at::Tensor y = answer(in, vector);
            const auto refuse_constant = [](bool depends) {
                if (!depends)
                    throw network_failed(
                        "diffgen: LibTorch, product with the Jacobian: the answer does not depend "
                        "on the state by operations that autograd has seen");
            };
            refuse_constant(y.requires_grad());
            const auto gradient = torch::autograd::grad(
                {y}, {in[state]}, {detail::tensor_on(vector)}, false, false, true);
            refuse_constant(gradient[0].defined());
            const torch::NoGradGuard no_gradients;
            detail::tensor_on(product).copy_(gradient[0]);
        });
    }

  private:
    struct held {
        libtorch_options options;
        detail::torch_function call;
    };

    [[nodiscard]] static std::vector<at::Tensor> tensors_on(std::span<const tensor> all) {
        std::vector<at::Tensor> tensors;
        for (const tensor& t : all)
            tensors.push_back(detail::tensor_on(t));
        return tensors;
    }

    /// What the function answers for the port of `like`, of the type and the sizes that it has.
    [[nodiscard]] at::Tensor answer(const std::vector<at::Tensor>& in, const tensor& like) const {
        const port& p = *like.of;
        const auto number = static_cast<std::size_t>(&p - outputs().data());
        const at::Tensor y = output_of(held_->call(in), number, p);
        if (y.scalar_type() != detail::to_torch(p.type))
            throw network_failed(detail::text("diffgen: LibTorch, evaluation: the answer '", p.name,
                                              "' is ", std::string(c10::toString(y.scalar_type())),
                                              " and declared ", name_of(p.type)));
        if (y.sizes() != c10::IntArrayRef(like.shape))
            throw bad_shape(detail::text("diffgen: LibTorch's answer '", p.name, "' has the sizes ",
                                         detail::shape_text(y.sizes().vec()), " where ",
                                         detail::shape_text(like.shape), " are declared"));
        return y;
    }

    [[nodiscard]] at::Tensor output_of(const c10::IValue& value, std::size_t number,
                                       const port& p) const {
        if (value.isTensor() && outputs().size() == 1) return value.toTensor();
        if (value.isTuple() && value.toTuple()->elements().size() == outputs().size())
            return value.toTuple()->elements()[number].toTensor();
        if (value.isTensorList() && value.toTensorList().size() == outputs().size())
            return value.toTensorList().get(number);
        if (value.isGenericDict() && value.toGenericDict().contains(p.name))
            return value.toGenericDict().at(p.name).toTensor();
        throw network_failed(detail::text(
            "diffgen: LibTorch, evaluation: the network answers with a ", value.tagKind(),
            " where ", outputs().size(), " outputs, one of them '", p.name, "', are declared"));
    }

    std::shared_ptr<const held> held_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::bridge

#include <diffgen/core/with_macros.hpp>
