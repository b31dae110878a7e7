// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A batched network for samples of any size: the exact eps of normal data, whose deviation under
// guidance depends on the condition. Every sample is computed as if it were alone.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/guided.hpp>

#include <cstddef>
#include <span>

namespace testing {

struct gaussian_network {
    double variance = 0.25, variance_without = 0.6;  ///< of the data; of those without a condition

    template <class In, class Out>
    void operator()(const In& in, const Out& out, const diffgen::noise_level& l) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            sample(in, out, i, l, variance);
    }
    template <class In, class Out>
    void operator()(const In& in, const Out& out, std::span<const diffgen::noise_level> l) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            sample(in, out, i, l[i], variance);
    }
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const diffgen::noise_level& l,
                    diffgen::guidance_rows rows) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            sample(in, out, i, l, i < rows.conditioned ? variance : variance_without);
    }
    template <class In, class Out>
    void operator()(const In& in, const Out& out, std::span<const diffgen::noise_level> l,
                    diffgen::guidance_rows rows) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            sample(in, out, i, l[i], i < rows.conditioned ? variance : variance_without);
    }
    template <class In, class Out>
    void log_density(const In& in, const Out& out, std::span<const diffgen::noise_level> l) const {
        for (std::size_t i = 0; i < in.samples; ++i) {
            double squares = 0;
            for (std::size_t k = 0; k < in.elements; ++k)
                squares += static_cast<double>(in.sample(i)[k]) * in.sample(i)[k];
            out.data[i] =
                static_cast<typename Out::value_type>(-squares / (2 * total(l[i], variance)));
        }
    }

  private:
    static double total(const diffgen::noise_level& l, double variance) {
        return l.alpha * l.alpha * variance + l.sigma * l.sigma;
    }
    template <class In, class Out>
    static void sample(const In& in, const Out& out, std::size_t i, const diffgen::noise_level& l,
                       double variance) {
        const auto factor = static_cast<typename Out::value_type>(l.sigma / total(l, variance));
        for (std::size_t k = 0; k < in.elements; ++k)
            out.sample(i)[k] = factor * in.sample(i)[k];
    }
};

}  // namespace testing
