// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/nn/classifier.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
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

TEST_CASE_TEMPLATE("the probabilities of a sample do not depend on the samples beside it", T, float,
                   double) {
    // Sizes that packets divide, and sizes that they do not; more samples than a chunk of 256.
    for (const auto& [features, hidden, classes] : {std::array{64, 128, 10}, {7, 13, 3}}) {
        nn::classifier<T> model({.features = features, .hidden = hidden, .classes = classes});
        const int samples = 300;
        nn::matrix<T> x(features, samples), whole(classes, samples), parts(classes, samples);
        for (nn::extent i = 0; i < x.size(); ++i)
            x.data()[i] = noise::philox{7}.normal<T>(noise::stream::training, 0,
                                                     static_cast<std::uint64_t>(i));
        model.probabilities(x.data(), whole.data(), samples);
        CHECK((whole.colwise().sum().array() - T(1)).abs().maxCoeff() < T(1e-6));
        CHECK(whole.maxCoeff() > T(1.5) / static_cast<T>(classes));
        for (int j = 0; j < samples; ++j)
            model.probabilities(x.col(j).data(), parts.col(j).data(), 1);
        CHECK(whole == parts);
        for (int first = 0, n = 1; first < samples;
             first += n, n = std::min(n + 17, samples - first))
            model.probabilities(x.col(first).data(), parts.col(first).data(), n);
        CHECK(whole == parts);
    }
}

TEST_CASE("features are the hidden layer, whatever the samples beside them") {
    nn::classifier<double> model({.features = 3, .hidden = 5, .classes = 2, .seed = 4});
    for (double& w : model.weights().values())
        w += 0.1;  // so that the bias is not zero
    nn::matrix<double> x(3, 300), whole(5, 300), alone(5, 300);
    for (nn::extent i = 0; i < x.size(); ++i)
        x.data()[i] = noise::philox{8}.normal<double>(noise::stream::training, 1,
                                                      static_cast<std::uint64_t>(i));
    model.features(x.data(), whole.data(), 300);
    for (int j = 0; j < 300; ++j)
        model.features(x.col(j).data(), alone.col(j).data(), 1);
    CHECK(whole == alone);
    const auto& w = model.weights();
    const nn::matrix<double> z = (w[0] * x).colwise() + w[1].col(0);
    const nn::matrix<double> silu = z.array() / (1 + (-z.array()).exp());
    CHECK((whole - silu).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("probabilities are the softmax of the logits, however large") {
    nn::classifier<double> model({.features = 5, .hidden = 6, .classes = 4});
    for (double& w : model.weights().values())
        w *= 40;  // differences of logits in the hundreds: exp overflows without a shift
    nn::matrix<double> x(5, 8), p(4, 8);
    for (nn::extent i = 0; i < x.size(); ++i)
        x.data()[i] = noise::philox{8}.normal<double>(noise::stream::training, 0,
                                                      static_cast<std::uint64_t>(i));
    model.probabilities(x.data(), p.data(), 8);
    const auto& w = model.weights();
    for (nn::extent j = 0; j < 8; ++j) {
        double h[6], logits[4], top = -1e300, sum = 0;
        for (int k = 0; k < 6; ++k) {
            h[k] = w[1](k, 0);
            for (int i = 0; i < 5; ++i)
                h[k] += w[0](k, i) * x(i, j);
            h[k] /= 1 + std::exp(-h[k]);
        }
        for (int c = 0; c < 4; ++c) {
            logits[c] = w[3](c, 0);
            for (int k = 0; k < 6; ++k)
                logits[c] += w[2](c, k) * h[k];
            top = std::max(top, logits[c]);
        }
        for (const double l : logits)
            sum += std::exp(l - top);
        for (int c = 0; c < 4; ++c)
            CHECK(std::abs(p(c, j) - std::exp(logits[c] - top) / sum) < 1e-9);
    }
}

TEST_CASE("labels outside the classes and options without sense are errors") {
    const rings train(10, 0);
    nn::classifier<float> model(small);
    const std::vector<int> wrong(10, 2);
    CHECK_THROWS_WITH_AS(model.fit(train.x.data(), wrong.data(), 10),
                         "diffgen: label 2 of 2 classes", diffgen::bad_argument);
    CHECK_THROWS_AS(model.fit(train.x.data(), wrong.data(), 0), diffgen::bad_argument);
    CHECK_THROWS_AS(nn::classifier<float>({.classes = 1}), diffgen::bad_argument);
}
