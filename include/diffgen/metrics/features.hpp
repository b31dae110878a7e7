// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a measure compares is seldom the samples themselves, but features of them: the outputs of
// any callable.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <concepts>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// A callable that maps samples, a column each, to as many columns of features.
template <class Extractor>
concept feature_extractor = requires(Extractor& extract, const sample_matrix& samples) {
    { extract(samples) } -> std::convertible_to<matrix>;
};

/// Calls use(features) for blocks of samples, in their order, so that the features of all need not
/// be in memory at once: use adds them to an accumulator. Throws bad_shape where the extractor
/// returns another number of columns, and what the extractor throws.
template <feature_extractor Extractor, class Use>
void for_features(Extractor&& extract, const sample_matrix& samples, Use use) {
    for (Eigen::Index b = 0; b < detail::blocks_of(samples.cols()); ++b) {
        const auto block = detail::block_of(samples, b);
        const matrix features = extract(block);
        if (features.cols() != block.cols()) {
            throw bad_shape(detail::text("diffgen: the extractor made ", features.cols(),
                                         " columns of features of ", block.cols(), " samples"));
        }
        use(features);
    }
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
