// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Guidance by a classifier on the tape: with the exact classifier of a mixture of two classes the
// samples are those of the class, to rounding.

#include <diffgen/core/time_input.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/guidance/guided_by.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/nn/class_gradient.hpp>
#include <diffgen/nn/noisy_classifier.hpp>
#include <diffgen/posterior/mixture.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>

#include "check_refused.hpp"
#include "two_classes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;
using namespace two_classes;

namespace {

template <class Schedule, class Kernel, class Predictor>
matrix run(Predictor p, Index samples = 24) {
    sampler s{Schedule{}, Kernel{}, std::move(p), solver::ddim{}};
    matrix x(2, samples);
    s.generate(
        exec::cpp,
        batch(x.data(), static_cast<std::size_t>(2 * samples), static_cast<std::size_t>(samples)),
        {.steps = 12, .seed = 4});
    return x;
}

}  // namespace

TEST_CASE_TEMPLATE("the exact classifier leads the mixture to its classes, row by row", Kernel,
                   kernel::variance_preserving, kernel::variance_exploding) {
    constexpr bool exploding = std::is_same_v<Kernel, kernel::variance_exploding>;
    using Schedule = std::conditional_t<exploding, schedule::edm, schedule::linear_beta>;
    const double deviation = exploding ? 1.7 : 1;
    const exact_classifier<Kernel> net{deviation};
    const auto guided = [&](auto labels, const of_rows& w) {
        return run<Schedule, Kernel>(guided_by{
            predicts(denoised{}, both),
            predicts(score{}, nn::class_gradient(net, labels, deviation), time_input::log_snr{}),
            w});
    };
    const matrix alone = run<Schedule, Kernel>(predicts(denoised{}, both));
    const matrix classes[] = {run<Schedule, Kernel>(predicts(denoised{}, of_class(0))),
                              run<Schedule, Kernel>(predicts(denoised{}, of_class(1)))};
    for (const int c : {0, 1}) {
        CHECK((guided(c, 1.) - classes[c]).norm() < 1e-9);
        CHECK((alone - classes[c]).norm() > 1);
    }
    // Labels and weights of each row; label 2 is none.
    std::vector<int> labels;
    std::vector<double> w;
    for (int i = 0; i < 24; ++i) {
        labels.push_back(i % 3);
        w.push_back(i % 2);
    }
    const matrix mixed = guided(labels, w);
    for (Index i = 0; i < 24; ++i) {
        const bool led = i % 3 < 2 && i % 2 == 1;
        CHECK((mixed.col(i) - (led ? classes[i % 3] : alone).col(i)).norm() < 1e-9);
    }
}

TEST_CASE("a gradient is its difference quotient, of rows at levels of their own") {
    const exact_classifier<kernel::variance_preserving> net{1.5};
    const nn::class_gradient gradient(net, std::vector<int>{0, 1, 1}, 1.5);
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    std::vector<noise_level> levels{p.level(0.1), p.level(0.5), p.level(0.9)};
    for (auto& l : levels)
        l.network_time = l.log_snr;
    const matrix x{{-0.2, 0.7, 1}, {0.3, -0.4, 2}};
    matrix found(2, 3);
    gradient(batch_view<const double>(x.data(), 3, 2), batch_view<double>(found.data(), 3, 2),
             std::span<const noise_level>(levels));
    for (Index i = 0; i < 3; ++i) {
        const auto& l = levels[static_cast<std::size_t>(i)];
        const Index c = i == 0 ? 0 : 1;
        const auto log_share = [&](const vector& at) {
            return of_class(c).at(l).log_density(at) - both.at(l).log_density(at);
        };
        for (Index e = 0; e < 2; ++e) {
            const vector h = 1e-5 * vector::Unit(2, e);
            CHECK(found(e, i) ==
                  doctest::Approx((log_share(x.col(i) + h) - log_share(x.col(i) - h)) / 2e-5)
                      .epsilon(1e-7));
        }
    }
}

TEST_CASE("samples beside a sample change nothing of its gradient") {
    nn::noisy_classifier<float> net({.features = 2, .hidden = 8, .blocks = 1, .classes = 3});
    for (std::size_t i = 0; i < net.weights().entries().size(); ++i)
        for (float& v : net.weights()[i].reshaped())
            v += 0.1f;
    noise_level l = process{schedule::linear_beta{}, kernel::variance_preserving{}}.level(0.5);
    l.network_time = l.log_snr;
    std::vector<float> x(2 * 300), all(x.size()), one(2);
    noise::philox{2}.fill<float>(noise::stream::data, 0, 0, static_cast<int>(x.size()), x.data());
    const nn::class_gradient gradient(net, 2);
    gradient(batch_view<const float>(x.data(), 300, 2), batch_view<float>(all.data(), 300, 2), l);
    for (const std::size_t i : {0u, 7u, 255u, 256u, 299u}) {
        gradient(batch_view<const float>(x.data() + 2 * i, 1, 2),
                 batch_view<float>(one.data(), 1, 2), l);
        CHECK(one[0] == all[2 * i]);
        CHECK(one[1] == all[2 * i + 1]);
        CHECK(one[0] != 0);
    }
}

TEST_CASE("what makes no sense is refused") {
    nn::noisy_classifier<double> net({.features = 2, .hidden = 4, .classes = 3});
    check_refused<bad_argument>([&] { nn::class_gradient(net, 4); }, {"label 4", "3 classes"});
    check_refused<bad_argument>([&] { nn::class_gradient(net, std::vector{0, -1}); }, {"label -1"});
    check_refused<bad_argument>([&] { nn::class_gradient(net, 0, 0.); }, {"data_deviation = 0"});
    check_refused<bad_argument>([] { nn::noisy_classifier<double>({.features = 2, .classes = 1}); },
                                {"classes 1"});
    std::vector<double> x(6), out(6, 7.);
    const auto call = [&](const auto& gradient, std::size_t samples) {
        gradient(batch_view<const double>(x.data(), samples, 6 / samples),
                 batch_view<double>(out.data(), samples, 6 / samples),
                 noise_level{.t = 1, .log_snr = 0, .alpha = 0.6, .sigma = 0.8});
    };
    check_refused<bad_shape>(
        [&] {
            call(nn::class_gradient(net, std::vector{0, 1}), 3);
        },
        {"2 labels for 3 samples"});
    check_refused<bad_shape>([&] { call(nn::class_gradient(net, 0), 2); }, {"3 elements"});
    CHECK(out == std::vector<double>(6, 7.));
}
