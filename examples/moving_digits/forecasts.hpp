// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Test videos, and candidates for their future: drawn exactly, or sampled.

#include <diffgen/blocks/rules.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "../common/on_all_cores.hpp"
#include "exact.hpp"
#include "video.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace moving_digits {

constexpr Index future = frames - known;

/// Test videos, a column each, and where their digit is in the last known frame.
struct videos {
    matrix digits, all;
    std::vector<motion> last;
};
inline videos drawn(const matrix& digits) {
    videos v{digits, matrix(numbers, digits.cols()), {}};
    for (Index i = 0; i < digits.cols(); ++i) {
        dice random{100 + static_cast<std::uint64_t>(i)};
        const vector digit = digits.col(i);
        motion m{static_cast<Index>(random.uniform() * pixels),
                 static_cast<Index>(random.uniform() * ways)};
        v.all.col(i).head(pixels) = random.frame(digit, m.place);
        v.all.col(i).segment(pixels, (known - 1) * pixels) = random.go_on(digit, m, known - 1);
        v.last.push_back(m);
        v.all.col(i).tail(future * pixels) = random.go_on(digit, m, future);
    }
    return v;
}

/// `count` candidates for the future of each video, one video's after the other's.
struct forecast {
    Index count;
    matrix candidates;
};

/// Draws from filtered states: exact for the law that they are of.
inline vector exact_draw(const of_digits& law, const std::vector<states>& now, dice& random) {
    double left = random.uniform();
    for (Index d = 0; d < law.digits().cols(); ++d)
        for (Index w = 0; w < ways; ++w)
            for (Index p = 0; p < pixels; ++p) {
                left -= now[static_cast<std::size_t>(d)](p, w);
                if (left > 0) continue;
                motion m{p, w};
                return random.go_on(law.digits().col(d), m, future);
            }
    motion m{0, 0};
    return random.go_on(law.digits().col(0), m, future);
}

/// One draw each by make(video, dice).
template <class Make>
forecast by_draws(Index videos, Index count, Make make) {
    forecast f{count, matrix(future * pixels, videos * count)};
    common::on_all_cores(videos, [&](Index i) {
        dice random{1000 + static_cast<std::uint64_t>(i)};
        for (Index k = 0; k < count; ++k)
            f.candidates.col(i * count + k) = make(i, random);
    });
    return f;
}

/// Sampled under a rule for the levels of the unknown frames.
template <class Rule>
std::pair<forecast, int> sampled(const of_digits& law, const matrix& truth, const Rule& rule,
                                 Index count, int steps) {
    forecast f{count, matrix(future * pixels, truth.cols() * count)};
    int evaluations = 0;
    common::on_all_cores(truth.cols(), [&](Index i) {
        const diffgen::sampler s{
            diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{},
            diffgen::predicts(diffgen::denoised{}, std::cref(law)), diffgen::solver::ancestral{}};
        matrix x = matrix::Zero(numbers, count);
        x.topRows(known * pixels) = truth.col(i).head(known * pixels).replicate(1, count);
        const auto batch = diffgen::batch(x.data(), static_cast<std::size_t>(x.size()),
                                          static_cast<std::size_t>(count));
        // [known]
        const diffgen::blocks::after_prefix goes_on{known, rule};
        const diffgen::options o{
            .steps = steps,
            .seed = 3,
            .first_sample = static_cast<std::uint64_t>(i * count),
            .grid = diffgen::grid::karras{.bounds = {.sigma_min = 0.05, .sigma_max = 80}}};
        s.add_noise(diffgen::exec::cpp, goes_on, batch, o);
        const auto done = s.generate_from(diffgen::exec::cpp, goes_on, batch, o);
        // [known]
        if (i == 0) evaluations = done.evaluations;
        f.candidates.middleCols(i * count, count) = x.bottomRows(future * pixels);
    });
    return {std::move(f), evaluations};
}

}  // namespace moving_digits
