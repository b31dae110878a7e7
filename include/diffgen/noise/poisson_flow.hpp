// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The noise of PFGM++ (Xu et al. 2023, PFGM++: Unlocking the potential of physics-inspired
// generative models): data of N numbers, in N + D dimensions in all. With sigma = r / sqrt(D) its
// flow is that of EDM, and only what is added to the data differs: prior and training noise.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/math.hpp>
#include <diffgen/noise/source.hpp>

#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise {

/// Noise z of a sample for x_t = alpha x_0 + sigma z, with the density of the paper's equation 5,
/// proportional to (|z|^2 + D)^(-(N + D) / 2), N = elements and D = extra. Its radius |z| is
/// sqrt(D b / (1 - b)) with b of Beta(N / 2, D / 2), its direction uniform (appendix B). It is
/// drawn as a normal vector times sqrt(D / c), c chi-squared with D degrees of freedom: the same
/// law, Student's t with D degrees of freedom. Where D is infinite it is philox, to the bit.
///
/// For solvers that draw nothing: a step that adds noise wants Gaussian noise, and a run refuses
/// it.
struct poisson_flow {
    std::uint64_t seed = 0;
    std::uint64_t elements = 1;  ///< of a sample, N
    double extra = 2048;         ///< further dimensions, D; need not be whole

    void check() const {
        diffgen::detail::require(elements >= 1 && extra >= 1, "Poisson flow noise of ", elements,
                                 " elements and ", extra,
                                 " further dimensions; at least 1 element, and 1 dimension");
    }
    [[nodiscard]] DIFFGEN_HD bool is_gaussian() const { return extra > 1e300; }
    /// A batch must have samples of `elements` elements.
    template <class Space>
    void check_batch(std::size_t, std::size_t of_sample) const {
        if (of_sample != elements)
            throw bad_shape(diffgen::detail::text("diffgen: Poisson flow noise of ", elements,
                                                  " elements for samples of ", of_sample));
    }

    template <scalar_value T>
    DIFFGEN_HD T normal(noise::stream stream, std::uint32_t draw, std::uint64_t flat) const {
        return product(philox{seed}.template normal<T>(stream, draw, flat),
                       static_cast<T>(scale(stream, draw, flat / elements)));
    }

    template <value V>
    DIFFGEN_VALUE void fill(noise::stream stream, std::uint32_t draw, std::uint64_t first,
                            int count, scalar_of<V>* out) const {
        using T = scalar_of<V>;
        philox{seed}.template fill<V>(stream, draw, first, count, out);
        const std::uint64_t end = first + static_cast<std::uint64_t>(count);
        for (std::uint64_t i = first; i < end;) {
            const std::uint64_t sample = i / elements, next = (sample + 1) * elements;
            const T s = static_cast<T>(scale(stream, draw, sample));
            for (const std::uint64_t to = next < end ? next : end; i < to; ++i)
                out[i - first] = product(out[i - first], s);
        }
    }

    /// sqrt(D / c) of a sample.
    [[nodiscard]] DIFFGEN_HD double scale(noise::stream stream, std::uint32_t draw,
                                          std::uint64_t sample) const {
        if (is_gaussian()) return 1;
        const double shape = 0.5 * extra;
        return diffgen::sqrt(shape / gamma(shape, stream, draw, sample));
    }

  private:
    static constexpr std::uint64_t attempts = 32;  // one fails in less than one of 20

    /// A number of the gamma distribution, half of c: a cube of a normal number, by rejection
    /// (Marsaglia and Tsang 2000); for shapes below 1 by that of the shape one above.
    [[nodiscard]] DIFFGEN_HD double gamma(double shape, noise::stream stream, std::uint32_t draw,
                                          std::uint64_t sample) const {
        const philox source{seed};
        const auto purpose =
            static_cast<noise::stream>(first_radius_stream + static_cast<std::uint32_t>(stream));
        const double d = (shape < 1 ? shape + 1 : shape) - 1. / 3;
        const double c = 1 / diffgen::sqrt(9 * d);
        double found = d;
        for (std::uint64_t i = 0; i < attempts; ++i) {
            const std::uint64_t block = 2 * (sample * attempts + i);
            const double z = source.template normal<double>(purpose, draw, 2 * block);
            const double u = source.template uniform<double>(purpose, draw, 2 * block + 2);
            const double t = diffgen::fma(c, z, 1.);
            if (t <= 0) continue;
            const double v = t * t * t;
            const double bound = diffgen::fma(0.5 * z, z, product(d, 1 - v + diffgen::log(v)));
            if (diffgen::log(u) >= bound) continue;
            found = d * v;
            if (shape >= 1) break;
            const double power = source.template uniform<double>(purpose, draw, 2 * block + 3);
            found = found * diffgen::exp(diffgen::log(power) / shape);
            break;
        }
        return found;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>
