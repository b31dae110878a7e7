// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What denoising networks that are written for the tape have in common: weights, the context of
// time and class, and the evaluation of a batch.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/context_embedding.hpp>
#include <diffgen/nn/tape_evaluation.hpp>

#include <cstdint>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// The base of a network Net, which gives forward(leaves, x, times, classes): x is features() x
/// samples, with one time value and one class a sample; no classes at all: the null class.
template <class Net, class T>
class tape_network {
  public:
    using scalar = T;

    extent features() const { return features_; }
    /// The class index that stands for "no class".
    int null_class() const { return context_.null_class(); }

    parameters<T>& weights() { return weights_; }
    const parameters<T>& weights() const { return weights_; }

    /// The network without a tape of yours, at one time value for all samples. in, out: samples
    /// columns of features() values; classes: one a sample, or nullptr for the null class; threads
    /// 0: see thread_count. One call at a time for each network. The numbers of a sample depend
    /// neither on the threads nor on the samples beside it. Throws bad_argument for a class that
    /// does not exist.
    void evaluate(const T* in, T* out, std::int64_t samples, double time,
                  const int* classes = nullptr, int threads = 0) {
        evaluate(in, out, samples, std::span(&time, 1), classes, threads);
    }
    /// The same with a time value for each sample (or one for all). Throws bad_shape too.
    void evaluate(const T* in, T* out, std::int64_t samples, std::span<const double> times,
                  const int* classes = nullptr, int threads = 0) {
        context_.check(samples, times, classes);
        evaluation_(static_cast<const Net&>(*this), in, out, samples, times, classes, threads);
    }

  protected:
    tape_network(extent features, const context_options& context, const noise::philox& random,
                 batch_cut cut)
        : features_(features), context_(weights_, context, random), evaluation_(cut) {}

    /// The columns of the context of x, filled up to a multiple of 16, which a network does not
    /// read: then a product gives every sample the same bits whatever their number. Throws
    /// bad_shape where x is not features() x samples, or times and classes are not one a sample.
    variable<T> context(const leaves<T>& w, const variable<T>& x, std::span<const double> times,
                        std::span<const int> classes) const {
        if (x.rows() != features_)
            throw bad_shape(diffgen::detail::text("diffgen: a network of ", features_,
                                                  " numbers: an input of ",
                                                  detail::shape_text(x.rows(), x.cols())));
        return context_(w, x, times, classes, (x.cols() + 15) / 16 * 16);
    }

  private:
    extent features_;
    parameters<T> weights_;
    context_embedding context_;
    tape_evaluation<T> evaluation_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
