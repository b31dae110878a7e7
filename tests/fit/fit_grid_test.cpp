// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/fit/fit_grid.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/names.hpp>

#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;

namespace {

sampler preserving{schedule::linear_beta{}, kernel::variance_preserving{},
                   exact(testing::three_in_2d), solver::ddim{}};
sampler exploding{schedule::edm{}, kernel::variance_exploding{}, exact(testing::three_in_2d),
                  solver::exponential_multistep<2>{}};
sampler rectified{schedule::rectified{}, kernel::linear_interpolant{}, exact(testing::three_in_2d),
                  solver::ddim{}};

/// The errors at the end of n steps of samples that no fit has seen.
template <class Sampler>
std::vector<double> fresh_errors(Sampler& s, int n, const std::vector<any_grid>& grids) {
    std::vector<double> x(2 * 1000), reference(x.size()), errors;
    s.generate(exec::cpp, batch(reference, 1000),
               {.steps = 300, .seed = 9, .grid = grid::log_snr{}});
    for (const any_grid& g : grids) {
        s.generate(exec::cpp, batch(x, 1000), {.steps = n, .seed = 9, .grid = g});
        errors.push_back(fit::paired{}({x, 2}, {reference, 2}));
    }
    return errors;
}

template <class Sampler, class Method>
fit::fitted fit_with(Sampler& s, int n, const Method& m, const fit::options& o = {}) {
    std::vector<double> x(2 * 64);
    return fit_grid(exec::cpp, s, batch(x, 64), n, m, o);
}

/// The fit beats the best of the usual grids by `factor`, on its own samples and on others.
template <class Sampler, class Method>
void check_better(Sampler& s, int n, const Method& m, double factor) {
    CAPTURE(n);
    const auto found = fit_with(s, n, m);
    REQUIRE(found.grid.values.size() == static_cast<std::size_t>(n) + 1);
    CHECK(found.finished);
    CHECK(factor * found.error_after < found.error_before);
    const auto fresh =
        fresh_errors(s, n, {grid::karras{}, grid::log_snr{}, grid::uniform{}, found.grid});
    CHECK(factor * fresh[3] < std::min({fresh[0], fresh[1], fresh[2]}));
}

}  // namespace

TEST_CASE("fit_grid: closer to the reference than karras, log_snr and uniform") {
    check_better(preserving, 2, fit::combined{}, 1.3);
    check_better(preserving, 5, fit::combined{}, 1.4);
    check_better(preserving, 10, fit::combined{}, 1.4);
    check_better(exploding, 2, fit::combined{}, 1.3);
    check_better(exploding, 5, fit::combined{}, 3);
    check_better(exploding, 10, fit::combined{}, 8);
    check_better(rectified, 5, fit::combined{}, 1.02);  // uniform is made for it
}

TEST_CASE("fit_grid: each method alone") {
    for (const int n : {5, 10}) {
        check_better(preserving, n, fit::trajectory{}, 1.2);
        check_better(exploding, n, fit::trajectory{}, 1.2);
    }
    check_better(preserving, 5, fit::descent<>{}, 1.4);
    check_better(exploding, 5, fit::descent<>{}, 3);
}

TEST_CASE("fit_grid: one step has nothing to choose") {
    for (const auto& found :
         {fit_with(preserving, 1, fit::combined{}), fit_with(exploding, 1, fit::combined{}),
          fit_with(rectified, 1, fit::combined{})}) {
        CHECK(found.grid.values.size() == 2);
        CHECK(found.grid.values.back() == 0);
        CHECK(found.error_after == found.error_before);
    }
}

TEST_CASE("fit_grid: the errors of the report are those of runs with the batch and its seed") {
    std::vector<double> x(2 * 64), reference(x.size());
    const fit::options o{.candidates = 20, .seed = 3, .first_sample = 64};
    const auto found = fit_with(exploding, 4, fit::combined{}, o);
    const auto run = [&](std::vector<double>& to, int steps, const any_grid& g) {
        exploding.generate(exec::cpp, batch(to, 64),
                           {.steps = steps, .seed = 3, .first_sample = 64, .grid = g});
    };
    run(reference, 80, grid::log_snr{});
    const auto error = [&](const any_grid& g) {
        run(x, 4, g);
        return fit::paired{}({x, 2}, {reference, 2});
    };
    CHECK(error(found.grid) == found.error_after);
    // the starts are rounded to sigma / alpha and back
    CHECK(found.error_before ==
          doctest::Approx(
              std::min({error(grid::karras{}), error(grid::log_snr{}), error(grid::uniform{})}))
              .epsilon(1e-9));
}

TEST_CASE("fit::trajectory: no other choice of candidates strays less, tried one by one") {
    const fit::options o{.candidates = 7, .refine = 5};
    const std::size_t samples = 32;
    std::vector<double> x(2 * samples);
    auto& s = preserving;
    const auto found =
        fit_grid(exec::cpp, s, batch(x, samples), 3, fit::trajectory{.coefficient = 1.3}, o);

    std::vector<noise_level> levels;
    std::vector<std::vector<double>> states;
    const auto fine = s.levels({.steps = 35, .grid = grid::log_snr{}});
    for (std::size_t k = 0; k <= 7; ++k) {
        levels.push_back(fine[5 * k]);
        std::vector<double> ratios;
        for (std::size_t i = 0; i <= 5 * k; ++i)
            ratios.push_back(fine[i].sigma_over_alpha());
        if (k > 0)
            s.generate(exec::cpp, batch(x, samples), {.grid = grid::sigmas(ratios)});
        else
            static_cast<void>(s.start(exec::cpp, batch(x, samples)));  // the prior
        states.push_back(x);
    }
    const auto strays = [&](std::size_t i, std::size_t j) {
        std::vector<double> y = states[i];
        s.generate_from(
            exec::cpp, levels[i].t, batch(y, samples),
            {.grid = grid::sigmas({levels[i].sigma_over_alpha(), levels[j].sigma_over_alpha()})});
        double sum = 0;
        for (std::size_t k = 0; k < samples; ++k)
            sum += std::hypot(y[2 * k] - states[j][2 * k], y[2 * k + 1] - states[j][2 * k + 1]);
        return sum / (levels[j].alpha * static_cast<double>(samples));
    };
    double least = detail::infinity;
    std::vector<double> best;
    for (std::size_t i = 1; i < 7; ++i)
        for (std::size_t j = i + 1; j < 7; ++j) {
            const double cost = strays(0, i) + 1.3 * (strays(i, j) + 1.3 * strays(j, 7));
            if (!(cost < least)) continue;
            least = cost;
            best = {levels[0].sigma_over_alpha(), levels[i].sigma_over_alpha(),
                    levels[j].sigma_over_alpha(), levels[7].sigma_over_alpha()};
        }
    CHECK(found.grid.values == best);
}
