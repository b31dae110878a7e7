// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Networks against what the processor can do: the small network inside a pass against independent
// fused multiply-adds on packs, the residual network against its matrix products alone.

#include <diffgen/diffgen.hpp>
#include <diffgen/nn/residual_mlp.hpp>
#include <diffgen/predictor/network_weights.hpp>

#include "bars.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace {

using namespace diffgen;

double seconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The least seconds of each of two, taken in turns, so that a busy machine slows both.
std::pair<double, double> least(const std::function<void()>& a, const std::function<void()>& b) {
    std::pair<double, double> t{1e9, 1e9};
    for (int i = 0; i < 100; ++i) {
        t.first = std::min(t.first, seconds(a));
        t.second = std::min(t.second, seconds(b));
    }
    return t;
}

float spread(std::size_t i) {
    return noise::philox{1}.uniform<float>(noise::stream::training, 0, i) - 0.5f;
}

constexpr int chains = 12;  // two units with a latency of four cycles need eight

/// Twelve chains of fused multiply-adds that do not wait for each other.
struct independent_fmas {
    float* numbers;  // chains starts, a factor, a term; then room for a pack
    int rounds;

    template <class V>
    DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
        run<V>(std::make_index_sequence<chains>{});
    }
    template <class V, std::size_t... J>
    DIFFGEN_VALUE void run(std::index_sequence<J...>) const {
        V x[chains] = {broadcast<V>(numbers[J])...};
        const V factor = broadcast<V>(numbers[chains]), term = broadcast<V>(numbers[chains + 1]);
        for (int i = 0; i < rounds; ++i)
            ((x[J] = diffgen::fma(x[J], factor, term)), ...);
        V sum = x[0];
        for (int j = 1; j < chains; ++j)
            sum = sum + x[j];
        store(numbers + chains + 2, sum);
    }
};

/// The part of the peak that a 4-64-64-2 network reaches in a run of one pass; of its four inputs
/// time and condition are folded into biases, and are not counted.
template <activation A>
void small(bars& to, const char* name) {
    using net =
        small_network<network_shape{.state = 2, .hidden = {64, 64}, .condition = 1, .function = A}>;
    std::vector<std::vector<float>> numbers;
    std::vector<linear_layer<float>> layers;
    for (int k = 0; k < net::shape.layers(); ++k) {
        const auto rows = static_cast<std::size_t>(net::shape.outputs(k));
        const auto columns = static_cast<std::size_t>(net::shape.inputs(k));
        for (const std::size_t n : {rows * columns, rows}) {
            auto& v = numbers.emplace_back(n);
            for (std::size_t i = 0; i < n; ++i)
                v[i] = 0.3f * spread(i);
        }
    }
    for (std::size_t k = 0; k < numbers.size(); k += 2)
        layers.push_back({numbers[k], numbers[k + 1]});
    const network_weights<net> weights(layers);
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              predicts(velocity{}, samplewise<2>(weights.network())), solver::ddim{}};
    const std::size_t samples = 1024;
    const int steps = 20, rounds = 500000;
    std::vector<float> x(2 * samples);
    float memory[64];
    for (std::size_t i = 0; i < 64; ++i)
        memory[i] = 0.5f + 0.1f * spread(i);
    int width = 1;
    lanes::run<float>([&]<class V>(lanes::tag<V>) { width = value_traits<V>::width; });
    const auto [run, peak] =
        least([&] { s.generate(exec::cpp, batch(x, samples), {.steps = steps, .seed = 1}); },
              [&] {
                  lanes::run<float>(independent_fmas{memory, rounds});
              });
    const double products = 2 * 64 + 64 * 64 + 64 * 2;
    to.at_least(name,
                products * steps * static_cast<double>(samples) / run /
                    (double(chains) * rounds * width / peak),
                0.5);
}

/// The part of the speed of its matrix products alone, done by Eigen for the whole batch, that the
/// residual network of the digits reaches on as many threads.
void residual(bars& to, const char* name, int threads) {
    nn::residual_mlp<float> net({.classes = 10});
    const nn::extent samples = 2048, width = net.options().hidden;
    const auto random = [](nn::extent rows, nn::extent cols) {
        nn::matrix<float> m(rows, cols);
        for (nn::extent i = 0; i < m.size(); ++i)
            m.data()[i] = spread(static_cast<std::size_t>(i));
        return m;
    };
    const auto x = random(net.features(), samples), c = random(net.options().context, samples),
               h = random(width, samples), square = random(width, width),
               in = random(width, net.features()), out = random(net.features(), width),
               context = random(width, net.options().context);
    nn::matrix<float> y = x, z = h;
    Eigen::setNbThreads(threads);
    const auto [whole, products] =
        least([&] { net.evaluate(x.data(), y.data(), samples, 0.5, nullptr, threads); },
              [&] {
                  z.noalias() = in * x;
                  for (int k = 0; k < net.options().blocks; ++k) {
                      z.noalias() += square * h;
                      z.noalias() += context * c;
                      z.noalias() += square * h;
                  }
                  y.noalias() = out * z;
              });
    to.at_least(name, products / whole, 0.8);
}

}  // namespace

void bar_network(bars& to) {
    small<activation::silu>(to, "small network, silu, of the core's FMA peak");
    small<activation::relu>(to, "small network, relu, of the core's FMA peak");
    residual(to, "nn::residual_mlp, one thread, of its products", 1);
    residual(to, "nn::residual_mlp, all threads, of its products", nn::thread_count(0));
}
