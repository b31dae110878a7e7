// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Classifier-free guidance with a weight for every sample of the batch.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes.hpp>

#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <type_traits>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

/// classifier_free with w[i] for sample i of the batch. It refers to the weights, which must
/// outlive it: they may be changed between two evaluations, and the next one sees the change. On a
/// device they are in its memory. A run throws bad_shape where their number is not that of the
/// samples, and, on a processor, bad_argument where one is not finite when the run is made.
template <class Weight>
class classifier_free_by_sample {
    static_assert(std::is_same_v<Weight, float> || std::is_same_v<Weight, double>,
                  "diffgen: weights of guidance are floats or doubles");

  public:
    static constexpr int copies = 2;
    static constexpr int inputs = 2;
    static constexpr int numbers = 1;

    explicit classifier_free_by_sample(std::span<const Weight> w)
        : w_(w.data()), samples_(w.size()) {}

    template <class Space>
    void check_batch(std::size_t samples, std::size_t /*elements*/) const {
        if (samples != samples_)
            throw bad_shape(detail::text("diffgen: ", samples_, " weights of guidance for a batch ",
                                         "of ", samples, " samples; one a sample"));
        if constexpr (std::is_same_v<Space, space::host>)
            for (std::size_t i = 0; i < samples; ++i)
                detail::require(std::isfinite(w_[i]), "classifier_free_by_sample with w = ", w_[i],
                                " for sample ", i, "; must be finite");
    }

    template <class T>
    DIFFGEN_VALUE T number(int, std::size_t sample, std::size_t) const {
        return static_cast<T>(w_[sample]);
    }
    /// outputs[0] is conditional, outputs[1] unconditional; the bits are those of classifier_free.
    template <class V>
    DIFFGEN_VALUE V combine(const V* outputs, const V* w) const {
        using S = typename value_traits<V>::scalar;
        return select(*w == broadcast<V>(S(1)), outputs[0],
                      fma(*w, outputs[0] - outputs[1], outputs[1]));
    }

  private:
    const Weight* w_;
    std::size_t samples_;
};

/// Of a container with a name, or a view; a temporary one would be gone before the first
/// evaluation.
template <class X>
requires(detail::contiguous<std::remove_reference_t<X>>&& detail::outlives_its_expression<X>)
    classifier_free_by_sample(X&&)
->classifier_free_by_sample<
    std::remove_cv_t<std::remove_pointer_t<decltype(std::data(std::declval<X&>()))>>>;

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
