// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Precision and recall of generated samples by manifolds of k nearest neighbours (Kynkaanniemi et
// al. 2019), with density and coverage (Naeem et al. 2020).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/distance_estimates.hpp>
#include <diffgen/metrics/nearest_neighbours.hpp>
#include <diffgen/metrics/progress.hpp>
#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// All between 0 and 1 except density, which can exceed 1.
struct manifold_scores {
    double precision;  ///< part of the generated samples inside the real manifold
    double recall;     ///< part of the real samples inside the generated manifold
    double density;    ///< mean number of real balls around a generated sample, over k
    double coverage;   ///< part of the real balls with a generated sample inside
};

/// An accumulator over generated samples, once the radii of all balls are known (those of a set are
/// row k of nearest_neighbours(set, k + 1) that was given the set itself). A ball is open, as in
/// the code of Naeem et al.: a point at exactly its radius is outside. (Kynkaanniemi et al. close
/// it; the two differ only on ties, such as copied samples.) Merging two that have the same real
/// samples gives the same bits as one that was given all generated ones. The real samples are
/// referred to and must outlive it.
class manifold_counts {
  public:
    /// Throws bad_shape unless there is a squared radius for every real sample, bad_argument unless
    /// k >= 1 and there is a sample, non_finite on NaN or infinity.
    manifold_counts(const sample_matrix& real, Eigen::VectorXd squared_radii, Eigen::Index k)
        : real_(detail::view_of(checked(real, squared_radii, k))),
          radii_(std::move(squared_radii)),
          frame_(real),
          rounded_(frame_, real),
          scaled_radii_(radii_ * (frame_.scale * frame_.scale)),
          covered_(flags::Constant(real.cols(), false)),
          recalled_(covered_),
          k_(k) {}

    /// Throws bad_shape when the dimensions differ or a squared radius lacks, non_finite on NaN or
    /// infinity.
    void add(const sample_matrix& generated, const Eigen::VectorXd& squared_radii) {
        detail::check_samples("generated", generated, 0);
        detail::check_same_dimension(real_.rows(), generated.rows());
        detail::check_mergeable("radii", generated.cols(), squared_radii.size());
        for (Eigen::Index b = 0; b < detail::blocks_of(generated.cols()); ++b) {
            const auto block = detail::block_of(generated, b);
            add_block(block, squared_radii.segment(b * detail::block_columns, block.cols()));
        }
    }

    /// Throws bad_shape unless both have as many real samples and the same k.
    void merge(const manifold_counts& other) {
        detail::check_mergeable("real samples", real_.cols(), other.real_.cols());
        detail::check_mergeable("neighbours", k_, other.k_);
        covered_ = covered_ || other.covered_;
        recalled_ = recalled_ || other.recalled_;
        precise_ += other.precise_;
        balls_ += other.balls_;
        generated_ += other.generated_;
    }

    /// Throws bad_argument where no generated sample was added.
    [[nodiscard]] manifold_scores scores() const {
        if (generated_ == 0) throw bad_argument("diffgen: there are no generated samples");
        const auto part = [](std::int64_t count, std::int64_t all) {
            return static_cast<double>(count) / static_cast<double>(all);
        };
        return {part(precise_, generated_), part(recalled_.count(), real_.cols()),
                part(balls_, k_ * generated_), part(covered_.count(), real_.cols())};
    }

  private:
    using flags = Eigen::Array<bool, Eigen::Dynamic, 1>;

    static const sample_matrix& checked(const sample_matrix& real, const Eigen::VectorXd& radii,
                                        Eigen::Index k) {
        if (k < 1) throw bad_argument(detail::text("diffgen: k is ", k, ", not >= 1"));
        detail::check_samples("real", real, 1);
        detail::check_mergeable("radii", real.cols(), radii.size());
        return real;
    }

    void add_block(const sample_matrix& block, const Eigen::VectorXd& radii) {
        Eigen::Array<std::int64_t, Eigen::Dynamic, 1> around(block.cols());
        around.setZero();
        const Eigen::VectorXd scaled = radii * (frame_.scale * frame_.scale);
        const auto visit = [&](Eigen::Index i, Eigen::Index j, double estimate, double bound) {
            const auto within = [&](double scaled_radius, double radius) {
                if (estimate + bound < scaled_radius) return true;
                if (estimate - bound > scaled_radius) return false;
                return (real_.col(i) - block.col(j)).squaredNorm() < radius;
            };
            if (within(scaled_radii_(i), radii_(i))) {
                ++around(j);
                covered_(i) = true;
            }
            if (!recalled_(i) && within(scaled(j), radii(j))) recalled_(i) = true;
        };
        detail::for_estimates(rounded_, detail::float_samples(frame_, block), visit);
        balls_ += around.sum();
        precise_ += (around > 0).count();
        generated_ += block.cols();
    }

    detail::sample_view real_;
    Eigen::VectorXd radii_;  ///< squared
    detail::float_frame frame_;
    detail::float_samples rounded_;
    Eigen::VectorXd scaled_radii_;
    flags covered_, recalled_;
    std::int64_t k_, precise_ = 0, balls_ = 0, generated_ = 0;
};

/// Scores of generated against real samples, a column each. Throws bad_shape when the dimensions
/// differ, bad_argument unless k >= 1 and both sets have at least k + 1 samples, non_finite on NaN
/// or infinity, cancelled. Takes three products of all pairs; memory beside the samples is half of
/// theirs at most.
inline manifold_scores precision_recall(const sample_matrix& real, const sample_matrix& generated,
                                        Eigen::Index k = 5, const progress_observer& observe = {}) {
    if (k < 1) throw bad_argument(detail::text("diffgen: k is ", k, ", not >= 1"));
    detail::check_samples("real", real, k + 1);
    detail::check_samples("generated", generated, k + 1);
    detail::check_same_dimension(real.rows(), generated.rows());

    const Eigen::Index blocks = detail::blocks_of(generated.cols());
    detail::work done(observe, detail::blocks_of(real.cols()) + 2 * blocks);
    const Eigen::VectorXd generated_radii = detail::squared_radii(generated, k, done);
    manifold_counts counts(real, detail::squared_radii(real, k, done), k);
    for (Eigen::Index b = 0; b < blocks; ++b) {
        const auto block = detail::block_of(generated, b);
        counts.add(block, generated_radii.segment(b * detail::block_columns, block.cols()));
        done.block_done();
    }
    return counts.scores();
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
