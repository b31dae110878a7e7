// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a denoising network of pictures is told beside the picture: the noise level and the class,
// as one column of features for each sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/time_embedding.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

struct context_options {
    extent features = 64;                 ///< of the context
    extent time_features = 64;            ///< sines and cosines of the time value
    int classes = 0;                      ///< known classes; index `classes` is the null class
    frequency_range times = for_log_snr;  ///< what the time value is
};

/// c = silu(W_t sinusoids(time) + b_t + table[class]).
class context_embedding {
  public:
    /// Throws bad_argument for sizes that make no sense.
    template <class T>
    context_embedding(parameters<T>& list, const context_options& o, const noise::philox& random)
        : sinusoids_(o.time_features, o.times), classes_(o.classes) {
        require(o.features >= 1 && o.classes >= 0, "a context of ", o.features, " features and ",
                o.classes, " classes");
        time_ = linear::make(list, "time", o.time_features, o.features, random);
        class_ = embedding::make(list, "class", o.classes + 1, o.features, random);
    }
    int null_class() const { return classes_; }

    /// One column a sample, filled up to a multiple of 16 columns, which a network does not read:
    /// then a product gives every sample the same bits whatever their number. No classes at all:
    /// the null class. Throws bad_shape unless times and classes are one a sample, bad_argument for
    /// a class that does not exist.
    template <class T>
    variable<T> operator()(const leaves<T>& w, const variable<T>& x, std::span<const double> times,
                           std::span<const int> classes) const {
        const auto samples = static_cast<std::size_t>(x.cols());
        if (times.size() != samples || (!classes.empty() && classes.size() != samples))
            throw bad_shape(diffgen::detail::text(
                "diffgen: an input of ", detail::shape_text(x.rows(), x.cols()), " with ",
                times.size(), " times and ", classes.size(), " classes"));
        const extent cols = (x.cols() + 15) / 16 * 16;
        const auto waves = x.owner().constant(matrix<T>::Zero(sinusoids_.features(), cols));
        for (std::size_t j = 0; j < samples; ++j)
            sinusoids_.fill(times[j], waves.result().col(static_cast<extent>(j)).data());
        std::vector<int> all(classes.begin(), classes.end());
        all.resize(static_cast<std::size_t>(cols), null_class());
        return silu(time_(w, waves) + class_(w, all));
    }

  private:
    sinusoidal_embedding sinusoids_;
    int classes_;
    linear time_{};
    embedding class_{};
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
