// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sliced Wasserstein distance (Bonneel et al. 2015): the mean over random directions of the
// distance between projections on them, which is exact on a line.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/metrics/empirical_distribution.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/noise/source.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::metrics {

struct slice_options {
    int directions = 128;
    double order = 1;  ///< of Wasserstein's distance
    std::uint64_t seed = 0;

    void check() const {
        require(directions >= 1, "slice_options with directions = ", directions, ", not >= 1");
        require(order >= 1, "slice_options with order = ", order, ", not >= 1");
    }
};

/// An accumulator: samples projected on directions that the options alone decide, in memory of one
/// number a sample and direction. Merging gives the same bits as one that was given the same
/// chunks.
class projections {
  public:
    /// Throws bad_argument where options make no sense, bad_shape without elements.
    explicit projections(Eigen::Index elements, const slice_options& options = {})
        : options_(options), lines_(static_cast<std::size_t>(options.directions)) {
        options.check();
        if (elements < 1) throw bad_shape("diffgen: projections of samples without elements");
        const noise::philox random{options.seed};
        directions_.resize(options.directions, elements);
        for (int d = 0; d < options.directions; ++d) {
            for (Eigen::Index i = 0; i < elements; ++i) {
                directions_(d, i) =
                    random.normal<double>(noise::stream::metric, static_cast<std::uint32_t>(d),
                                          static_cast<std::uint64_t>(i));
            }
            directions_.row(d).normalize();
        }
    }

    /// Throws bad_shape where samples have another dimension, non_finite on NaN or infinity.
    void add(const sample_matrix& samples) {
        detail::check_samples("projected", samples, 0);
        detail::check_mergeable("elements", directions_.cols(), samples.rows());
        const matrix projected = (directions_ * samples).transpose();
        for (std::size_t d = 0; d < lines_.size(); ++d) {
            const auto line = projected.col(static_cast<Eigen::Index>(d));
            lines_[d].add({line.data(), static_cast<std::size_t>(line.size())});
        }
    }

    /// Throws bad_shape unless both have the same directions.
    void merge(const projections& other) {
        check_same(other);
        for (std::size_t d = 0; d < lines_.size(); ++d)
            lines_[d].merge(other.lines_[d]);
    }

    /// (mean over directions of W^order)^(1 / order). Throws bad_shape unless both have the same
    /// directions, bad_argument where one has no samples.
    [[nodiscard]] double distance(const projections& other) const {
        check_same(other);
        double sum = 0;
        for (std::size_t d = 0; d < lines_.size(); ++d)
            sum +=
                std::pow(wasserstein(lines_[d], other.lines_[d], options_.order), options_.order);
        return std::pow(sum / static_cast<double>(lines_.size()), 1 / options_.order);
    }

  private:
    void check_same(const projections& other) const {
        if (directions_.rows() != other.directions_.rows() ||
            directions_.cols() != other.directions_.cols() || directions_ != other.directions_ ||
            options_.order != other.options_.order)
            throw bad_shape("diffgen: projections on other directions, or of another order");
    }

    slice_options options_;
    matrix directions_;  ///< a row each, of length 1
    std::vector<empirical_distribution> lines_;
};

/// Between two sets of samples, a column each, in their unit. In d dimensions a shift by s gives
/// about s sqrt(2 / (pi d)) at order 1, so that it cannot be compared across dimensions. Throws as
/// above.
inline double sliced_wasserstein(const sample_matrix& real, const sample_matrix& generated,
                                 const slice_options& options = {}) {
    detail::check_samples("real", real, 1);
    detail::check_samples("generated", generated, 1);
    detail::check_same_dimension(real.rows(), generated.rows());
    projections a(real.rows(), options), b(real.rows(), options);
    a.add(real);
    b.add(generated);
    return a.distance(b);
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
