// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What a fit can be asked for: other errors, networks, back ends and beginnings, an early end; and
// what it refuses.

#include <diffgen/fit/fit_grid.hpp>
#include <diffgen/grid/discrete.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ddim.hpp>

#include "check_refused.hpp"
#include "mixtures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

using namespace diffgen;

namespace {

sampler deterministic{schedule::linear_beta{}, kernel::variance_preserving{},
                      exact(testing::three_in_2d), solver::ddim{}};
sampler noisy{schedule::linear_beta{}, kernel::variance_preserving{}, exact(testing::three_in_2d),
              solver::ancestral{}};

/// A grid that may rise, and does in its second step.
struct to_and_fro {
    static constexpr bool may_rise = true;
    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int) const {
        return {p.level(1), p.level(0.25), p.level(0.5), p.level(0)};
    }
};

template <class Sampler, class Method = fit::combined>
fit::fitted fit_with(Sampler& s, int n, const fit::options& o = {}, const Method& m = {}) {
    std::vector<double> x(2 * 32);
    return fit_grid(exec::cpp, s, batch(x, 32), n, m, o);
}

template <class Sampler = decltype(deterministic), class Method = fit::combined>
void refused(int n, const fit::options& o, std::initializer_list<std::string_view> parts,
             const Method& m = {}, Sampler& s = deterministic) {
    check_refused<bad_argument>([&] { static_cast<void>(fit_with(s, n, o, m)); }, parts);
}

}  // namespace

TEST_CASE("energy_distance: by hand, and as the error of a solver that draws noise") {
    const fit::energy_distance distance;
    CHECK(distance({{0}, 1}, {{1}, 1}) == 2);                    // 2 * 1 - 0 - 0
    CHECK(distance({{0, 2}, 1}, {{1, 3}, 1}) == 1);              // 2 * 3 / 2 - 1 - 1
    CHECK(distance({{0, 0, 3, 4}, 2}, {{3, 4, 0, 0}, 2}) == 0);  // another order

    std::vector<double> x(2 * 256);
    const auto found = fit_grid(exec::cpp, noisy, batch(x, 256), 3,
                                fit::descent<fit::energy_distance>{.sweeps = 4});
    CHECK(1.2 * found.error_after < found.error_before);
    refused(3, {}, {"draws noise", "energy_distance"}, fit::combined{}, noisy);
    refused(3, {}, {"draws noise"}, fit::trajectory{}, noisy);
    refused(3, {}, {"draws noise"}, fit::descent<>{}, noisy);
}

TEST_CASE("fit_grid: of a solver that draws noise, where coarse and fine runs have the same path") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, exact(testing::three_in_2d),
              solver::ancestral{}, noise::brownian{}};
    const auto found = fit_with(s, 5, {.candidates = 12, .refine = 5});
    CHECK(1.1 * found.error_after < found.error_before);
}

TEST_CASE("fit_grid: the same grid from functors and networks, on all host back ends") {
    const auto found = fit_with(deterministic, 4, {.candidates = 16});
    const auto same = [&](const auto& e, auto& s) {
        std::vector<double> x(2 * 32);
        const auto other = fit_grid(e, s, batch(x, 32), 4, fit::combined{}, {.candidates = 16});
        CHECK(other.grid.values == found.grid.values);
        CHECK(other.error_after == found.error_after);
        CHECK(other.evaluations == found.evaluations);
    };
#if DIFFGEN_HAS_OMP
    same(exec::omp, deterministic);
#endif
#if DIFFGEN_HAS_TBB
    same(exec::tbb, deterministic);
#endif
    const auto net = [](auto in, auto out, const noise_level& at) {
        const auto f = testing::three_in_2d.bind(cast_level<double>(at));
        for (std::size_t i = 0; i < in.samples; ++i) {
            const auto d = f(std::array<double, 2>{in.sample(i)[0], in.sample(i)[1]});
            std::copy(d.begin(), d.end(), out.sample(i));
        }
    };
    sampler called{schedule::linear_beta{}, kernel::variance_preserving{},
                   predicts(denoised{}, net), solver::ddim{}};
    same(exec::cpp, called);
}

TEST_CASE("fit_grid: in float, over a discrete schedule, among its own entries") {
    sampler s{schedule::linear{}, kernel::variance_preserving{}, exact(testing::three_in_2d),
              solver::ddim{}};
    std::vector<float> x(2 * 64);
    const auto found = fit_grid(exec::cpp, s, batch(x, 64), 5, fit::trajectory{},
                                {.candidates = 50, .refine = 1, .reference = grid::trailing{}});
    CHECK(found.error_after < found.error_before);
    for (const noise_level& l : s.levels({.grid = found.grid}))
        if (!l.is_clean()) CHECK(l.t == doctest::Approx(std::round(l.t)).epsilon(1e-9));
}

TEST_CASE("fit_grid: a fit can begin with another's, and never loses by the descent") {
    const auto first = fit_with(deterministic, 6, {.candidates = 12}, fit::trajectory{});
    fit::options o{.candidates = 12};
    o.starts = {first.grid};
    const auto second = fit_with(deterministic, 6, o, fit::descent<>{.sweeps = 3});
    CHECK(second.error_before == first.error_after);
    CHECK(second.error_after < second.error_before);
    CHECK(fit_with(deterministic, 6, o, fit::descent<>{.sweeps = 0}).grid.values ==
          first.grid.values);
}

TEST_CASE("fit_grid: whoever watches sees the error fall, and ends the fit") {
    std::vector<fit::progress> seen;
    fit::options o{.candidates = 12};
    o.observe = [&](const fit::progress& p) {
        seen.push_back(p);
        return true;
    };
    const auto whole = fit_with(deterministic, 4, o);
    REQUIRE(seen.size() > 20);
    for (std::size_t i = 1; i < seen.size(); ++i) {
        CHECK(seen[i].evaluations > seen[i - 1].evaluations);
        CHECK(seen[i].error <= seen[i - 1].error);
    }
    CHECK(seen.back().error == whole.error_after);
    for (const std::size_t most : {std::size_t{1}, std::size_t{5}, seen.size() - 1}) {
        std::size_t calls = 0;
        o.observe = [&](const fit::progress&) { return ++calls < most; };
        const auto part = fit_with(deterministic, 4, o);
        CHECK(calls == most);
        CHECK(!part.finished);
        CHECK(part.grid.values.size() == 5);
        CHECK(part.error_after == seen[most - 1].error);
    }
}

TEST_CASE("fit_grid: what makes no sense is refused, with its values") {
    refused(0, {}, {"0 steps", "60 candidates"});
    refused(-1, {}, {"-1 steps"});
    refused(61, {}, {"61 steps", "60 candidates"});
    refused(1, {.candidates = 0}, {"0 candidates"});
    refused(2, {.refine = 0}, {"refined 0 times"});
    refused(2, {.candidates = 1 << 20, .refine = 2}, {"1048576 candidates"});
    refused(2, {.starts = {}}, {"starts is empty"});
    refused(2, {.starts = {grid::sigmas({10, 1, 0})}}, {"starts[0]", "from 10 to 0"});
    refused(2, {.starts = {grid::karras{}, grid::log_snr{.ends_at_sigma_min = true}}},
            {"starts[1]"});
    refused(3, {.starts = {grid::times({1, 0.5, 0})}}, {"starts[0]", "3 steps", "3 levels"});
    refused(3, {.starts = {grid::times({1, 0.5, 0.5, 0})}}, {"starts[0]", "step 1"});
    // sqrt(exp(0.1 t + 9.95 t^2) - 1) at the two times
    refused(3, {.starts = {to_and_fro{}}}, {"starts[0]", "from 0.9537", "to 3.4129", "step 1"});
    refused(2, {.reference = grid::times({1, 0.5, 0})}, {"240 steps", "3 levels"});
    refused(2, {}, {"coefficient = 0"}, fit::trajectory{.coefficient = 0});
    refused(2, {}, {"-1 sweeps"}, fit::descent<>{.sweeps = -1});
    refused(2, {}, {"tolerance = 0.5"}, fit::descent<>{.tolerance = 0.5});
    refused(2, {}, {"tolerance = 0"}, fit::combined{.second = {.tolerance = 0}});
}
