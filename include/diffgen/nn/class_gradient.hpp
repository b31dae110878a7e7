// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The gradient of log p(c | x_t) in x_t by the tape, for a classifier of noisy samples (Dhariwal
// and Nichol 2021, section 4): a batched network that predicts a score, for guided_by.
//
//     guided_by{predicts(epsilon{}, net),
//               predicts(score{}, nn::class_gradient(classifier, labels), time_input::log_snr{}),
//               w}

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/softmax.hpp>
#include <diffgen/nn/tape.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// What a classifier sees of a noisy state x: x / sqrt(alpha^2 d^2 + sigma^2), d the deviation of
/// the data, so that its inputs are of order one at every level and under every kernel.
[[nodiscard]] inline double classifier_input_scale(const noise_level& l, double data_deviation) {
    return 1 / std::hypot(l.alpha * data_deviation, l.sigma);
}

/// Net: features(), classes(), weights() and logits(leaves, x, times), as noisy_classifier has
/// them; it must outlive this and is shared by copies. Its time values are the levels' network
/// times. All samples have one label, or each its own; label classes() is none, and its gradient
/// is 0. The numbers of a sample do not depend on the samples beside it.
template <class Net>
class class_gradient {
  public:
    using scalar = typename Net::scalar;

    /// data_deviation: that of the objective that the classifier was trained by. Throws
    /// bad_argument unless it is above 0, and for a label that does not exist.
    class_gradient(const Net& net, int label, double data_deviation = 1)
        : class_gradient(net, std::variant<int, std::vector<int>>(label), data_deviation) {}
    class_gradient(const Net& net, std::vector<int> labels, double data_deviation = 1)
        : class_gradient(net, std::variant<int, std::vector<int>>(std::move(labels)),
                         data_deviation) {}

    /// One level for all rows. Throws bad_shape where sizes do not fit.
    void operator()(batch_view<const scalar> in, batch_view<scalar> out,
                    const noise_level& l) const {
        (*this)(in, out, std::span<const noise_level>(&l, 1));
    }
    /// A level for each row.
    void operator()(batch_view<const scalar> in, batch_view<scalar> out,
                    std::span<const noise_level> levels) const {
        if (const auto* each = std::get_if<std::vector<int>>(&labels_))
            if (each->size() != in.samples)
                throw bad_shape(diffgen::detail::text("diffgen: ", each->size(), " labels for ",
                                                      in.samples, " samples"));
        if (levels.size() != 1 && levels.size() != in.samples)
            throw bad_shape(diffgen::detail::text("diffgen: ", levels.size(), " levels for ",
                                                  in.samples, " samples"));
        if (static_cast<extent>(in.elements) != net_->features())
            throw bad_shape(diffgen::detail::text("diffgen: class_gradient of ", net_->features(),
                                                  " features for samples of ", in.elements,
                                                  " elements"));
        tape<scalar> record;
        for (std::size_t first = 0; first < in.samples; first += chunk) {
            record.clear();
            of_chunk(record, in, out, levels, first, std::min(chunk, in.samples - first));
        }
    }

  private:
    /// Samples that are worked on together, filled up to a multiple of 16: then every sample goes
    /// through the same instructions.
    static constexpr std::size_t chunk = 256, multiple = 16;

    class_gradient(const Net& net, std::variant<int, std::vector<int>> labels,
                   double data_deviation)
        : net_(&net), labels_(std::move(labels)), deviation_(data_deviation) {
        diffgen::detail::require(diffgen::detail::is_positive(deviation_),
                                 "class_gradient with data_deviation = ", deviation_,
                                 "; must be above 0");
        if (const int* one = std::get_if<int>(&labels_)) check_label(*one);
        if (const auto* each = std::get_if<std::vector<int>>(&labels_))
            std::for_each(each->begin(), each->end(), [&](int label) { check_label(label); });
    }
    void check_label(int label) const {
        diffgen::detail::require(label >= 0 && label <= net_->classes(), "class_gradient of label ",
                                 label, "; there are ", net_->classes(),
                                 " classes, and the label after the last is none");
    }
    [[nodiscard]] int label_of(std::size_t i) const {
        const int* one = std::get_if<int>(&labels_);
        return one ? *one : std::get<std::vector<int>>(labels_)[i];
    }

    void of_chunk(tape<scalar>& record, const batch_view<const scalar>& in,
                  const batch_view<scalar>& out, std::span<const noise_level> levels,
                  std::size_t first, std::size_t count) const {
        const std::size_t columns = (count + multiple - 1) / multiple * multiple;
        const auto rows = static_cast<extent>(in.elements);
        const auto x = record.constant(matrix<scalar>::Zero(rows, static_cast<extent>(columns)));
        const auto level = [&](std::size_t j) -> const noise_level& {
            return levels[levels.size() == 1 ? 0 : first + std::min(j, count - 1)];
        };
        std::vector<double> times(columns);
        std::vector<int> labels(columns, 0);
        std::vector<scalar> scales(count);
        for (std::size_t j = 0; j < columns; ++j)
            times[j] = level(j).network_time;
        for (std::size_t j = 0; j < count; ++j) {
            scales[j] = static_cast<scalar>(classifier_input_scale(level(j), deviation_));
            labels[j] = std::min(label_of(first + j), net_->classes() - 1);
            const view<scalar> state(in.sample(first + j), rows, 1);
            x.result().col(static_cast<extent>(j)) = scales[j] * state;
        }
        const auto w = net_->weights().on(record);
        // Column by column the gradient of a sum is that of its own term.
        const auto g = grad(-sum(cross_entropy(net_->logits(w, x, times), labels)), x);
        for (std::size_t j = 0; j < count; ++j) {
            const bool none = label_of(first + j) == net_->classes();
            span_matrix<scalar>(out.sample(first + j), rows, 1) =
                (none ? scalar(0) : scales[j]) * g.value().col(static_cast<extent>(j));
        }
    }

    const Net* net_;
    std::variant<int, std::vector<int>> labels_;  ///< of all samples, or of each
    double deviation_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
