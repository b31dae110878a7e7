// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Where the guiders of diffusers differ from the rules of the papers, and what they refuse. Their
// values are those of tests/golden_posterior.

#include <diffgen/compat/diffusers/guider.hpp>
#include <diffgen/compat/diffusers/guider_options.hpp>
#include <diffgen/compat/diffusers/image_to_image.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

using namespace diffgen;
using namespace diffgen::compat::diffusers;

namespace {

const std::vector<double> c{0.3, -1.2, 2.0, 0.7}, u{1.1, 0.2, 1.5, -0.9};

std::vector<double> guide(guider_options o, int step = 0, std::vector<std::size_t> shape = {1, 4}) {
    return guider(std::move(o), std::move(shape), 10)(step, c, u);
}
/// The paper's rule, by the library.
std::vector<double> adaptive(double w, double eta, double bound) {
    std::vector<double> outputs(c), result(4);
    outputs.insert(outputs.end(), u.begin(), u.end());
    const noise_level l;
    adaptive_projection{w, eta, bound, merged_in::prediction}.merge(
        guidance_row<double>{outputs.data(), outputs.data(), 4, result.data(), 4, 0, &l, {}});
    return result;
}
double apart(const std::vector<double>& a, const std::vector<double>& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::fmax(most, std::fabs(a[i] - b[i]));
    return most;
}

}  // namespace

TEST_CASE("adaptive projection is the paper's in the original formulation, at a weight one less") {
    guider_options o{.guidance = guidance::adaptive_projected,
                     .guidance_scale = 3,
                     .use_original_formulation = true,
                     .eta = 0.2,
                     .adaptive_projected_guidance_rescale = 1.1};
    CHECK(apart(guide(o), adaptive(4, 0.2, 1.1)) < 1e-15);
    // otherwise it starts from the unconditional output, and does not end at the conditional one
    o.use_original_formulation = false;
    o.guidance_scale = 4;
    CHECK(apart(guide(o), adaptive(4, 0.2, 1.1)) > 0.1);
    o.eta = 1;
    o.adaptive_projected_guidance_rescale = 0;
    CHECK(apart(guide(o), adaptive(4, 1, INFINITY)) < 1e-14);
}

TEST_CASE("the momentum moves only in steps that are on") {
    guider_options o{.guidance = guidance::adaptive_projected,
                     .guidance_scale = 2,
                     .start = 0.3,
                     .adaptive_projected_guidance_rescale = 0,
                     .adaptive_projected_guidance_momentum = -0.5};
    guider g(o, {1, 4}, 10);
    for (int step = 0; step < 3; ++step) {
        CHECK(g.conditions(step) == 1);
        CHECK(g(step, c, {}) == c);
    }
    const auto first = g(3, c, u), second = g(4, c, u);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(first[i] == doctest::Approx(u[i] + 2 * (c[i] - u[i])).epsilon(1e-14));
        CHECK(second[i] == doctest::Approx(u[i] + (c[i] - u[i])).epsilon(1e-14));
    }
}

TEST_CASE("a sample is guided as if it were alone, but for norms over the axis of the batch") {
    std::vector<double> both_c(c), both_u(u);
    both_c.insert(both_c.end(), {5, -3, 2, 1});
    both_u.insert(both_u.end(), {-1, 4, 0, 2});
    for (const guidance rule :
         {guidance::classifier_free, guidance::zero_star, guidance::tangential,
          guidance::magnitude_aware, guidance::adaptive_projected}) {
        const guider_options o{.guidance = rule, .guidance_rescale = 0.4, .zero_init_steps = 0};
        const auto both = guider(o, {2, 2, 2}, 10)(0, both_c, both_u);
        CHECK(apart(guide(o), {both.begin(), both.begin() + 4}) == 0);
    }
    guider_options o{.guidance = guidance::adaptive_projected, .eta = 0};
    o.adaptive_projected_guidance_norm_dim = std::vector{0, 1};
    const auto together = guider(o, {2, 4}, 10)(0, both_c, both_u);
    CHECK(apart(guide(o), {together.begin(), together.begin() + 4}) > 0.01);
}

TEST_CASE("guiders refuse what they do not know") {
    const auto read = [](const char* name, const char* key, io::json value) {
        return read_guider(name, io::json(io::json::object{{key, std::move(value)}}));
    };
    CHECK(read("MagnitudeAwareGuidance", "alpha", 2).guidance_scale == 10);
    check_refused<compat::unsupported>([&] { read("SkipLayerGuidance", "start", 0.); },
                                       {"SkipLayerGuidance"});
    check_refused<compat::unsupported>([&] { read("ClassifierFreeGuidance", "eta", 1.); },
                                       {"'eta'", "ClassifierFreeGuidance"});
    check_refused<bad_argument>([&] { read("ClassifierFreeGuidance", "stop", 1.5); },
                                {"diffgen: 'stop' = 1.5"});
    check_refused<bad_shape>([] { guide({}, 0, {2, 4}); }, {"diffgen: a guider for 8 numbers"});
    guider_options o{.guidance = guidance::adaptive_projected};
    o.adaptive_projected_guidance_norm_dim = std::vector{-3};
    check_refused<bad_shape>([&] { guide(o); }, {"diffgen: axis -3 of 2"});
}

TEST_CASE("partial runs are refused where nothing says what they are") {
    const std::vector<double> all{900, 800, 700};
    const auto part = [&](double strength, image_pipeline p, std::optional<double> start) {
        return image_to_image_timesteps(p, scheduler::euler_discrete, all, 3, strength, start);
    };
    CHECK(part(0.5, image_pipeline::sd, {}).timesteps == std::vector<double>{700});
    CHECK(part(0.5, image_pipeline::flux, {}).timesteps == std::vector<double>{800, 700});
    check_refused<bad_argument>([&] { part(1.5, image_pipeline::sd, {}); }, {"'strength' = 1.5"});
    check_refused<bad_argument>([&] { part(1, image_pipeline::sdxl, 1.); },
                                {"'denoising_start' = 1"});
    check_refused<compat::unsupported>([&] { part(1, image_pipeline::sd, 0.5); },
                                       {"denoising_start"});
    check_refused<compat::unsupported>([] { static_cast<void>(image_pipeline_of("sd9")); },
                                       {"sd9"});
}
