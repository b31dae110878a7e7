// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a model of healthy samples finds odd in others. A sample is given some noise and cleaned
// again, by a whole run (Wyatt et al. 2022, AnoDDPM) or by single estimates at several levels; what
// does not come back is odd. The results are maps, an error each element; their mean is the score
// of a sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/noise/stream.hpp>
#include <diffgen/options.hpp>
#include <diffgen/posterior/estimator.hpp>
#include <diffgen/posterior/matrices.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::task {

using posterior::Index;
using posterior::matrix;
using posterior::matrix_ref;
using posterior::vector;

struct reconstruction_options {
    double time = 0.25;  ///< of the schedule, to which the noise goes
    int steps = 20;      ///< back down
    int repeats = 1;     ///< with noise of their own
    std::uint64_t seed = 0;

    void check() const {
        require(repeats > 0, "a reconstruction with repeats = ", repeats, "; must be above 0");
    }
};

/// (x - y)^2 of every element, averaged over repeats, where y is the sample after it was noised to
/// o.time by the sampler's process and its source of noise, and generated from there. samples: a
/// column each; T: what the sampler's network computes in. Throws what generate_from throws.
template <class T = float, class Exec, class Sampler>
[[nodiscard]] matrix reconstruction_errors(const Exec& e, Sampler& s, const matrix_ref& samples,
                                           const reconstruction_options& o) {
    o.check();
    using numbers = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
    matrix sum = matrix::Zero(samples.rows(), samples.cols());
    const auto count = static_cast<std::size_t>(samples.cols());
    for (int r = 0; r < o.repeats; ++r) {
        numbers x = samples.cast<T>();
        const auto view = batch(x.data(), static_cast<std::size_t>(x.size()), count);
        options run{.steps = o.steps, .seed = o.seed + static_cast<std::uint64_t>(r)};
        s.add_noise(e, o.time, view, run);
        s.generate_from(e, o.time, view, run);
        sum += (x.template cast<double>() - samples).cwiseAbs2();
    }
    return sum / o.repeats;
}

/// sum over levels of (x - D)^2 / sigma^2 of every element, averaged over repeats, where D is the
/// denoised estimate of alpha x + sigma z and `sigmas` are sigma / alpha. With all levels, each
/// with the weight of its stretch of log sigma, that is the variational bound of -log p(x) but for
/// a constant (Kingma et al. 2021, eq. 13). samples: a column each; T: what the network computes
/// in. Process: has level_of_log_snr. Throws bad_argument unless sigmas are above 0.
template <class T = float, class Process, class Predictor>
[[nodiscard]] matrix denoising_errors(const Process& process, Predictor&& predictor,
                                      const matrix_ref& samples, std::span<const double> sigmas,
                                      int repeats = 1, noise::philox random = {}) {
    require(repeats > 0, "denoising errors with repeats = ", repeats, "; must be above 0");
    posterior::estimator<Predictor&, T> estimator(predictor);
    matrix sum = matrix::Zero(samples.rows(), samples.cols());
    std::uint32_t draw = 0;
    for (const double sigma : sigmas) {
        require(diffgen::detail::is_positive(sigma), "denoising errors at sigma / alpha = ", sigma,
                "; must be above 0");
        const noise_level l = process.level_of_log_snr(-2 * std::log(sigma));
        for (int r = 0; r < repeats; ++r, ++draw) {
            matrix z(samples.rows(), samples.cols());
            for (Index i = 0; i < z.cols(); ++i)
                random.fill<double>(noise::stream::forward, draw,
                                    static_cast<std::uint64_t>(i * z.rows()),
                                    static_cast<int>(z.rows()), z.col(i).data());
            const matrix x = l.alpha * samples + l.sigma * z;
            sum += (estimator.denoised(x, l) - samples).cwiseAbs2() / (sigma * sigma * repeats);
        }
    }
    return sum;
}

/// The score of every map: the mean of its elements.
[[nodiscard]] inline std::vector<double> scores(const matrix_ref& maps) {
    const vector means = maps.colwise().mean().transpose();
    return {means.data(), means.data() + means.size()};
}

/// The score of every map by its worst window of size x size pixels, for defects of about that
/// size; the maps are pictures, row by row. Throws bad_shape where the window does not fit in, or
/// the map does not divide into rows of `width` pixels.
[[nodiscard]] inline std::vector<double> window_scores(const matrix_ref& maps, Index width,
                                                       Index size) {
    const Index height = width > 0 ? maps.rows() / width : 0;
    if (size < 1 || size > width || size > height || height * width != maps.rows())
        throw bad_shape(diffgen::detail::text("diffgen: windows of ", size, " x ", size,
                                              " in maps of ", maps.rows(), " numbers, ", width,
                                              " a row"));
    std::vector<double> out;
    for (Index i = 0; i < maps.cols(); ++i) {
        double worst = 0;
        for (Index row = 0; row + size <= height; ++row)
            for (Index column = 0; column + size <= width; ++column) {
                double sum = 0;
                for (Index k = 0; k < size; ++k)
                    sum += maps.col(i).segment((row + k) * width + column, size).sum();
                worst = std::max(worst, sum);
            }
        out.push_back(worst / static_cast<double>(size * size));
    }
    return out;
}

}  // namespace diffgen::inline DIFFGEN_ABI::task

#include <diffgen/core/with_macros.hpp>
