// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which noise levels a training visits: policies that map the place of a sample, (step, number in
// the batch), to a level of the process.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/noise_level.hpp>
#include <diffgen/noise/source.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::train {

/// The place of a sample in a training.
struct place {
    noise::philox random;  ///< of the training
    std::int64_t step;     ///< from 0 on
    std::int64_t number;   ///< in the batch, from 0 on
    std::int64_t batch;    ///< samples of the batch

    /// Uniform in (0, 1) for this place and purpose.
    double uniform(noise::stream stream) const {
        return random.uniform<double>(stream, static_cast<std::uint32_t>(step),
                                      static_cast<std::uint64_t>(number));
    }
    double normal(noise::stream stream) const {
        return random.normal<double>(stream, static_cast<std::uint32_t>(step),
                                     static_cast<std::uint64_t>(number));
    }
};

/// t uniform over the process. Stratified, the samples of a batch share the range evenly, which
/// lowers the variance of the loss (Kingma et al. 2021, appendix I.1).
struct uniform_times {
    bool stratified = true;

    template <class Process>
    auto operator()(const Process& process, const place& at) const {
        const double u = at.uniform(noise::stream::times);
        const double part =
            stratified ? (static_cast<double>(at.number) + u) / static_cast<double>(at.batch) : u;
        return process.level(process.t_min() + (process.t_max() - process.t_min()) * part);
    }
};

/// t uniform over `steps` equidistant times, both ends included: the discrete time of DDPM where
/// t_min .. t_max are its first and last step (Ho et al. 2020, algorithm 1).
struct uniform_steps {
    int steps = 1000;

    template <class Process>
    auto operator()(const Process& process, const place& at) const {
        const double u = at.uniform(noise::stream::times);
        const int k = std::min(steps - 1, static_cast<int>(u * steps));
        const double part = steps > 1 ? static_cast<double>(k) / (steps - 1) : 1.0;
        return process.level(process.t_min() + (process.t_max() - process.t_min()) * part);
    }
};

/// log(sigma / alpha) normal (Karras et al. 2022, table 1).
struct log_normal_sigma {
    double mean = -1.2;
    double deviation = 1.2;

    template <class Process>
    auto operator()(const Process& process, const place& at) const {
        return process.level_of_log_snr(-2 * (mean + deviation * at.normal(noise::stream::times)));
    }
};

/// The share of the time that has passed, (t - t_min) / (t_max - t_min), logit-normal: over
/// schedule::rectified, the times of Esser et al. 2024, eq. 19.
struct logit_normal_times {
    double mean = 0;       ///< above 0: more noise
    double deviation = 1;  ///< of the logit

    template <class Process>
    auto operator()(const Process& process, const place& at) const {
        const double logit = mean + deviation * at.normal(noise::stream::times);
        const double part = diffgen::detail::sigmoid(logit);
        return process.level(process.t_min() + (process.t_max() - process.t_min()) * part);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>
