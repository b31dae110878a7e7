// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every denoising network of pictures must do, whatever is in it.

#include <diffgen/core/prediction.hpp>
#include <diffgen/core/time_input.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/nn/differentiated.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/training_state.hpp>
#include <diffgen/nn/weights_file.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/train/denoising.hpp>

#include "check_refused.hpp"
#include "gradient_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace picture_networks {

namespace nn = diffgen::nn;

/// A network whose zero-initialised layers have weights too.
template <class Net, class Options>
Net filled(const Options& options) {
    Net net(options);
    for (std::size_t i = 0; i < net.weights().entries().size(); ++i)
        if (net.weights()[i].isZero())
            nn::fill_normal(net.weights(), i, 0.2, diffgen::noise::philox{5});
    return net;
}

/// A new network predicts zero, and is a function of its seed.
template <class Net, class Options>
void begins_as_zero(Options options) {
    Net a(options), b(options);
    CHECK(std::ranges::equal(a.weights().values(), b.weights().values()));
    options.seed += 1;
    CHECK_FALSE(std::ranges::equal(a.weights().values(), Net(options).weights().values()));
    const nn::matrix<double> x = gradient_check::spread(a.features(), 3, -1, 1);
    nn::matrix<typename Net::scalar> in = x.cast<typename Net::scalar>(),
                                     out = decltype(in)::Ones(in.rows(), 3);
    a.evaluate(in.data(), out.data(), 3, 0.5);
    CHECK(out.isZero(0));
}

/// Gradients of first and second order in the weights whose names hold `name` and in the input,
/// against differences; a Net of double.
template <class Net>
void has_gradients(const Net& net, const char* name) {
    const std::vector<double> times{0.3, -0.8};
    const std::vector<int> classes{0, 1};
    std::size_t chosen = 0;
    while (net.weights().entries()[chosen].name.find(name) == std::string::npos)
        ++chosen;
    gradient_check::check(
        [&](const std::vector<gradient_check::variable>& v) {
            auto leaves = net.weights().on(v[0].owner());
            leaves[chosen] = v[1];
            return net.forward(leaves, v[0], times, classes);
        },
        {gradient_check::spread(net.features(), 2, -1, 1), net.weights()[chosen]});
}

/// nn::differentiated takes it: J' v along one direction, against a difference. A Net of double.
template <class Net>
void has_a_jacobian(Net net) {
    const nn::differentiated told(net, 1);
    diffgen::noise_level level;
    level.network_time = 0.4;
    const nn::extent rows = net.features();
    const gradient_check::matrix x = gradient_check::spread(rows, 2, -1, 1),
                                 v = gradient_check::spread(rows, 2, -1, 1, 0.3),
                                 along = gradient_check::spread(rows, 2, -1, 1, 0.6);
    const auto batch = [rows](const gradient_check::matrix& m) {
        return diffgen::batch_view<const double>(m.data(), 2, static_cast<std::size_t>(rows));
    };
    const auto out = [rows](gradient_check::matrix& m) {
        return diffgen::batch_view<double>(m.data(), 2, static_cast<std::size_t>(rows));
    };
    gradient_check::matrix product(rows, 2), above(rows, 2), below(rows, 2);
    told.vjp(batch(x), batch(v), out(product), level);
    const double step = gradient_check::step;
    told(batch(x + step * along), out(above), level);
    told(batch(x - step * along), out(below), level);
    const double expected = ((above - below).array() * v.array()).sum() / (2 * step);
    CHECK(std::abs((product.array() * along.array()).sum() - expected) < 1e-7);
    CHECK(std::abs(expected) > 1e-3);
}

/// The numbers of a sample depend neither on threads nor on the samples beside it, and its class
/// and time matter. A Net of float with 2 classes.
template <class Net>
void keeps_samples_apart(Net net) {
    const int samples = 45;
    const gradient_check::matrix numbers = gradient_check::spread(net.features(), samples, -1, 1);
    const nn::matrix<float> x = numbers.cast<float>();
    std::vector<double> times;
    std::vector<int> classes;
    for (int j = 0; j < samples; ++j) {
        times.push_back(0.1 * j - 2);
        classes.push_back(j % 3);
    }
    nn::matrix<float> whole(x.rows(), samples), other(x.rows(), samples);
    net.evaluate(x.data(), whole.data(), samples, times, classes.data(), 1);
    net.evaluate(x.data(), other.data(), samples, times, classes.data(), 3);
    CHECK(whole == other);
    for (int first = 0, n = 1; first < samples; first += n, n = std::min(n + 1, samples - first))
        net.evaluate(
            x.col(first).data(), other.col(first).data(), n,
            std::span(times).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(n)),
            classes.data() + first);
    CHECK(whole == other);
    // On a tape of one's own the products are cut otherwise: equal to rounding.
    nn::tape<float> record;
    const auto y = net.forward(net.weights().on(record), record.constant(x), times, classes);
    CHECK((y.value() - whole).cwiseAbs().maxCoeff() < 1e-4f * whole.cwiseAbs().maxCoeff());

    auto copy = net;
    copy.evaluate(x.data(), other.data(), samples, 1.0);
    const std::vector<int> null(samples, net.null_class()), zero(samples, 0);
    net.evaluate(x.data(), whole.data(), samples, 1.0, null.data());
    CHECK(whole == other);
    net.evaluate(x.data(), other.data(), samples, 1.0, zero.data());
    CHECK(whole != other);
    net.evaluate(x.data(), other.data(), samples, 1.5);
    CHECK(whole != other);
}

template <class Net>
void refuses_what_does_not_fit(Net net) {
    std::vector<float> x(static_cast<std::size_t>(2 * net.features())), y(x.size());
    const std::vector<int> classes{0, 3};
    const std::vector<double> times{0.1, 0.2, 0.3};
    check_refused<diffgen::bad_argument>(
        [&] { net.evaluate(x.data(), y.data(), 2, 0.0, classes.data()); },
        {"sample 1 has class 3", "there are 2"});
    check_refused<diffgen::bad_shape>([&] { net.evaluate(x.data(), y.data(), 2, times); },
                                      {"3 times for 2 samples"});
    nn::tape<float> record;
    const auto w = net.weights().on(record);
    const auto rows = record.constant(nn::matrix<float>::Zero(net.features() + 1, 3));
    check_refused<diffgen::bad_shape>([&] { (void)net.forward(w, rows, times); },
                                      {nn::detail::shape_text(net.features() + 1, 3)});
    const auto cols = record.constant(nn::matrix<float>::Zero(net.features(), 2));
    check_refused<diffgen::bad_shape>([&] { (void)net.forward(w, cols, times); },
                                      {nn::detail::shape_text(net.features(), 2), "3 times"});
}

/// Trained on two pictures of two classes it comes to know them; a training that was stored and
/// resumed gives the same bits; weights go through a file. A Net of float with 2 classes.
template <class Net, class Options>
void learns_two_pictures(const Options& options, std::int64_t batch, double bound) {
    Net net(options);
    std::vector<float> pictures;
    for (nn::extent i = 0; i < 2 * net.features(); ++i)
        pictures.push_back(std::sin(1.7f * static_cast<float>(i)) > 0 ? 1.0f : -1.0f);
    const std::vector<int> classes{0, 1};
    const diffgen::train::dataset<float> data{pictures.data(), 2, net.features(), classes.data()};
    const diffgen::train::denoising objective{
        diffgen::process{diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{}},
        diffgen::velocity{}, diffgen::time_input::log_snr{}};
    nn::fit_options o;
    o.batch = batch;
    o.learning_rate = nn::constant_rate{.rate = 5e-3, .warm_up = 20};
    const auto run = [&](nn::training_state<float>& state, std::int64_t steps) {
        o.steps = steps;
        CHECK(diffgen::train::train_denoiser(net, objective, data, o, state));
    };
    const nn::training_state<float> fresh(net.weights());
    auto whole = fresh, part = fresh;
    run(whole, 150);
    run(part, 60);
    const auto path = std::filesystem::temp_directory_path() /
                      ("diffgen_picture_network_" + std::to_string(net.weights().count()));
    save(part, path);
    auto read = fresh;
    load(read, path);
    run(read, 150);
    CHECK(std::ranges::equal(read.average.values(), whole.average.values()));
    CHECK(read.losses == whole.losses);

    double last = 0;
    for (auto loss = whole.losses.end() - 30; loss != whole.losses.end(); ++loss)
        last += *loss / 30;
    INFO("mean loss of the last 30 steps: ", last);
    CHECK(last < bound);

    save_weights(net.weights(), path);
    Net other(options);
    load_weights(other.weights(), path);
    std::filesystem::remove(path);
    std::vector<float> a(pictures.size()), b(pictures.size());
    net.evaluate(pictures.data(), a.data(), 2, 0.5, classes.data());
    other.evaluate(pictures.data(), b.data(), 2, 0.5, classes.data());
    CHECK(a == b);
}

}  // namespace picture_networks
