// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Inpainting as StableDiffusionInpaintPipeline of diffusers does it for a network that knows
// nothing of masks: after every step what is known is put back, with its noise at the level just
// reached, which is the same noise at all levels.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/pipeline/generate.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/noise/stream.hpp>
#include <diffgen/options.hpp>
#include <diffgen/process/add_noise.hpp>

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// What is known of the pictures that x is to become, all as large as x.
struct known_pictures {
    std::span<const double> image;
    std::span<const double> mask;     ///< 1 where the picture is to be painted anew, 0 where known
    std::span<const double> noise{};  ///< normals; empty: drawn, from the seed of the run
};

/// A `use` of with_scheduler and its families: fills x with pictures that agree with `known` where
/// its mask is 0. With a strength below 1 the run begins with the whole image at the noise of its
/// first level, otherwise with noise alone. Of the options `given`, seed, first_sample and observer
/// count. Throws bad_shape where sizes differ, before x is written.
template <class Exec, class X>
struct inpainting {
    const Exec& exec;
    X& x;
    const known_pictures& known;
    const options& given;

    template <class Sampler>
    run_summary operator()(Sampler& s, options o, double initial_sigma) const {
        const auto view = state_traits<std::remove_cv_t<X>>::view(x);
        using T = typename decltype(view)::value_type;
        static_assert(std::is_same_v<typename decltype(view)::space_type, space::host>,
                      "diffgen: inpainting of pictures in host memory");
        const std::size_t n = view.size();
        if (known.image.size() != n || known.mask.size() != n ||
            (!known.noise.empty() && known.noise.size() != n))
            throw bad_shape(diffgen::detail::text("diffgen: inpainting of ", n, " numbers, with ",
                                                  known.image.size(), " of the image, ",
                                                  known.mask.size(), " of the mask and ",
                                                  known.noise.size(), " of the noise"));
        std::vector<double> noise(known.noise.begin(), known.noise.end());
        if (noise.empty()) {
            const auto source = exec::seeded(s.noise, given.seed);
            for (std::size_t i = 0; i < n; ++i)
                noise.push_back(source.template normal<double>(
                    noise::stream::forward, 0, given.first_sample * view.elements + i));
        }
        const auto noisy = [&](const noise_level& l, std::size_t i) {
            return product(l.alpha, known.image[i]) + product(l.sigma, noise[i]);
        };
        o.seed = given.seed;
        o.first_sample = given.first_sample;
        const observer blend{[&](const observation& seen) {
            std::vector<double> state = seen.state();
            for (std::size_t i = 0; i < n; ++i)
                state[i] = product(1 - known.mask[i], noisy(seen.level, i)) +
                           product(known.mask[i], state[i]);
            seen.set_state(state);
            return true;
        }};
        o.observe = blend & given.observe;
        const noise_level first = s.levels(o)[static_cast<std::size_t>(o.begin_step)];
        auto run = s.keep_from(exec, x, o);
        for (std::size_t i = 0; i < n; ++i)
            view.data[i] =
                static_cast<T>(o.begin_step == 0 ? initial_sigma * noise[i] : noisy(first, i));
        return run(o.seed);
    }
};
template <class Exec, class X>
inpainting(const Exec&, X&, const known_pictures&, const options&) -> inpainting<Exec, X>;

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
