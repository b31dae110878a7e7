// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a generator repeats its training samples: the part of its samples that are nearer to a
// training sample than to a test sample (in the manner of Meehan, Chaudhuri and Dasgupta 2020).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/nearest_neighbours.hpp>
#include <diffgen/metrics/progress.hpp>
#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::metrics {

/// An accumulator over samples. Merging two that have the same training and test samples gives the
/// same bits as one that was given all samples. Training and test samples are referred to and must
/// outlive it.
class copying_counts {
  public:
    /// Throws bad_argument unless there are as many training as test samples (the nearest of more
    /// is nearer), bad_shape when the dimensions differ, non_finite on NaN or infinity.
    copying_counts(const sample_matrix& training, const sample_matrix& test)
        : training_(detail::view_of(training)), test_(detail::view_of(test)) {
        detail::check_samples("training", training, 1);
        detail::check_samples("test", test, 1);
        detail::check_mergeable("elements", training.rows(), test.rows());
        if (training.cols() != test.cols()) {
            throw bad_argument(detail::text("diffgen: there are ", training.cols(),
                                            " training and ", test.cols(),
                                            " test samples; take as many of both"));
        }
    }

    /// Throws bad_shape when the dimensions differ, non_finite on NaN or infinity.
    void add(const sample_matrix& samples) {
        if (samples.cols() == 0) return;
        detail::check_samples("compared", samples, 1);
        const matrix to_training = nearest(samples, training_);
        const matrix to_test = nearest(samples, test_);
        twice_nearer_ += 2 * (to_training.array() < to_test.array()).count() +
                         (to_training.array() == to_test.array()).count();
        copies_ += (to_training.array() == 0).count();
        samples_ += samples.cols();
    }

    void merge(const copying_counts& other) {
        detail::check_mergeable("training samples", training_.cols(), other.training_.cols());
        twice_nearer_ += other.twice_nearer_;
        copies_ += other.copies_;
        samples_ += other.samples_;
    }

    /// The part of the samples nearer to training than to test, equal distances as one half. Throws
    /// bad_argument without a sample.
    [[nodiscard]] double share() const {
        check_count();
        return static_cast<double>(twice_nearer_) / (2 * static_cast<double>(samples_));
    }
    /// The part of the samples that equal a training sample. Throws bad_argument without a sample.
    [[nodiscard]] double exact_share() const {
        check_count();
        return static_cast<double>(copies_) / static_cast<double>(samples_);
    }

  private:
    static matrix nearest(const sample_matrix& samples, const detail::sample_view& to) {
        nearest_neighbours one(samples, 1);
        one.add(to);
        return one.squared_distances();
    }
    void check_count() const {
        if (samples_ == 0) throw bad_argument("diffgen: there are no samples to compare");
    }

    detail::sample_view training_, test_;
    std::int64_t twice_nearer_ = 0, copies_ = 0, samples_ = 0;
};

struct copying_scores {
    double share;       ///< of generated samples nearer to training than to test samples
    double real_share;  ///< the same of real samples that are in neither set: what no copying gives
};

/// A share above the real one tells of copying; the real one need not be one half, since training
/// and test samples may differ. Throws bad_argument unless there are as many training as test
/// samples, bad_shape when the dimensions differ, non_finite on NaN or infinity, cancelled.
inline copying_scores copying(const sample_matrix& generated, const sample_matrix& held_out,
                              const sample_matrix& training, const sample_matrix& test,
                              const progress_observer& observe = {}) {
    detail::check_samples("generated", generated, 1);
    detail::check_samples("held-out", held_out, 1);
    detail::work done(observe,
                      detail::blocks_of(generated.cols()) + detail::blocks_of(held_out.cols()));
    const auto share = [&](const sample_matrix& samples) {
        copying_counts counts(training, test);
        for (Eigen::Index b = 0; b < detail::blocks_of(samples.cols()); ++b) {
            counts.add(detail::block_of(samples, b));
            done.block_done();
        }
        return counts.share();
    };
    const double of_generated = share(generated);
    return {of_generated, share(held_out)};
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
