// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A classifier that was trained on noisy samples comes near to the exact one of its data, and leads
// samples to its class.

#include <diffgen/core/time_input.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/guidance/guided_by.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/nn/class_gradient.hpp>
#include <diffgen/nn/noisy_classifier.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/train/classification.hpp>

#include "check_refused.hpp"
#include "two_classes.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;
using namespace two_classes;

TEST_CASE("a classifier that was trained on noisy samples is near to the exact one") {
    constexpr Index n = 2000;
    matrix data(2, n);
    std::vector<int> labels;
    const noise::philox random{8};
    for (Index i = 0; i < n; ++i) {
        const auto flat = static_cast<std::uint64_t>(i);
        const int c = random.uniform<double>(noise::stream::data, 0, flat) < 2. / 3;
        labels.push_back(c);
        for (Index e = 0; e < 2; ++e)
            data(e, i) =
                means(e, c) + std::sqrt(variances[c]) *
                                  random.normal<double>(noise::stream::data, 1,
                                                        2 * flat + static_cast<std::uint64_t>(e));
    }
    // [training]
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    nn::noisy_classifier<double> net({.features = 2,
                                      .hidden = 24,
                                      .blocks = 1,
                                      .context = 16,
                                      .time_features = 16,
                                      .classes = 2,
                                      .seed = 3});
    nn::fit_options o;
    o.steps = 800;
    o.batch = 128;
    o.threads = 1;
    o.learning_rate = nn::cosine_rate{.rate = 1e-2, .steps = o.steps};
    train::train_classifier(net, train::classification{p, time_input::log_snr{}},
                            train::dataset<double>{data.data(), n, 2, labels.data()}, o);
    // [training]

    // The gradient of one that learned nothing is 0.
    const exact_classifier<kernel::variance_preserving> exact{1};
    for (const double t : {0.15, 0.35, 0.6}) {
        CAPTURE(t);
        noise_level l = p.level(t);
        l.network_time = l.log_snr;
        matrix x = l.alpha * data.leftCols(500), found(2, 500), wanted(2, 500);
        for (Index i = 0; i < x.size(); ++i)
            x.data()[i] += l.sigma * random.normal<double>(noise::stream::data, 2,
                                                           static_cast<std::uint64_t>(i));
        const batch_view<const double> in(x.data(), 500, 2);
        nn::class_gradient(net, 1)(in, batch_view<double>(found.data(), 500, 2), l);
        nn::class_gradient(exact, 1)(in, batch_view<double>(wanted.data(), 500, 2), l);
        CHECK((found - wanted).norm() < 0.45 * wanted.norm());
    }
    // [guided]
    const auto guide = predicts(score{}, nn::class_gradient(net, 0), time_input::log_snr{});
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              guided_by{predicts(denoised{}, both), guide, 1}, solver::ddim{}};
    matrix x(2, 600);
    s.generate(exec::cpp, batch(x.data(), 1200, 600), {.steps = 12, .seed = 4});
    // [guided]
    // The mean of 600 of the class has the deviation 0.022 in each element.
    CHECK((x.rowwise().mean() - means.col(0)).norm() < 0.2);
    CHECK((both.mean() - means.col(0)).norm() > 1.4);
}

TEST_CASE("what makes no sense is refused") {
    nn::noisy_classifier<double> net({.features = 2, .hidden = 4, .classes = 3});
    const std::vector<double> x(6);
    const process p{schedule::linear_beta{}, kernel::variance_preserving{}};
    const train::classification objective{p, time_input::log_snr{}};
    const int wrong[] = {0, 1, 3};
    check_refused<bad_argument>(
        [&] {
            (void)objective.loss(net, train::dataset<double>{x.data(), 3, 2});
        },
        {"without classes"});
    check_refused<bad_argument>(
        [&] {
            (void)objective.loss(net, train::dataset<double>{x.data(), 3, 2, wrong});
        },
        {"sample 2 has class 3 of 3"});
}
