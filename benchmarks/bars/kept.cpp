// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A kept run against the loop by hand: one sample of 32 numbers, ten steps, as a control loop has
// it.

#include <diffgen/diffgen.hpp>

#include "../contest.hpp"
#include "bars.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace {

using namespace diffgen;

constexpr std::size_t elements = 32;
constexpr int repeats = 500;

/// As small as networks get, so that the rest is what is measured.
struct tiny_network {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level&) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = 0.5f * in.data[i];
    }
};

/// Heun's method (Karras et al. 2022, algorithm 1) over given sigmas.
void heun_by_hand(const std::vector<double>& sigmas, std::vector<float>& x, std::mt19937& g) {
    std::normal_distribution<float> normal;
    float d[elements], moved[elements], denoised[elements];
    const tiny_network net;
    for (float& v : x)
        v = static_cast<float>(sigmas[0]) * normal(g);
    for (std::size_t k = 0; k + 1 < sigmas.size(); ++k) {
        const auto from = static_cast<float>(sigmas[k]), to = static_cast<float>(sigmas[k + 1]);
        net(batch_view<const float>(x.data(), 1, elements),
            batch_view<float>(denoised, 1, elements), {});
        for (std::size_t i = 0; i < elements; ++i) {
            d[i] = (x[i] - denoised[i]) / from;
            moved[i] = x[i] + (to - from) * d[i];
        }
        if (to > 0) {
            net(batch_view<const float>(moved, 1, elements),
                batch_view<float>(denoised, 1, elements), {});
            for (std::size_t i = 0; i < elements; ++i)
                moved[i] = x[i] + (to - from) * 0.5f * (d[i] + (moved[i] - denoised[i]) / to);
        }
        std::copy(moved, moved + elements, x.begin());
    }
}

/// A policy's network on Eigen, 32 -> 64 -> 32.
struct policy {
    Eigen::MatrixXf first = Eigen::MatrixXf::Constant(64, elements, 0.01f);
    Eigen::MatrixXf second = Eigen::MatrixXf::Constant(elements, 64, 0.01f);
    Eigen::VectorXf hidden = Eigen::VectorXf::Zero(64);

    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level&) {
        const Eigen::Map<const Eigen::VectorXf> x(in.data, elements);
        Eigen::Map<Eigen::VectorXf> y(out.data, elements);
        hidden.noalias() = first * x;
        hidden = hidden.cwiseMax(0.f);
        y.noalias() = second * hidden;
    }
};

}  // namespace

void bar_kept(bars& to) {
    std::vector<float> x(elements), y(elements);
    std::mt19937 generator(7);
    sampler heun{schedule::edm{}, kernel::variance_exploding{},
                 predicts(denoised{}, tiny_network{}), solver::heun{}};
    const options ten{.steps = 10, .seed = 7, .grid = grid::karras{}};
    std::vector<double> sigmas;
    for (const noise_level& l : heun.levels(ten))
        sigmas.push_back(l.sigma);
    auto kept = heun.keep(exec::cpp, batch(x, 1), ten);
    std::uint64_t seed = 0;
    const auto ours = [&] {
        return contest::time_of([&] {
            for (int i = 0; i < repeats; ++i)
                kept(++seed);
        });
    };
    const auto by_hand = [&] {
        return contest::time_of([&] {
            for (int i = 0; i < repeats; ++i)
                heun_by_hand(sigmas, y, generator);
        });
    };
    to.at_most("kept run of Heun's method, one sample of 32 / by hand",
               contest::ratio(ours, by_hand, 25), 2);

    sampler ddim{schedule::cosine{100}, kernel::variance_preserving{},
                 predicts(epsilon{}, policy{}), solver::ddim{}};
    const options trailing{.steps = 10, .grid = grid::trailing{}};
    auto plan = ddim.keep_from(exec::cpp, batch(x, 1), trailing);
    policy network;
    // the least of many, since the difference is what counts
    double whole = 1e9, networks = 1e9;
    for (int k = 0; k < 200; ++k) {
        whole = std::min(whole, static_cast<double>(contest::time_of([&] {
                                                        for (int i = 0; i < repeats; ++i)
                                                            plan(1);
                                                    }).count()));
        networks = std::min(
            networks, static_cast<double>(
                          contest::time_of([&] {
                              for (int i = 0; i < 10 * repeats; ++i)
                                  network(batch_view<const float>(x.data(), 1, elements),
                                          batch_view<float>(y.data(), 1, elements), noise_level{});
                          }).count()));
    }
    to.at_most("ten DDIM steps of a policy: us beside its network",
               (whole - networks) / repeats / 1000, 0.3);
}
