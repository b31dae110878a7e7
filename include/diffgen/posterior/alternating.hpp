// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Methods that ask prior and measurement in turn, with any sampler for the prior's part:
//
//   daps         decoupled annealing (Zhang et al. 2024)
//   split_gibbs  the split Gibbs sampler (Vono, Dobigeon and Chainais 2019) with a diffusion for
//   the
//                prior (Coeurdoux et al. 2023; Wu et al. 2024)

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/options.hpp>
#include <diffgen/posterior/proximal_draw.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

struct alternating_options {
    /// The levels through which the run goes down, noisiest first: alternations of the two parts.
    int steps = 50;
    any_grid grid = grid::uniform{};
    /// Of the sampler between a level and the clean end.
    int inner_steps = 5;
    any_grid inner_grid = grid::uniform{};
    /// split_gibbs ends at this sigma / alpha; the run stays there for `stay` alternations.
    double last_noise = 0.05;
    int stay = 0;
    std::uint64_t seed = 0;
    std::uint64_t first_sample = 0;

    void check() const {
        require(steps >= 1 && inner_steps >= 1 && stay >= 0 && detail::is_positive(last_noise),
                "an alternating run of ", steps, " steps of ", inner_steps, " each, ", stay,
                " more at noise ", last_noise,
                "; steps must be 1 or more, the stay not negative, the noise above 0");
    }
};

namespace detail {

/// Runs the sampler from x at a level to the clean end.
template <class Exec, class Sampler>
void run_from(const Exec& e, Sampler& s, const noise_level& l, matrix& x,
              const alternating_options& o, std::uint64_t part) {
    s.generate_from(
        e, l.t,
        batch(x.data(), static_cast<std::size_t>(x.size()), static_cast<std::size_t>(x.cols())),
        {.steps = o.inner_steps,
         .seed = seed_of_part(o.seed, part),
         .first_sample = o.first_sample,
         .grid = o.inner_grid});
}

}  // namespace detail

/// DAPS: from the state at each level the sampler runs to the clean end (in the paper an ODE in few
/// steps), which makes the centre of a Gaussian of deviation sigma / alpha; an exact draw from it
/// given the measurement is noised to the next level. The paper draws by Langevin steps, which
/// linear operators do not need. Evaluations: steps times those of the sampler. Samples: `count`
/// columns.
template <class Exec, class Sampler, class Operator>
[[nodiscard]] matrix daps(const Exec& e, Sampler& s, const measured<Operator>& m, Index count,
                          const alternating_options& o = {}) {
    o.check();
    const auto levels = s.levels({.steps = o.steps, .grid = o.grid});
    const Index d = m.op().cols();
    matrix x = levels[0].sigma *
               detail::normals(o.seed, noise::stream::prior, 0, d, count, o.first_sample);
    for (std::size_t t = 0; t + 1 < levels.size(); ++t) {
        const auto part = static_cast<std::uint32_t>(t);
        detail::run_from(e, s, levels[t], x, o, part);
        // Of pure noise the state says nothing, and the spread of the data is what there is.
        const double r = levels[t].alpha > 0 ? levels[t].sigma_over_alpha() : 1e3;
        x = proximal_draw(x, r, m, o.seed, part, o.first_sample);
        const noise_level& to = levels[t + 1];
        x = to.alpha * x + to.sigma * detail::normals(o.seed, noise::stream::forward, part, d,
                                                      count, o.first_sample);
    }
    return x;
}

/// Alternates between x ~ N(x; z, r^2 I) p(y | x), exactly, and z ~ p(z) N(x; z, r^2 I) by the
/// sampler, which should have noise: from x at noise r to the clean end. r falls down the grid to
/// last_noise and stays there for o.stay alternations; returns the last z. With samplers that are
/// exact its law at a fixed r is p(z) times the convolution of p(y | .) with N(0, r^2 I), and tends
/// to the posterior with r. Evaluations: (steps + stay) times those of the sampler.
template <class Exec, class Sampler, class Operator>
[[nodiscard]] matrix split_gibbs(const Exec& e, Sampler& s, const measured<Operator>& m,
                                 Index count, const alternating_options& o = {}) {
    o.check();
    std::vector<noise_level> levels;
    for (const noise_level& l : s.levels({.steps = o.steps, .grid = o.grid}))
        if (l.alpha > 0 && l.sigma_over_alpha() > o.last_noise) levels.push_back(l);
    const noise_level last = s.process.level_of_log_snr(-2 * std::log(o.last_noise));
    for (int i = 0; i <= o.stay; ++i)
        levels.push_back(last);
    const Index d = m.op().cols();
    matrix z = matrix::Zero(d, count);
    for (std::size_t t = 0; t < levels.size(); ++t) {
        const auto part = static_cast<std::uint32_t>(t);
        z = proximal_draw(z, levels[t].sigma_over_alpha(), m, o.seed, part, o.first_sample);
        z *= levels[t].alpha;
        detail::run_from(e, s, levels[t], z, o, part);
    }
    return z;
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
