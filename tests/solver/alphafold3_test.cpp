// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// AlphaFold 3's sampler. Gaussian data have an exact denoiser, and the state stays Gaussian.

#include <diffgen/diffgen.hpp>

#include "../docs/page_table.hpp"
#include "affine_moments.hpp"
#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

const process proteins{schedule::edm{.sigma_min = 4e-4, .sigma_max = 160},
                       kernel::variance_exploding{}};
constexpr testing::moments data{1.5, 0.49};

/// From N(0, 160^2) in units of alpha, under a kernel of any scale.
template <class Kernel>
testing::moments planned(const solver::alphafold3& s, Kernel k) {
    const process p{proteins.schedule, k};
    const process_view view(p);
    const auto levels = grid::karras{}.levels(view, 50);
    const double first = levels.front().alpha * 160;
    return testing::run_moments(view, s, levels, data, {0, first * first});
}

/// Algorithm 18 line by line, for one number of N(m, v): D = m + v / (v + t^2) (x - m).
testing::moments by_hand(const solver::alphafold3& s) {
    std::vector<double> c;
    for (int i = 0; i < 50; ++i)
        c.push_back(std::pow(
            std::pow(160, 1 / 7.) + i / 49. * (std::pow(4e-4, 1 / 7.) - std::pow(160, 1 / 7.)), 7));
    c.push_back(0);
    double mean = 0, variance = 160. * 160.;
    for (std::size_t k = 1; k < c.size(); ++k) {
        const double gamma = c[k] > s.gamma_min ? s.gamma : 0, t = c[k - 1] * (gamma + 1);
        variance += s.s_noise * s.s_noise * (t * t - c[k - 1] * c[k - 1]);
        const double slope = (1 - data.variance / (data.variance + t * t)) / t;
        const double factor = 1 + s.step_scale * (c[k] - t) * slope;
        mean = data.mean + factor * (mean - data.mean);
        variance *= factor * factor;
    }
    return {mean, variance};
}

std::string with_four_digits(double v) {
    std::ostringstream out;
    out.setf(std::ios::fixed);
    out.precision(4);
    out << v;
    return out.str();
}

/// D = x / (1 + sigma^2) of every element, for data N(0, I): it turns with what it is given.
struct turning {
    void operator()(batch_view<const double> in, batch_view<double> out,
                    const noise_level& l) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = in.data[i] / (1 + l.sigma * l.sigma);
    }
};

}  // namespace

TEST_CASE("moments of Gaussian data are those of the algorithm by hand") {
    for (const solver::alphafold3& s :
         {solver::alphafold3{}, solver::alphafold3{.gamma = 0}, solver::alphafold3{.step_scale = 1},
          solver::alphafold3{.gamma = 0.6, .gamma_min = 0.1, .s_noise = 1, .step_scale = 1.7}}) {
        const auto check = [&](const testing::moments& found) {
            CHECK(found.mean == doctest::Approx(by_hand(s).mean).epsilon(1e-9));
            CHECK(found.variance == doctest::Approx(by_hand(s).variance).epsilon(1e-9));
        };
        check(planned(s, kernel::variance_exploding{}));
        check(planned(s, kernel::variance_preserving{}));
    }
}

TEST_CASE("the table of what is left of the variance") {
    for (const auto& row : testing::page_table("concepts/solver.md", "alphafold3")) {
        const double scale = std::stod(row.at(0));
        CHECK(row.at(1) == with_four_digits(by_hand({.step_scale = scale}).variance));
        CHECK(row.at(2) == with_four_digits(by_hand({.gamma = 0, .step_scale = scale}).variance));
    }
}

TEST_CASE("without noise and with a step_scale of 1 it is Euler's method") {
    const auto samples = [](const auto& method) {
        const sampler s{proteins.schedule, proteins.kernel, predicts(denoised{}, turning{}),
                        method};
        std::vector<double> x(8);
        s.generate(exec::cpp, batch(x, 4), {.steps = 12, .seed = 3, .grid = grid::karras{}});
        return x;
    };
    const auto one = samples(solver::alphafold3{.gamma = 0, .step_scale = 1}),
               other = samples(solver::euler{});
    for (std::size_t i = 0; i < one.size(); ++i)
        CHECK(one[i] == doctest::Approx(other[i]).epsilon(1e-12));
}

TEST_CASE("a sample that its owner turns between the steps is the sample, turned") {
    const sampler s{proteins.schedule, proteins.kernel, predicts(denoised{}, turning{}),
                    solver::alphafold3{.gamma = 0}};
    const options o{.steps = 8, .seed = 3, .grid = grid::karras{}};
    std::vector<double> plain(2), turned(2);
    s.generate(exec::cpp, batch(plain, 1), o);
    auto run = s.start(exec::cpp, batch(turned, 1), o);
    for (; run; run.advance()) {  // eight quarters of a turn are two whole ones
        const auto state = run.state();
        const double first = state.data[0];
        state.data[0] = -state.data[1];
        state.data[1] = first;
        turning{}(run.input(), run.output(), run.level());
    }
    CHECK(turned == plain);
}

TEST_CASE("constants without meaning are refused") {
    const auto make = [](const solver::alphafold3& method) {
        static_cast<void>(
            sampler{proteins.schedule, proteins.kernel, predicts(denoised{}, turning{}), method});
    };
    check_refused<bad_argument>([&] { make({.gamma = -1}); }, {"gamma = -1"});
    check_refused<bad_argument>([&] { make({.s_noise = NAN}); }, {"s_noise"});
    check_refused<bad_argument>([&] { make({.step_scale = 0}); }, {"step_scale = 0"});
}
