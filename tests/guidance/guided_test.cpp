// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What a network is told about the rows of a guided batch, and that constant networks are called
// from constant predictors.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/labelled.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>

#include "check_refused.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

/// The sum of three outputs with weights that add up to 1.
struct three_branches {
    static constexpr int copies = 3;
    static constexpr int inputs = 3;

    template <class V>
    DIFFGEN_VALUE V combine(const V* outputs) const {
        using S = typename value_traits<V>::scalar;
        const V two =
            fma(broadcast<V>(S(0.5)), outputs[0], product(broadcast<V>(S(0.25)), outputs[1]));
        return fma(broadcast<V>(S(0.25)), outputs[2], two);
    }
};

struct seen {
    std::size_t rows = 0, conditioned = 0;
};

/// Notes what it is told, and predicts zeros.
struct network {
    seen* last;

    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level&, guidance_rows rows) const {
        *last = {in.samples, rows.conditioned};
        for (std::size_t i = 0; i < out.size(); ++i)
            out.data[i] = 0;
    }
};

using floats_in = batch_view<const float, space::host>;
using floats_out = batch_view<float, space::host>;

}  // namespace

TEST_CASE(
    "a rule of three inputs has three rows a sample, and the network is told of the samples") {
    seen last;
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              guided{predicts(epsilon{}, network{&last}), three_branches{}}, solver::ddim{}};
    std::vector<float> x(5 * 2);
    s.generate(exec::cpp, batch(x.data(), x.size(), 5), {.steps = 2});
    CHECK(last.rows == 15);
    CHECK(last.conditioned == 5);
}

TEST_CASE("labels for two rows a sample are not taken for three") {
    auto net = [](auto, auto, const noise_level&, std::span<const int>) {};
    const labelled with_labels(net, {1, 2}, 9);
    std::vector<float> x(6), y(6);
    const floats_in in{x.data(), 6, 1};
    const floats_out out{y.data(), 6, 1};
    check_refused<bad_shape>([&] { with_labels(in, out, noise_level{}, guidance_rows{2}); },
                             {"diffgen: ", "4 in all", "6 rows"});
}

TEST_CASE("labels are handed on, the rows without a condition last") {
    std::vector<int> got;
    auto net = [&got](auto, auto, const noise_level&, std::span<const int> labels) {
        got.assign(labels.begin(), labels.end());
    };
    const labelled with_labels(net, {1, 2}, 9);
    std::vector<float> x(4), y(4);
    with_labels(floats_in{x.data(), 2, 1}, floats_out{y.data(), 2, 1}, noise_level{});
    CHECK(got == std::vector{1, 2});
    with_labels(floats_in{x.data(), 4, 1}, floats_out{y.data(), 4, 1}, noise_level{},
                guidance_rows{2});
    CHECK(got == std::vector{1, 2, 9, 9});
}

namespace {

struct constant_net {
    void operator()(floats_in, floats_out, noise_level, std::span<const int>) const {}
};
struct changing_net {
    void operator()(floats_in, floats_out, noise_level, std::span<const int>) {}
};
template <class Net>
inline constexpr bool const_callable =
    std::is_invocable_v<const labelled<Net>&, floats_in, floats_out, noise_level, guidance_rows>;
template <class Net>
inline constexpr bool callable =
    std::is_invocable_v<labelled<Net>&, floats_in, floats_out, noise_level, guidance_rows>;

static_assert(const_callable<constant_net> && callable<constant_net>);
static_assert(!const_callable<changing_net> && callable<changing_net>);

}  // namespace
