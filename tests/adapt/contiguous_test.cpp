// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include "container_runs.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

using namespace diffgen;
using testing::container_samples;
using testing::container_size;
using testing::holds_samples;
using testing::sample_into;

TEST_CASE_TEMPLATE("std containers and raw memory: used in place, the same numbers", T, float,
                   double) {
    std::vector<T> vector(container_size);
    CHECK(sample_into(batch(vector, container_samples)) == vector.data());
    CHECK(holds_samples(vector.data()));
    for (const T e : vector)
        CHECK((e != 0 && std::isfinite(e)));

    std::array<T, container_size> array{};
    CHECK(sample_into(batch(array, container_samples)) == array.data());
    CHECK(holds_samples(array.data()));

    const auto raw = std::make_unique<T[]>(container_size);
    CHECK(sample_into(batch(raw.get(), container_size, container_samples)) == raw.get());
    CHECK(holds_samples(raw.get()));

    std::vector<T> longer(container_size + 3, T(7));
    const std::span<T> span(longer.data() + 1, container_size);
    CHECK(sample_into(batch(span, container_samples)) == longer.data() + 1);
    CHECK(holds_samples(longer.data() + 1));
    CHECK(longer.front() == 7);  // nothing outside the span is touched
    CHECK(longer[container_size + 1] == 7);
}

TEST_CASE("a batch says its shape, and refuses what does not divide") {
    std::vector<float> x(12);
    const auto b = batch(x, 4);
    CHECK(b.samples == 4);
    CHECK(b.elements == 3);
    CHECK(b.sample(2) == x.data() + 6);
    CHECK(b.end() - b.begin() == 12);
    CHECK_THROWS_WITH_AS(static_cast<void>(batch(x, 5)),
                         "diffgen: 12 numbers do not divide into 5 samples", bad_shape);
    CHECK_THROWS_AS(static_cast<void>(batch(x, 0)), bad_shape);
    CHECK_THROWS_AS(static_cast<void>(batch(std::span<float>{}, 1)), bad_shape);
    CHECK_THROWS_AS(static_cast<void>(batch(static_cast<float*>(nullptr), 4, 2)), bad_shape);
}
