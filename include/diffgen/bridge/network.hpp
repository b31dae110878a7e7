// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network that a runtime evaluates, as a network of diffgen. Runtimes: bridge/onnx_runtime.hpp,
// bridge/openvino.hpp, bridge/libtorch.hpp.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/bridge/fitting.hpp>
#include <diffgen/bridge/inputs.hpp>
#include <diffgen/bridge/tensor.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/guided.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::bridge {

namespace detail {

template <class Runtime>
concept differentiates = requires(const Runtime& r, std::span<const tensor> inputs,
                                  std::size_t state, const tensor& t) {
    r.vjp(inputs, state, t, t);
};

}  // namespace detail

/// A batched network on the host, for predicts{...}: the runtime reads the batch where it lies and
/// writes its answer where the solver reads it. State and output have the type of the batch.
///
/// Runtime has inputs() and outputs(), both const std::vector<port>&, and
/// run(std::span<const tensor> inputs, const tensor& output) const. It is copied with the network,
/// so a copy should share what is large. One that differentiates has vjp as well, see below.
///
/// Can be called by several threads at once if Runtime::run can. Throws bad_argument where a name
/// or a type is not that of the network or an input has nothing, bad_shape where sizes do not fit,
/// and what the runtime throws.
template <class Runtime>
class network {
  public:
    /// Throws bad_argument where the network has no such input or output.
    network(Runtime runtime, ports names)
        : runtime_(std::move(runtime)),
          names_(std::move(names)),
          table_(runtime_.inputs(), names_),
          output_(detail::find_port(runtime_.outputs(), names_.output, "output")) {}

    /// Gives an input that is neither state nor time nor label: a prompt, a picture, a scale. The
    /// numbers stay where they are, and are read in every call from now on. The first size is, as
    /// the network declares, mostly the rows of the batch; under guidance those of all inputs, row
    /// b n + i for input b of sample i. Throws bad_argument where the type is not the network's,
    /// bad_shape where the shape has not as many numbers.
    template <class T>
    void give(const std::string& name, std::span<const T> values, std::vector<std::int64_t> shape) {
        table_.give(runtime_.inputs(), name, values, std::move(shape), false);
    }

    /// Gives the same to each row: the shape is that of one, without the rows. The numbers stay
    /// where they are, and are copied once a row in every call.
    template <class T>
    void give_each_row(const std::string& name, std::span<const T> values,
                       std::vector<std::int64_t> shape) {
        shape.insert(shape.begin(), 1);
        table_.give(runtime_.inputs(), name, values, std::move(shape), true);
    }

    template <class T>
    void operator()(std::type_identity_t<batch_view<const T>> in, batch_view<T> out,
                    const noise_level& level) const {
        evaluate<T>(in, out, level, no_labels);
    }
    template <class T>
    void operator()(std::type_identity_t<batch_view<const T>> in, batch_view<T> out,
                    std::span<const noise_level> levels) const {
        evaluate<T>(in, out, levels, no_labels);
    }
    /// Under guidance: with conditions by `give` for all rows.
    template <class T, class Level>
    void operator()(std::type_identity_t<batch_view<const T>> in, batch_view<T> out,
                    const Level& level, guidance_rows) const {
        (*this)(in, out, level);
    }
    /// With a label for each row: a number, or a std::array of them.
    template <class T, class Level, class Label>
    void operator()(std::type_identity_t<batch_view<const T>> in, batch_view<T> out,
                    const Level& level, std::span<const Label> labels) const {
        evaluate<T>(in, out, level, labels);
    }

    /// The product of a vector of the answer's numbers with the Jacobian of the answer by the
    /// state, row by row: product_i = sum_j vector_j d answer_j / d state_i, of the numbers that
    /// the network gives, whatever they predict. `level` is one for all rows or a span with one for
    /// each. Evaluates the network once, and back. Only where
    /// Runtime::vjp(std::span<const tensor> inputs, std::size_t state, const tensor& vector,
    /// const tensor& product) const is there. Throws as an evaluation does.
    template <class T, class Level>
    requires detail::differentiates<Runtime>
    void vjp(std::type_identity_t<batch_view<const T>> in,
             std::type_identity_t<batch_view<const T>> vector, batch_view<T> product,
             const Level& level) const {
        vjp(in, vector, product, level, no_labels);
    }
    template <class T, class Level, class Label>
    requires detail::differentiates<Runtime>
    void vjp(std::type_identity_t<batch_view<const T>> in,
             std::type_identity_t<batch_view<const T>> vector, batch_view<T> product,
             const Level& level, std::span<const Label> labels) const {
        detail::require_rows("rows of a vector", vector.samples, in.samples);
        detail::require_rows("rows of a product", product.samples, in.samples);
        detail::require_type<T>(runtime_.outputs()[output_]);
        detail::call_inputs call(runtime_.inputs().size());
        table_.fill(call, runtime_.inputs(), names_, in, level, labels);
        const port& state = runtime_.inputs()[table_.state()];
        runtime_.vjp(
            call.tensors, table_.state(), answer(const_cast<T*>(vector.data), vector),
            tensor{&state, product.data,
                   detail::fitted_shape(state, in.samples, product.elements, names_.sample)});
    }

    [[nodiscard]] const Runtime& runtime() const { return runtime_; }

  private:
    static constexpr std::span<const float> no_labels{};

    /// Numbers of the shape of the answer to a batch.
    template <class T, class View>
    [[nodiscard]] tensor answer(T* data, const View& of) const {
        const port& p = runtime_.outputs()[output_];
        return {&p, data, detail::fitted_shape(p, of.samples, of.elements, names_.sample)};
    }
    template <class T, class Level, class Label>
    void evaluate(batch_view<const T> in, batch_view<T> out, const Level& level,
                  std::span<const Label> labels) const {
        detail::call_inputs call(runtime_.inputs().size());
        table_.fill(call, runtime_.inputs(), names_, in, level, labels);
        detail::require_type<T>(runtime_.outputs()[output_]);
        runtime_.run(call.tensors, answer(out.data, out));
    }

    Runtime runtime_;
    ports names_;
    detail::input_table table_;
    std::size_t output_;
};

template <class Runtime>
network(Runtime, ports) -> network<Runtime>;

}  // namespace diffgen::inline DIFFGEN_ABI::bridge

#include <diffgen/core/with_macros.hpp>
