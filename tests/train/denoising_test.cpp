// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/core/prediction.hpp>
#include <diffgen/core/time_input.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/nn/residual_mlp.hpp>
#include <diffgen/noise/poisson_flow.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/train/denoising.hpp>
#include <diffgen/train/progress_bar.hpp>

#include "check_refused.hpp"
#include "parts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

namespace nn = diffgen::nn;
namespace train = diffgen::train;
namespace noise = diffgen::noise;

namespace {

/// F = a x + b on one element.
struct line {
    nn::parameters<double> list;
    line() {
        list.add("a", 1, 1);
        list.add("b", 1, 1);
    }
    nn::extent features() const { return 1; }
    int null_class() const { return 0; }
    nn::parameters<double>& weights() { return list; }
    nn::variable<double> forward(const nn::leaves<double>& w, const nn::variable<double>& x,
                                 std::span<const double>, std::span<const int>) const {
        return w[0] * x + w[1];
    }
};

/// F = b, whatever it sees.
struct constant : line {
    nn::variable<double> forward(const nn::leaves<double>& w, const nn::variable<double>& x,
                                 std::span<const double>, std::span<const int>) const {
        return x * 0.0 + w[1];
    }
};

struct fixed_time {
    double t;
    diffgen::noise_level operator()(const parts::cosine& p, const train::place&) const {
        return p.level(t);
    }
};

struct two_times {
    diffgen::noise_level operator()(const parts::cosine& p, const train::place& at) const {
        return p.level(at.number % 2 == 0 ? 0.25 : 0.75);
    }
};

/// Normal numbers with their mean and variance, as a distribution of finitely many points.
struct gaussian_data {
    std::vector<double> x;
    double mean = 0, variance = 0;
    gaussian_data(int n, double mu, double s) {
        for (int i = 0; i < n; ++i)
            x.push_back(mu + s * noise::philox{8}.normal<double>(noise::stream::data, 0,
                                                                 static_cast<std::uint64_t>(i)));
        for (const double v : x)
            mean += v / n;
        for (const double v : x)
            variance += (v - mean) * (v - mean) / n;
    }
    train::dataset<double> view() const {
        return {x.data(), static_cast<std::int64_t>(x.size()), 1, nullptr};
    }
};

template <class Prediction>
void check_posterior_mean(const Prediction& prediction) {
    const gaussian_data data(512, 0.7, 0.6);
    const double t = 0.45;
    const auto l = parts::cosine{}.level(t);
    line net;
    const train::denoising objective{parts::cosine{}, prediction, diffgen::time_input::log_snr{},
                                     fixed_time{t}};
    nn::fit_options o;
    o.steps = 1500;
    o.batch = 256;
    o.threads = 1;
    o.learning_rate = nn::cosine_rate{.rate = 0.05, .steps = o.steps};
    train::train_denoiser(net, objective, data.view(), o);
    // The best linear estimate of x_0 from x_t is E x_0 + gain (x_t - alpha E x_0), with
    // gain = cov(x_0, x_t) / var(x_t); the network's F is (that - state x_t) / output at input x_t.
    const auto c = prediction.to_denoised(l);
    const double gain =
        l.alpha * data.variance / (l.alpha * l.alpha * data.variance + l.sigma * l.sigma);
    const double a = (gain - c.state_factor) / (c.output_factor * c.input_scale);
    const double b = data.mean * (1 - gain * l.alpha) / c.output_factor;
    // 1,500 x 256 pairs leave an error of some 1 / sqrt(100,000) of the residual, which is below 1
    // for every prediction but the score (1 / sigma); 0.02 are five of these.
    CHECK(std::abs(net.list[0](0, 0) - a) < 0.02 * std::max(1.0, std::abs(a)));
    CHECK(std::abs(net.list[1](0, 0) - b) < 0.02 * std::max(1.0, std::abs(b)));
}

}  // namespace

TEST_CASE("a linear model on Gaussian data learns the posterior mean, for every prediction") {
    check_posterior_mean(diffgen::epsilon{});
    check_posterior_mean(diffgen::denoised{});
    check_posterior_mean(diffgen::velocity{});
    check_posterior_mean(diffgen::score{});
    check_posterior_mean(diffgen::flow{});
    check_posterior_mean(diffgen::edm_preconditioned{});
}

TEST_CASE("a source of noise makes the training pairs: that of PFGM++ its own") {
    // One point at 0: the network sees sigma eps and should say eps. Where it says 0, the loss is
    // the mean of the squares of what was drawn.
    const std::vector<double> zero(1, 0.);
    const double t = 0.45, D = 8;
    const auto l = parts::cosine{}.level(t);
    train::denoising objective{
        parts::cosine{}, diffgen::epsilon{},   diffgen::time_input::log_snr{},
        fixed_time{t},   train::unit_weight{}, noise::poisson_flow{.elements = 1, .extra = D}};
    objective.seed = 6;
    line net;
    const train::dataset<double> data{zero.data(), 1, 1, nullptr};
    constexpr std::int64_t n = 300;
    const auto loss_of = [&](double a) {
        net.list[0](0, 0) = a;
        nn::tape<double> record;
        const auto w = net.list.on(record);
        return objective.loss(net, data)(nn::shard<double>{record, w, 3, 0, n, n}).item();
    };
    double mean = 0;
    const noise::poisson_flow source{.seed = 6, .elements = 1, .extra = D};
    for (std::uint64_t i = 0; i < n; ++i)
        mean += std::pow(source.normal<double>(noise::stream::training, 3, i), 2) / n;
    CHECK(loss_of(0) == doctest::Approx(mean).epsilon(1e-12));
    CHECK(loss_of(1 / l.sigma) < 1e-20);
    objective.noise.elements = 2;
    check_refused<diffgen::bad_shape>([&] { (void)objective.loss(net, data); }, {"2 elements"});
}

TEST_CASE("the weighting decides between levels") {
    // A constant prediction of the velocity, E v = -sigma E x_0, at two levels: the optimum is the
    // weighted mean of the two.
    const gaussian_data data(512, 2.0, 0.3);
    const parts::cosine process;
    const auto optimum = [&](const auto& weighting) {
        constant net;
        const train::denoising objective{process, diffgen::velocity{},
                                         diffgen::time_input::log_snr{}, two_times{}, weighting};
        nn::fit_options o;
        o.steps = 1000;
        o.batch = 256;
        o.threads = 1;
        o.learning_rate = nn::cosine_rate{.rate = 0.05, .steps = o.steps};
        train::train_denoiser(net, objective, data.view(), o);
        return net.list[1](0, 0);
    };
    const auto expected = [&](const auto& weighting) {
        double total = 0, weights = 0;
        for (const double t : {0.25, 0.75}) {
            const auto l = process.level(t);
            const double w = weighting(process, l, diffgen::velocity{}.to_denoised(l));
            total -= w * l.sigma * data.mean;
            weights += w;
        }
        return total / weights;
    };
    CHECK(std::abs(optimum(train::unit_weight{}) - expected(train::unit_weight{})) < 0.02);
    const train::score_matching_weight matching;
    CHECK(std::abs(optimum(matching) - expected(matching)) < 0.02);
    CHECK(std::abs(expected(matching) - expected(train::unit_weight{})) > 0.2);
}

namespace {

/// Keeps what it is shown.
struct witness : line {
    mutable std::vector<int> classes;
    mutable std::vector<double> inputs;
    int null_class() const { return 7; }
    nn::variable<double> forward(const nn::leaves<double>& w, const nn::variable<double>& x,
                                 std::span<const double> t, std::span<const int> c) const {
        classes.insert(classes.end(), c.begin(), c.end());
        inputs.insert(inputs.end(), x.value().data(), x.value().data() + x.size());
        return line::forward(w, x, t, c);
    }
};

}  // namespace

TEST_CASE(
    "an epoch shows every sample once, perturbed by fresh noise, its class dropped at times") {
    const int n = 20000;
    std::vector<double> x(n);
    std::vector<int> classes(n);
    for (int i = 0; i < n; ++i) {
        x[static_cast<std::size_t>(i)] = i % 2;
        classes[static_cast<std::size_t>(i)] = i % 2;
    }
    witness net;
    train::denoising objective{parts::cosine{}, diffgen::epsilon{}, diffgen::time_input::log_snr{},
                               fixed_time{0.5}};
    objective.class_dropout = 0.3;
    nn::fit_options o;
    o.steps = 10;
    o.batch = n / 10;
    o.shards = 1;
    o.threads = 1;
    const train::dataset<double> data{x.data(), n, 1, classes.data()};
    train::train_denoiser(net, objective, data, o);
    const double dropped = static_cast<double>(std::ranges::count(net.classes, 7)) / n;
    double mean = 0, square = 0;
    for (const double v : net.inputs) {
        mean += v / n;
        square += v * v / n;
    }
    // x_t = (x_0 + eps) / sqrt 2: mean 0.5 / sqrt 2, second moment (0.5 + 1) / 2, standard
    // deviations of the means over the noise 0.005 and, at most, 0.0087; of the dropped part
    // 0.00324. False alarms below 1e-9 at 6.4 of them; noise that is reused over the steps or a
    // factor off by a tenth shows.
    CHECK(net.inputs.size() == static_cast<std::size_t>(n));
    CHECK(std::abs(dropped - 0.3) < 6.4 * 0.00324);
    CHECK(std::abs(mean - 0.5 / std::sqrt(2.0)) < 6.4 * 0.005);
    CHECK(std::abs(square - 0.75) < 6.4 * 0.0087);
    std::ranges::sort(net.inputs);
    CHECK(std::ranges::adjacent_find(net.inputs) == net.inputs.end());
}

TEST_CASE("the training of a network is the same on any number of threads, and its loss falls") {
    std::vector<float> x;
    std::vector<int> classes;
    for (int i = 0; i < 200; ++i) {
        const float angle = 0.0314159f * static_cast<float>(i);
        x.push_back(std::cos(angle));
        x.push_back(std::sin(angle));
        classes.push_back(i / 100);
    }
    const nn::residual_mlp_options small{
        .features = 2, .hidden = 32, .blocks = 2, .context = 8, .time_features = 8, .classes = 2};
    const train::denoising objective{parts::cosine{}, diffgen::velocity{},
                                     diffgen::time_input::log_snr{}};
    const train::dataset<float> data{x.data(), 200, 2, classes.data()};
    const auto run = [&](int threads) {
        nn::residual_mlp<float> net(small);
        nn::training_state<float> state(net.weights());
        nn::fit_options o;
        o.steps = 300;
        o.batch = 64;
        o.threads = threads;
        o.learning_rate = nn::constant_rate{.rate = 3e-3, .warm_up = 20};
        std::ostringstream shown;
        o.observe = train::progress_bar(shown);
        CHECK(train::train_denoiser(net, objective, data, o, state));
        CHECK(shown.str().find("300/300 loss ") != std::string::npos);
        CHECK(shown.str().back() == '\n');
        return state;
    };
    const auto one = run(1), three = run(3);
    CHECK(std::ranges::equal(one.average.values(), three.average.values()));
    CHECK(one.losses == three.losses);
    // A network that predicts nothing pays the mean square of the velocity, an element's
    // E alpha^2 + E sigma^2 / 2 = 0.75; the mean over 50 batches of it has standard deviation 0.01.
    double last = 0;
    for (auto loss = one.losses.end() - 50; loss != one.losses.end(); ++loss)
        last += *loss / 50;
    CHECK(last < 0.6);
}

TEST_CASE("data that do not fit the network are errors") {
    line net;
    const train::denoising objective{parts::cosine{}, diffgen::velocity{},
                                     diffgen::time_input::log_snr{}};
    const std::vector<double> x(6);
    CHECK_THROWS_WITH_AS(objective.loss(net, train::dataset<double>{x.data(), 3, 2, nullptr}),
                         "diffgen: a network of 1 features for data of 2 elements",
                         diffgen::bad_shape);
    CHECK_THROWS_AS(objective.loss(net, train::dataset<double>{x.data(), 0, 1, nullptr}),
                    diffgen::bad_argument);
}

namespace {

struct pure_noise {
    template <class Process>
    diffgen::noise_level operator()(const Process& p, const train::place&) const {
        return p.level(1);
    }
};

}  // namespace

// At alpha = 0 the target of epsilon is the noise, which F = x meets exactly; the loss of F = 0 is
// the variance of the noise, 1.
TEST_CASE("an epsilon network is trained at zero signal-to-noise ratio, or told why not") {
    const diffgen::process flow(diffgen::schedule::rectified{},
                                diffgen::kernel::linear_interpolant{});
    const gaussian_data data(64, 0.4, 0.5);
    const auto time = [](const diffgen::noise_level& l) { return l.t; };
    line net;
    const train::denoising objective{flow, diffgen::epsilon{}, time, pure_noise{}};
    nn::training_state<double> state(net.weights());
    nn::fit_options o;
    o.steps = 300;
    o.batch = 64;
    o.threads = 1;
    o.learning_rate = nn::cosine_rate{.rate = 0.1, .steps = o.steps};
    CHECK(train::train_denoiser(net, objective, data.view(), o, state));
    CHECK(std::abs(state.losses.front() - 1) < 0.9);
    CHECK(state.losses.back() < 0.05 * state.losses.front());

    const train::denoising unbounded{flow, diffgen::epsilon{}, time, pure_noise{},
                                     train::edm_weight{}};
    line other;
    check_refused<diffgen::bad_argument>(
        [&] {
            train::train_denoiser(other, unbounded, data.view(),
                                  {.steps = 2, .batch = 8, .threads = 1});
        },
        {"weight", "t = 1", "alpha = 0"});

    const train::denoising at_no_time{flow, diffgen::epsilon{}, diffgen::time_input::log_snr{},
                                      pure_noise{}};
    check_refused<diffgen::bad_argument>(
        [&] {
            train::train_denoiser(other, at_no_time, data.view(),
                                  {.steps = 2, .batch = 8, .threads = 1});
        },
        {"the network's time is -inf", "t = 1", "alpha = 0"});
}
