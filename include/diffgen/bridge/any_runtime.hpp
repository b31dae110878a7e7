// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A runtime of any kind behind one type: for a program that chooses its runtime when it runs, and
// for one that keeps the headers of a runtime in a translation unit of their own.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/bridge/tensor.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::bridge {

/// Holds a runtime for bridge::network. Copies share it. Can be used by several threads at once if
/// the runtime can. Throws what the runtime throws.
class any_runtime {
  public:
    template <class Runtime>
    requires(!std::is_same_v<Runtime, any_runtime>) any_runtime(Runtime runtime)
        : held_(std::make_shared<const holding<Runtime>>(std::move(runtime))) {}

    [[nodiscard]] const std::vector<port>& inputs() const { return held_->inputs(); }
    [[nodiscard]] const std::vector<port>& outputs() const { return held_->outputs(); }
    void run(std::span<const tensor> inputs, const tensor& output) const {
        held_->run(inputs, output);
    }
    /// Throws bad_argument where the runtime does not differentiate.
    void vjp(std::span<const tensor> inputs, std::size_t state, const tensor& vector,
             const tensor& product) const {
        held_->vjp(inputs, state, vector, product);
    }

  private:
    struct held {
        held() = default;
        held(const held&) = delete;
        held& operator=(const held&) = delete;
        virtual ~held() = default;
        [[nodiscard]] virtual const std::vector<port>& inputs() const = 0;
        [[nodiscard]] virtual const std::vector<port>& outputs() const = 0;
        virtual void run(std::span<const tensor>, const tensor&) const = 0;
        virtual void vjp(std::span<const tensor>, std::size_t, const tensor&,
                         const tensor&) const = 0;
    };
    template <class Runtime>
    struct holding final : held {
        explicit holding(Runtime r) : runtime(std::move(r)) {}
        [[nodiscard]] const std::vector<port>& inputs() const override { return runtime.inputs(); }
        [[nodiscard]] const std::vector<port>& outputs() const override {
            return runtime.outputs();
        }
        void run(std::span<const tensor> inputs, const tensor& output) const override {
            runtime.run(inputs, output);
        }
        void vjp(std::span<const tensor> inputs, std::size_t state, const tensor& vector,
                 const tensor& product) const override {
            if constexpr (requires { runtime.vjp(inputs, state, vector, product); })
                runtime.vjp(inputs, state, vector, product);
            else
                require(false,
                        "the product with a Jacobian of a runtime that does not differentiate; "
                        "bridge::libtorch does");
        }
        Runtime runtime;
    };

    std::shared_ptr<const held> held_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::bridge

#include <diffgen/core/with_macros.hpp>
