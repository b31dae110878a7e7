// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How good restored digits are.

#include <diffgen/metrics/ranked_probability_score.hpp>
#include <diffgen/nn/classifier.hpp>

#include "methods.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace restoration {

using judge = diffgen::nn::classifier<float>;

/// Trained on the training digits, on the spot.
inline judge judge_of(const pictures& training) {
    judge j({});
    const Eigen::MatrixXf x = training.values.cast<float>();
    j.fit(x.data(), training.labels.data(), x.cols());
    return j;
}

/// Per cent of digits in which the judge sees the class of the truth; `count` columns each.
inline double class_kept(const judge& j, const pictures& truth, const matrix& guesses) {
    const Eigen::MatrixXf x = guesses.cast<float>();
    const auto found = j.predict(x.data(), x.cols());
    const auto count = found.size() / truth.labels.size();
    double right = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        right += found[i] == truth.labels[i / count];
    return 100 * right / static_cast<double>(found.size());
}

/// Over the unknown pixels, in decibels; `count` columns of guesses for each digit.
inline double signal_to_noise(const task& t, const matrix& truth, const matrix& guesses) {
    const Index count = guesses.cols() / truth.cols();
    double sum = 0;
    for (Index i = 0; i < guesses.cols(); ++i)
        sum += (truth(t.unknown, i / count) - guesses(t.unknown, i)).squaredNorm();
    return 10 * std::log10(4 * static_cast<double>(t.unknown.size()) *
                           static_cast<double>(guesses.cols()) / sum);
}

/// The continuous ranked probability score of an unknown pixel, mean over all; of a single guess it
/// is the absolute error.
inline double ranked_probability(const task& t, const matrix& truth, const restored& r) {
    double sum = 0;
    std::vector<double> samples(static_cast<std::size_t>(r.count));
    for (Index i = 0; i < truth.cols(); ++i)
        for (const Index pixel : t.unknown) {
            for (Index k = 0; k < r.count; ++k)
                samples[static_cast<std::size_t>(k)] = r.candidates(pixel, i * r.count + k);
            sum += r.count > 1 ? diffgen::metrics::fair_crps_of_samples(truth(pixel, i), samples)
                               : diffgen::metrics::crps_of_samples(truth(pixel, i), samples);
        }
    return sum / (static_cast<double>(t.unknown.size()) * static_cast<double>(truth.cols()));
}

inline void print_header() {
    std::printf("%-22s %11s %11s %8s %11s %11s\n", "", "PSNR, mean", "one", "CRPS", "class, mean",
                "one");
}
inline void print(const judge& j, const task& t, const pictures& truth, const restored& r) {
    std::printf("%-22s %11.2f %11.2f %8.4f %9.1f %% %9.1f %%\n", r.method.c_str(),
                signal_to_noise(t, truth.values, r.mean),
                signal_to_noise(t, truth.values, r.candidates),
                ranked_probability(t, truth.values, r), class_kept(j, truth, r.mean),
                class_kept(j, truth, r.candidates));
    std::fflush(stdout);
}

}  // namespace restoration
