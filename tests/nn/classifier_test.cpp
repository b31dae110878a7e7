// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/classifier.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace nn = diffgen::nn;
namespace noise = diffgen::noise;

namespace {

/// Two interleaved rings of radius 1 and 2, which no linear rule separates; the label is the ring.
struct rings {
    nn::matrix<float> x;
    std::vector<int> labels;

    rings(int samples, std::uint32_t draw) : x(2, samples) {
        const noise::philox random{6};
        for (int j = 0; j < samples; ++j) {
            const auto at = static_cast<std::uint64_t>(j);
            const float angle = 6.2831853f * random.uniform<float>(noise::stream::times, draw, at);
            const float radius = static_cast<float>(1 + j % 2) +
                                 0.1f * random.normal<float>(noise::stream::training, draw, at);
            x.col(j) << radius * std::cos(angle), radius * std::sin(angle);
            labels.push_back(j % 2);
        }
    }
};

const nn::classifier_options small{.features = 2, .hidden = 32, .classes = 2, .epochs = 30};

}  // namespace

TEST_CASE(
    "the classifier learns a rule that is not linear, and on any number of threads the same") {
    const rings train(500, 0), test(500, 1);
    nn::classifier<float> model(small);
    model.fit(train.x.data(), train.labels.data(), 500);
    const auto found = model.predict(test.x.data(), 500);
    // The circle midway is five standard deviations from each ring: 3e-7 of the samples cross it.
    const auto right = std::ranges::mismatch(found, test.labels).in1 == found.end();
    CHECK(right);

    auto options = small;
    options.threads = 3;
    nn::classifier<float> other(options);
    other.fit(train.x.data(), train.labels.data(), 500);
    CHECK(std::ranges::equal(model.weights().values(), other.weights().values()));

    nn::matrix<float> p(2, 500);
    model.probabilities(test.x.data(), p.data(), 500);
    CHECK((p.colwise().sum().array() - 1.0f).abs().maxCoeff() < 1e-6f);
    CHECK(p.minCoeff() >= 0.0f);
}

TEST_CASE("labels outside the classes and options without sense are errors") {
    const rings train(10, 0);
    nn::classifier<float> model(small);
    const std::vector<int> wrong(10, 2);
    CHECK_THROWS_WITH_AS(model.fit(train.x.data(), wrong.data(), 10), "label 2 of 2 classes",
                         diffgen::bad_argument);
    CHECK_THROWS_AS(model.fit(train.x.data(), wrong.data(), 0), diffgen::bad_argument);
    CHECK_THROWS_AS(nn::classifier<float>({.classes = 1}), diffgen::bad_argument);
}
