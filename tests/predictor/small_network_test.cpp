// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The small network: against plain loops, on one lane and on many, and inside whole runs.

#include "small_network.hpp"

#include <diffgen/guidance/guided.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ddim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace diffgen;
using testing::layers_of_numbers;
using testing::normal_number;
using testing::plain_network;

namespace {

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T, network_shape S>
void check_against_plain_loops(double tolerance) {
    using net = small_network<S, T>;
    static_assert(std::is_trivially_copyable_v<net>);
    static_assert(std::is_trivially_copyable_v<typename net::bound>);
    const layers_of_numbers<T> numbers(S);
    const time_waves waves{.first = 0.5, .last = 8, .cosines_first = S.condition > 0};
    const network_weights<net> weights(numbers.views(), waves);
    net f = weights.network();
    for (std::size_t i = 0; i < net::conditions; ++i)
        f.condition[i] = normal_number<T>(90, i);
    double largest = 0;
    for (std::size_t sample = 0; sample < 20; ++sample) {
        level_of<T> level{};
        level.network_time = normal_number<T>(91, sample);
        std::array<T, net::elements> x;
        std::vector<double> in;
        for (std::size_t d = 0; d < x.size(); ++d) {
            x[d] = normal_number<T>(92, sample * x.size() + d);
            in.push_back(static_cast<double>(x[d]));
        }
        const auto t = static_cast<double>(level.network_time);
        if (S.time_features == 1) in.push_back(t);
        const int half = S.time_features / 2;
        for (int part = 0; part < 2; ++part)
            for (int i = 0; i < half; ++i) {
                const double f_i = half == 1 ? 0.5 : 0.5 * std::pow(16., double(i) / (half - 1));
                in.push_back((part == 0) == waves.cosines_first ? std::cos(f_i * t)
                                                                : std::sin(f_i * t));
            }
        for (const T c : f.condition)
            in.push_back(static_cast<double>(c));
        const auto expected = plain_network(S, numbers, in);
        const auto y = f.bind(level)(x);
        for (std::size_t d = 0; d < y.size(); ++d) {
            CHECK(std::abs(static_cast<double>(y[d]) - expected[d]) < tolerance);
            largest = std::max(largest, std::abs(expected[d]));
        }
    }
    CHECK(largest > 0.5);
}

}  // namespace

// Sums of up to 64 terms of order one over at most four layers, whose slopes are about one: some
// tens of rounding errors of 6e-8 in floats, 1.1e-16 in doubles.
TEST_CASE_TEMPLATE("the values of plain loops, to rounding", T, float, double) {
    const double tolerance = 300 * static_cast<double>(std::numeric_limits<T>::epsilon());
    check_against_plain_loops<T, network_shape{.state = 2, .hidden = {64, 64}, .condition = 1}>(
        tolerance);
    check_against_plain_loops<T, network_shape{.state = 1, .hidden = {5}, .time_features = 0}>(
        tolerance);
    check_against_plain_loops<T, network_shape{.state = 3,
                                               .hidden = {7, 13, 9},
                                               .condition = 4,
                                               .time_features = 8,
                                               .function = activation::relu}>(tolerance);
    check_against_plain_loops<T, network_shape{.state = 9,
                                               .hidden = {16, 24},
                                               .time_features = 2,
                                               .function = activation::tanh}>(tolerance);
    check_against_plain_loops<T, network_shape{.state = 32,
                                               .hidden = {64},
                                               .condition = 6,
                                               .function = activation::gelu_tanh}>(tolerance);
    check_against_plain_loops<
        T, network_shape{.state = 4, .hidden = {8}, .function = activation::identity}>(tolerance);
}

namespace {

/// Calls a bound network on as many samples as V has lanes times Packs.
template <class Bound, class T, std::size_t D, std::size_t Packs>
struct on_lanes {
    const Bound& f;
    const T* in;
    T* out;

    template <class V>
    DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
        constexpr std::size_t width = value_traits<V>::width;
        std::array<std::array<V, D>, Packs> x;
        for (std::size_t p = 0; p < Packs; ++p)
            for (std::size_t d = 0; d < D; ++d)
                x[p][d] = load_strided<V>(in + p * width * D + d, D);
        const auto y = lanes::call(f, x, true);
        for (std::size_t p = 0; p < Packs; ++p)
            for (std::size_t d = 0; d < D; ++d)
                store_strided(out + p * width * D + d, D, y[p][d]);
    }
};

template <class T, network_shape S>
void check_lanes() {
    using net = small_network<S, T>;
    constexpr std::size_t D = net::elements, samples = 32;
    const layers_of_numbers<T> numbers(S);
    const network_weights<net> weights(numbers.views());
    level_of<T> level{};
    level.network_time = T(0.37);
    const auto f = weights.network().bind(level);
    std::vector<T> x(samples * D), one(samples * D);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = normal_number<T>(93, i) * T(i % 5 == 0 ? 60 : 1);  // the ends of exp too
    for (std::size_t i = 0; i < samples; ++i) {
        std::array<T, D> a;
        std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(i * D), D, a.begin());
        const auto y = f(a);
        std::copy_n(y.begin(), D, one.begin() + static_cast<std::ptrdiff_t>(i * D));
    }
    const auto check = [&]<class Isa, std::size_t Packs>(
                           Isa, std::integral_constant<std::size_t, Packs>) {
        std::vector<T> y(samples * D);
        lanes::run<T, Isa>(on_lanes<decltype(f), T, D, Packs>{f, x.data(), y.data()});
        std::size_t done = Packs;
#if DIFFGEN_HAS_LANES
        if constexpr (!std::is_same_v<Isa, isa::one_lane>) done *= Isa::bytes / sizeof(T);
#endif
        y.resize(done * D);
        CHECK(same_bits(
            y, std::vector<T>(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(done * D))));
    };
    constexpr std::integral_constant<std::size_t, 1> single;
    constexpr std::integral_constant<std::size_t, 2> twice;
    check(isa::one_lane{}, single);
    check(isa::one_lane{}, twice);
#if DIFFGEN_HAS_LANES
    if (lanes::widest() >= lanes::set::avx2) {
        check(isa::avx2{}, single);
        check(isa::avx2{}, twice);
    }
    if (lanes::widest() >= lanes::set::avx512) {
        check(isa::avx512{}, single);
        check(isa::avx512{}, twice);
    }
#endif
}

}  // namespace

TEST_CASE_TEMPLATE("the same bits on one lane and on many, for one pack and for two", T, float,
                   double) {
    check_lanes<T, network_shape{.state = 2, .hidden = {64, 64}}>();
    check_lanes<T,
                network_shape{.state = 5, .hidden = {13, 9}, .function = activation::gelu_tanh}>();
    check_lanes<T, network_shape{.state = 1, .hidden = {24, 7}, .function = activation::relu}>();
}

namespace {

constexpr network_shape policy_shape{.state = 3, .hidden = {16, 12}, .condition = 4};
using policy = small_network<policy_shape>;

auto composed(const policy& f) {
    return sampler{schedule::cosine{}, kernel::variance_preserving{},
                   predicts(velocity{}, samplewise<3>(f)), solver::ancestral{}};
}

/// A batched network that calls plain loops, rounded to floats: D = 3, the condition in `given`.
struct plain_policy {
    const layers_of_numbers<float>& numbers;
    std::array<float, 4> given;

    void operator()(batch_view<const float> in, batch_view<float> out,
                    const noise_level& level) const {
        for (std::size_t i = 0; i < in.samples; ++i) {
            std::vector<double> x(in.data + 3 * i, in.data + 3 * i + 3);
            x.push_back(level.network_time);
            x.insert(x.end(), given.begin(), given.end());
            const auto y = plain_network(policy_shape, numbers, x);
            for (std::size_t d = 0; d < 3; ++d)
                out.data[3 * i + d] = static_cast<float>(y[d]);
        }
    }
};

/// The largest difference, as a part of the largest number.
double difference(const std::vector<float>& a, const std::vector<float>& b) {
    double most = 0, largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
        largest = std::max(largest, std::abs(static_cast<double>(b[i])));
    }
    return most / largest;
}

}  // namespace

TEST_CASE("a run is that of a batched network of plain loops, however it is carried out") {
    const layers_of_numbers<float> numbers(policy_shape);
    const network_weights<policy> weights(numbers.views());
    policy f = weights.network();
    f.condition = {0.5f, -1, 2, 0.25f};
    auto s = composed(f);
    const options o{.steps = 8, .seed = 5};
    const std::size_t samples = 37;  // two packs, one pack and a rest
    std::vector<float> fused(3 * samples), plain(3 * samples), stepwise(3 * samples),
        parts(3 * samples);
    s.generate(exec::cpp, batch(fused, samples), o);

    sampler by_loops{schedule::cosine{}, kernel::variance_preserving{},
                     predicts(velocity{}, plain_policy{numbers, f.condition}), solver::ancestral{}};
    by_loops.generate(exec::cpp, batch(plain, samples), o);
    CHECK(difference(fused, plain) < 1e-4);  // eight steps amplify rounding errors of some 1e-6

    options watched = o;
    watched.observe.on_step = [](const observation&) { return true; };
    s.generate(exec::cpp, batch(stepwise, samples), watched);
    CHECK(same_bits(fused, stepwise));

    for (std::size_t i = 0; i < samples; ++i) {
        options one = o;
        one.first_sample = i;
        s.generate(exec::cpp, batch(parts.data() + 3 * i, 3, 1), one);
    }
    CHECK(same_bits(fused, parts));
}

TEST_CASE("samples at times of their own have the bits of runs alone") {
    const layers_of_numbers<float> numbers(policy_shape);
    const network_weights<policy> weights(numbers.views());
    auto s = composed(weights.network());
    const std::vector<double> times{900, 500, 120, 500, 33};
    std::vector<float> together(3 * times.size());
    for (std::size_t i = 0; i < together.size(); ++i)
        together[i] = normal_number<float>(94, i);
    auto alone = together;
    s.generate_from(exec::cpp, times, batch(together, times.size()), {.steps = 6, .seed = 2});
    for (std::size_t i = 0; i < times.size(); ++i)
        s.generate_from(exec::cpp, times[i], batch(alone.data() + 3 * i, 3, 1),
                        {.steps = 6, .seed = 2, .first_sample = i});
    CHECK(same_bits(together, alone));
}

TEST_CASE("a condition that lies elsewhere is read anew by every run") {
    const layers_of_numbers<float> numbers(policy_shape);
    const network_weights<policy> weights(numbers.views());
    std::array<float, 4> observation{0.5f, -1, 2, 0.25f};
    policy by_pointer = weights.network(), by_value = by_pointer;
    by_pointer.condition_at = observation.data();
    by_value.condition = observation;
    auto s = composed(by_pointer);
    const options o{.steps = 5, .seed = 3};
    std::vector<float> a(30), b(30), c(30);
    s.generate(exec::cpp, batch(a, 10), o);
    composed(by_value).generate(exec::cpp, batch(b, 10), o);
    CHECK(same_bits(a, b));
    observation[2] = -2;
    s.generate(exec::cpp, batch(c, 10), o);
    CHECK_FALSE(same_bits(a, c));
    by_value.condition = observation;
    composed(by_value).generate(exec::cpp, batch(b, 10), o);
    CHECK(same_bits(c, b));
}

TEST_CASE("under guidance the network is asked with its condition and with the null condition") {
    const layers_of_numbers<float> numbers(policy_shape);
    const network_weights<policy> weights(numbers.views());
    policy f = weights.network();
    f.condition = {0.5f, -1, 2, 0.25f};
    f.null_condition = {0, 0, 0, 1};
    const auto merged = [&](auto in, auto out, const noise_level& level) {
        std::vector<float> u(in.size());
        plain_policy{numbers, f.null_condition}(in, batch_view<float>{u.data(), in.samples, 3},
                                                level);
        plain_policy{numbers, f.condition}(in, out, level);
        for (std::size_t i = 0; i < u.size(); ++i)
            out.data[i] = u[i] + 3 * (out.data[i] - u[i]);
    };
    const options o{.steps = 4, .seed = 3};
    std::vector<float> a(60), b(60), unguided(60);
    sampler{schedule::cosine{}, kernel::variance_preserving{},
            guided{predicts(velocity{}, samplewise<3>(f)), classifier_free{3}}, solver::ddim{}}
        .generate(exec::cpp, batch(a, 20), o);
    sampler{schedule::cosine{}, kernel::variance_preserving{}, predicts(velocity{}, merged),
            solver::ddim{}}
        .generate(exec::cpp, batch(b, 20), o);
    CHECK(difference(a, b) < 1e-4);
    composed(f).generate(exec::cpp, batch(unguided, 20), o);
    CHECK(difference(a, unguided) > 0.01);
}

TEST_CASE("weights that make no sense are refused with their values") {
    const auto text_of = [](auto make) -> std::string {
        try {
            make();
        } catch (const error& e) {
            return e.what();
        }
        return "nothing was thrown";
    };
    layers_of_numbers<float> numbers(policy_shape);
    using weights = network_weights<policy>;
    auto views = numbers.views();
    views.pop_back();
    CHECK(text_of([&] { weights w(views); }) == "diffgen: a small_network of 3 layers is given 2");
    views = numbers.views();
    views[1].weight = views[1].weight.first(10);
    CHECK_THROWS_AS(weights{views}, bad_shape);
    CHECK(text_of([&] { weights w(views); }) ==
          "diffgen: layer 1 of a small_network has 10 weights and 12 biases, not 12 x 16 and 12");
    numbers.weights[1][7] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(weights{numbers.views()}, non_finite);
    CHECK(text_of([&] { weights w(numbers.views()); }) ==
          "diffgen: layer 1 of a small_network: weight 7 is nan");
    numbers.weights[1][7] = 0;
    numbers.biases[2][1] = std::numeric_limits<float>::infinity();
    CHECK(text_of([&] { weights w(numbers.views()); }) ==
          "diffgen: layer 2 of a small_network: bias 1 is inf");
    numbers.biases[2][1] = 0;
    CHECK_THROWS_AS(weights(numbers.views(), {.first = 0}), bad_argument);
    CHECK_THROWS_AS(composed(policy{}), bad_argument);
}

TEST_CASE("a NaN in the condition is found by the run") {
    const layers_of_numbers<float> numbers(policy_shape);
    const network_weights<policy> weights(numbers.views());
    policy f = weights.network();
    f.condition[1] = std::numeric_limits<float>::quiet_NaN();
    auto s = composed(f);
    std::vector<float> x(30);
    CHECK_THROWS_AS(s.generate(exec::cpp, batch(x, 10), {.steps = 3}), non_finite);
}

TEST_CASE("copies of the weights have memory of their own, moves keep it") {
    const layers_of_numbers<float> numbers(policy_shape);
    network_weights<policy> weights(numbers.views());
    const network_weights<policy> copy(weights);
    CHECK(copy.data() != weights.data());
    CHECK(std::equal(copy.data(), copy.data() + copy.size(), weights.data()));
    CHECK(reinterpret_cast<std::uintptr_t>(copy.data()) % 64 == 0);
    const float* before = weights.data();
    const network_weights<policy> moved(std::move(weights));
    CHECK(moved.data() == before);
}
