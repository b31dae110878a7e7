// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a denoising network is told beside the sample: the noise level and the class, as one column
// of features for each sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/layers.hpp>
#include <diffgen/nn/time_embedding.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
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
        : sinusoids_(o.time_features, o.times), null_class_(o.classes) {
        require(o.features >= 1 && o.classes >= 0, "a context of ", o.features, " features and ",
                o.classes, " classes");
        time_ = linear::make(list, "time", o.time_features, o.features, random);
        table_ = embedding::make(list, "class", o.classes + 1, o.features, random);
    }
    int null_class() const { return null_class_; }

    const sinusoidal_embedding& sinusoids() const { return sinusoids_; }
    const linear& time() const { return time_; }
    const embedding& table() const { return table_; }

    /// A column for each sample x, and more of the null class and no time up to `columns`. No
    /// classes at all: the null class. Throws bad_shape unless times and classes are one a sample,
    /// bad_argument for a class that does not exist.
    template <class T>
    variable<T> operator()(const leaves<T>& w, const variable<T>& x, std::span<const double> times,
                           std::span<const int> classes, extent columns) const {
        const auto samples = static_cast<std::size_t>(x.cols());
        if (times.size() != samples || (!classes.empty() && classes.size() != samples))
            throw bad_shape(diffgen::detail::text(
                "diffgen: an input of ", detail::shape_text(x.rows(), x.cols()), " with ",
                times.size(), " times and ", classes.size(), " classes"));
        const auto waves = x.owner().constant(matrix<T>::Zero(sinusoids_.features(), columns));
        for (std::size_t j = 0; j < samples; ++j)
            sinusoids_.fill(times[j], waves.result().col(static_cast<extent>(j)).data());
        std::vector<int> all(classes.begin(), classes.end());
        all.resize(static_cast<std::size_t>(columns), null_class());
        return silu(time_(w, waves) + table_(w, all));
    }

    /// What an evaluation of `samples` samples is told: one time for all or one a sample, and one
    /// class a sample or a null pointer. Throws bad_shape, and bad_argument for a class that does
    /// not exist.
    void check(std::int64_t samples, std::span<const double> times, const int* classes) const {
        if (times.size() != 1 && times.size() != static_cast<std::size_t>(samples))
            throw bad_shape(diffgen::detail::text("diffgen: ", times.size(), " times for ", samples,
                                                  " samples; one, or one a sample"));
        for (std::int64_t j = 0; classes && j < samples; ++j)
            require(classes[j] >= 0 && classes[j] <= null_class(), "sample ", j, " has class ",
                    classes[j], "; there are ", null_class(), " and the null class");
    }

  private:
    sinusoidal_embedding sinusoids_;
    int null_class_;
    linear time_{};
    embedding table_{};
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
