// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/compat/k_diffusion.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/noise/recorded.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
namespace kd = compat::k_diffusion;

namespace {

/// The grid 8, 4, 2, 1, 0: -log sigma in equal steps but for the last.
struct halving {
    process<schedule::edm, kernel::variance_exploding> p{schedule::edm{0.5, 8},
                                                         kernel::variance_exploding{}};
    std::vector<noise_level> levels{p.level(8), p.level(4), p.level(2), p.level(1), p.clean()};

    [[nodiscard]] diffgen::step step(int i) const { return {process_view(p), levels, i}; }
};

/// Coefficients agree to a few roundings.
void check_equal(const linear_form& a, const linear_form& b) {
    const auto near = [](double v) { return doctest::Approx(v).epsilon(1e-12); };
    for (unsigned i = 0; i < max_registers; ++i)
        CHECK(a.registers[i] == near(b.registers[i]));
    CHECK(a.denoised == near(b.denoised));
    CHECK(a.noise[0] == near(b.noise[0]));
}

}  // namespace

// Expected: both are one formula in the peer where eta = 0.
TEST_CASE("k-diffusion's 2M with noise is its 2M where eta = 0, and draws nothing") {
    const halving grid;
    for (int i = 0; i < 4; ++i) {
        const stage without = kd::dpmpp_2m{}.plan(grid.step(i), 0);
        const stage with = kd::dpmpp_2m_sde{.eta = 0}.plan(grid.step(i), 0);
        CHECK(with.draws == 0);
        check_equal(with.updates[0].form, without.updates[0].form);
    }
}

// Expected: by hand, Adams-Bashforth of constant steps is (3 d - d') / 2 of order 2. Here steps
// halve: the line through the slopes at sigma = 4 and 8, integrated over [4, 2], weighs them 5/4
// and -1/4.
TEST_CASE("k-diffusion's LMS weighs slopes as the grid demands, also on the step to 0") {
    const halving grid;
    using namespace symbol;
    const kd::lms second{2};
    const linear_form slope = (x - D) / 4;
    check_equal(second.plan(grid.step(1), 0).updates[0].form,
                x - 2 * (1.25 * slope - 0.25 * reg(1)));
    // over [1, 0] with slopes at 1 and 2: the line's mean lies at 1/2
    check_equal(second.plan(grid.step(3), 0).updates[0].form, x - (1.5 * (x - D) - 0.5 * reg(3)));
    check_refused<bad_argument>([] { kd::lms{5}.check(); }, {"order", "5", "4"});
}

// Expected: the peer's rule. All of the next level is noise once eta times the posterior's
// deviation exceeds it: then sigma_down = 0, sample_dpm_2_ancestral ends in the estimate and adds
// none of it, sample_dpmpp_2s_ancestral does.
TEST_CASE("k-diffusion's ancestral samplers with a large eta go down to the data") {
    const halving grid;
    using namespace symbol;
    const auto first = kd::ancestral_step(8, 4, 10);
    CHECK(first.down == 0);
    CHECK(first.up == 4);
    const kd::dpm_2_ancestral two{{10, 1}};
    CHECK(two.stages(grid.step(0)) == 1);
    CHECK(two.plan(grid.step(0), 0).draws == 0);
    check_equal(two.plan(grid.step(0), 0).updates[0].form, D);
    const kd::dpmpp_2s_ancestral single{{10, 0.5}};
    CHECK(single.stages(grid.step(0)) == 1);
    CHECK(single.plan(grid.step(0), 0).draws == 1);
    check_equal(single.plan(grid.step(0), 0).updates[0].form, D + 2 * z);
    check_refused<bad_argument>([] { kd::dpmpp_sde{{-1, 1}}.check(); }, {"eta", "-1"});
}

// Expected: computed apart, in Python's doubles, by the peer's formulas; 6, 7 and 8 evaluations end
// in steps of order (2, 1), 1 and 2.
TEST_CASE("k-diffusion's DPM-Solver-fast") {
    const std::vector<double> normals{0.3, -1.2, 0.7};
    const auto check = [&](int evaluations, double eta, double expected) {
        int calls = 0;
        const auto net = [&](batch_view<const double> in, batch_view<double> out,
                             const noise_level& l) {
            const double x = in.data[0], s = l.sigma_over_alpha();
            out.data[0] = 0.25 / (0.25 + s * s) * x + 0.1 * std::sin(x / (1 + s));
            ++calls;
        };
        sampler s{schedule::edm{0.05, 10}, kernel::variance_exploding{}, predicts(denoised{}, net),
                  kd::dpm_fast{evaluations, eta}, noise::recorded<double>{normals.data(), 1, 3}};
        std::vector<double> x{5};
        s.generate_from(exec::cpp, 10, batch(x, 1),
                        {.steps = 1, .grid = kd::dpm_fast::grid{evaluations, 10, 0.05}});
        CHECK(x[0] == doctest::Approx(expected).epsilon(1e-12));
        CHECK(calls == evaluations);
    };
    check(6, 0, 0.3247923506970246);
    check(7, 0.5, 0.18731813405796638);
    check(8, 1, 0.07247113603134167);
    check_refused<bad_argument>([] { kd::dpm_fast{0}.check(); }, {"0 evaluations"});
}
