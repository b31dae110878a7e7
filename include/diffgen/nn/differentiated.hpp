// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network of nn:: as a batched network of a predictor, with the products of its Jacobian's
// transpose by the tape: what flows, guidance and posteriors need of a network's gradient.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/tape.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Net: evaluate(in, out, samples, times, classes), forward(leaves, x, times, classes) and
/// weights(), as residual_mlp has them; it must outlive this and is shared by copies. All samples
/// are of one class, or each has its own; then a batch of another size throws bad_shape.
template <class Net>
class differentiated {
  public:
    using scalar = typename Net::scalar;

    explicit differentiated(Net& net) : differentiated(net, net.null_class()) {}
    differentiated(Net& net, int label) : net_(&net), labels_(label) {}
    differentiated(Net& net, std::vector<int> labels) : net_(&net), labels_(std::move(labels)) {}

    void operator()(batch_view<const scalar> in, batch_view<scalar> out,
                    const noise_level& l) const {
        (*this)(in, out, std::span<const noise_level>(&l, 1));
    }
    void operator()(batch_view<const scalar> in, batch_view<scalar> out,
                    std::span<const noise_level> levels) const {
        const std::vector<int> classes = classes_of(in.samples);
        net_->evaluate(in.data, out.data, static_cast<std::int64_t>(in.samples), times_of(levels),
                       classes.data());
    }

    /// out = J' v of each row, J the Jacobian of the output by the input.
    void vjp(batch_view<const scalar> in, batch_view<const scalar> v, batch_view<scalar> out,
             const noise_level& l) const {
        const auto rows = static_cast<extent>(in.elements), cols = static_cast<extent>(in.samples);
        tape<scalar> record;
        const auto weights = net_->weights().on(record);
        const auto x = record.refer(in.data, rows, cols);
        const std::vector<double> times(in.samples, l.network_time);
        const std::vector<int> classes = classes_of(in.samples);
        const auto y = net_->forward(weights, x, times, classes);
        const auto g = grad(sum(y * record.refer(v.data, rows, cols)), x);
        span_matrix<scalar>(out.data, rows, cols) = g.value();
    }

  private:
    static std::vector<double> times_of(std::span<const noise_level> levels) {
        std::vector<double> times;
        for (const noise_level& l : levels)
            times.push_back(l.network_time);
        return times;
    }

    [[nodiscard]] std::vector<int> classes_of(std::size_t samples) const {
        if (const int* label = std::get_if<int>(&labels_)) return std::vector<int>(samples, *label);
        const auto& each = std::get<std::vector<int>>(labels_);
        if (each.size() != samples)
            throw bad_shape(diffgen::detail::text("diffgen: ", each.size(), " classes for ",
                                                  samples, " samples"));
        return each;
    }

    Net* net_;
    std::variant<int, std::vector<int>> labels_;  ///< of all samples, or of each
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
