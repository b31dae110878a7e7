// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Memory that is no batch, or not one that the predictor takes: refused before it is written.

#include <diffgen/diffgen.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

using namespace diffgen;

namespace {

const auto halve = [](auto in, auto out, const noise_level&) {
    std::transform(in.begin(), in.end(), out.begin(), [](auto v) { return v / 2; });
};
auto two_dimensional() {
    return sampler{schedule::edm{}, kernel::variance_exploding{},
                   exact(gaussian_mixture<2, 1, float>{{1}, {{{0, 0}}}, {{{1, 1}}}}),
                   solver::euler{}};
}

}  // namespace

TEST_CASE("an empty batch") {
    std::vector<float> none, some(6);
    check_refused<bad_shape>([&] { (void)batch(none, 3); },
                             {"empty batch", "0 numbers", "3 samples"});
    check_refused<bad_shape>([&] { (void)batch(some, 0); },
                             {"empty batch", "6 numbers", "0 samples"});
}

TEST_CASE("numbers that do not divide into the samples") {
    std::vector<float> x(10);
    check_refused<bad_shape>([&] { (void)batch(x, 4); }, {"10 numbers", "4 samples"});
    check_refused<bad_shape>([&] { (void)batch(x, 20); }, {"10 numbers", "20 samples"});
}

TEST_CASE("a null pointer") {
    check_refused<bad_shape>([] { (void)batch(static_cast<double*>(nullptr), 12, 3); },
                             {"12 numbers", "null pointer"});
    auto s = two_dimensional();
    check_refused<bad_shape>([&] { s.generate(exec::cpp, batch_view<float>(nullptr, 6, 2)); },
                             {"12 numbers", "null pointer"});
}

TEST_CASE("a view that was never given memory") {
    auto s = two_dimensional();
    check_refused<bad_shape>([&] { s.generate(exec::cpp, batch_view<float>{}); },
                             {"empty batch", "0 samples"});
}

TEST_CASE("samples of another size than a samplewise predictor takes") {
    std::vector<float> x(12, 7.f);
    auto s = two_dimensional();
    const std::initializer_list<std::string_view> parts = {"samples of 2 elements", "samples of 3"};
    check_refused<bad_shape>([&] { s.generate(exec::cpp, batch(x, 4)); }, parts);
    check_refused<bad_shape>([&] { s.generate_from(exec::cpp, 1, batch(x, 4)); }, parts);
    check_refused<bad_shape>([&] { (void)s.start(exec::cpp, batch(x, 4)); }, parts);
    CHECK(x == std::vector<float>(12, 7.f));
}

TEST_CASE("labels for another number of samples") {
    std::vector<float> x(8);
    auto net = labelled([](auto, auto, const noise_level&, std::span<const int>) {}, {1, 2, 3}, 9);
    auto plain = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, net),
                         solver::euler{}};
    check_refused<bad_shape>([&] { plain.generate(exec::cpp, batch(x, 4)); },
                             {"3 labels", "4 samples"});
    auto guided_twice =
        sampler{schedule::edm{}, kernel::variance_exploding{},
                guided{predicts(denoised{}, net), classifier_free{2}}, solver::euler{}};
    check_refused<bad_shape>([&] { guided_twice.generate(exec::cpp, batch(x, 4)); },
                             {"3 labels", "4 samples"});
}

TEST_CASE("tiles that a pass has no room for, or that would cut a block of noise") {
    std::vector<float> x(8, 7.f);
    auto s = sampler{schedule::edm{}, kernel::variance_exploding{}, predicts(denoised{}, halve),
                     solver::euler{}};
    for (const auto& [tile, text] : {std::pair<int, std::string_view>{6, "tile = 6"},
                                     std::pair<int, std::string_view>{0, "tile = 0"},
                                     std::pair<int, std::string_view>{-4, "tile = -4"},
                                     std::pair<int, std::string_view>{1028, "tile = 1028"}}) {
        auto policy = exec::cpp;
        policy.tile = tile;
        const std::initializer_list<std::string_view> parts = {text, "exec::cpp",
                                                               "multiple of 4 from 4 to 1024"};
        check_refused<bad_argument>([&] { s.generate(policy, batch(x, 4)); }, parts);
        check_refused<bad_argument>([&] { s.add_noise(policy, 1, batch(x, 4)); }, parts);
        check_refused<bad_argument>([&] { (void)s.start(policy, batch(x, 4)); }, parts);
    }
    CHECK(x == std::vector<float>(8, 7.f));
}

TEST_CASE("a prior that a float cannot hold, though a double can") {
    std::vector<float> x(4, 7.f);
    std::vector<double> y(4);
    auto s = sampler{schedule::edm{.sigma_max = 1e39}, kernel::variance_exploding{},
                     predicts(denoised{}, halve), solver::euler{}};
    check_refused<bad_argument>([&] { s.generate(exec::cpp, batch(x, 2)); },
                                {"t = 1e+39", "float"});
    CHECK(x == std::vector<float>(4, 7.f));
    s.generate(exec::cpp, batch(y, 2));
    CHECK(std::all_of(y.begin(), y.end(), [](double v) { return std::isfinite(v); }));
}
