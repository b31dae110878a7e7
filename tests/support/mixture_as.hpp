// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The exact predictor of a Gaussian mixture in the dress of any prediction, samplewise or batched:
// the networks of the tests.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace testing {

/// The samplewise functor that predicts Output of a mixture.
template <class Output, std::size_t D, std::size_t K, class T = double>
struct mixture_as {
    Output output;
    diffgen::gaussian_mixture<D, K, T> mixture;

    template <class S>
    struct bound {
        typename diffgen::gaussian_mixture<D, K, T>::template bound<S> exact;
        S unscale, state, inverse_output;

        template <class V>
        DIFFGEN_VALUE std::array<V, D> operator()(std::array<V, D> x) const {
            for (V& e : x)
                e = diffgen::product(e, diffgen::broadcast<V>(unscale));
            std::array<V, D> out = exact(x);
            for (std::size_t d = 0; d < D; ++d)  // D = state x + output net
                out[d] = diffgen::product(diffgen::fma(diffgen::broadcast<V>(-state), x[d], out[d]),
                                          diffgen::broadcast<V>(inverse_output));
            return out;
        }
    };

    template <class S>
    [[nodiscard]] bound<S> bind(const diffgen::level_of<S>& l) const {
        const diffgen::noise_level level{static_cast<double>(l.t), static_cast<double>(l.log_snr),
                                         static_cast<double>(l.alpha), static_cast<double>(l.sigma),
                                         static_cast<double>(l.network_time)};
        const diffgen::conversion c = output.to_denoised(level);
        return {mixture.bind(l), static_cast<S>(1 / c.input_scale), static_cast<S>(c.state_factor),
                static_cast<S>(1 / c.output_factor)};
    }
};

/// A batched network that calls a samplewise functor of D elements on every sample.
template <std::size_t D, class F>
struct batched {
    F functor;

    template <class T>
    void operator()(diffgen::batch_view<const T> in, diffgen::batch_view<T> out,
                    const diffgen::noise_level& l) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            call(in.sample(i), out.sample(i), l);
    }
    template <class T>
    void operator()(diffgen::batch_view<const T> in, diffgen::batch_view<T> out,
                    std::span<const diffgen::noise_level> levels) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            call(in.sample(i), out.sample(i), levels[i]);
    }

  private:
    template <class T>
    void call(const T* in, T* out, const diffgen::noise_level& l) const {
        std::array<T, D> x;
        std::copy_n(in, D, x.begin());
        x = functor.bind(diffgen::cast_level<T>(l))(x);
        std::copy_n(x.begin(), D, out);
    }
};

/// predicts(output, ...) of a mixture as an opaque batched network.
template <class Output, std::size_t D, std::size_t K, class T>
auto batched_predictor(Output output, const diffgen::gaussian_mixture<D, K, T>& m) {
    using functor = mixture_as<Output, D, K, T>;
    return diffgen::predicts(output, batched<D, functor>{functor{output, m}});
}

/// predicts(output, ...) of a mixture as a samplewise functor.
template <class Output, std::size_t D, std::size_t K, class T>
auto samplewise_predictor(Output output, const diffgen::gaussian_mixture<D, K, T>& m) {
    using functor = mixture_as<Output, D, K, T>;
    return diffgen::predicts(output, diffgen::samplewise<static_cast<int>(D)>(functor{output, m}));
}

}  // namespace testing
