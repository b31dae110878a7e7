// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The table of docs/concepts/README.md that says which parts a trained network needs. Each network
// here is exact for data N(0, 1/4) and knows its level by what it is given as time alone, in the
// convention of its family. A run along the probability flow then scales the noise that it begins
// with by a number that is known.
#include <diffgen/diffgen.hpp>

#include "page_table.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

constexpr double deviation = 0.5;

/// What is known of the data at a level: D and eps.
struct estimate {
    double data, noise;
};
estimate at(double alpha, double sigma, double x) {
    const double variance = deviation * deviation;
    const double total = alpha * alpha * variance + sigma * sigma;
    return {alpha * variance / total * x, sigma / total * x};
}

/// A network of one number: rule(time, x).
template <class Rule>
auto network(Rule rule) {
    return [rule](auto in, auto out, const noise_level& level) {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = rule(level.network_time, in.data[i]);
    };
}

/// alpha and sigma at whole timesteps, by the product of 1 - beta.
class timesteps {
  public:
    template <class Beta>
    timesteps(int count, Beta beta) {
        double product = 1;
        for (int i = 0; i < count; ++i) {
            product *= 1 - beta(i);
            levels_.emplace_back(std::sqrt(product), std::sqrt(1 - product));
        }
    }
    [[nodiscard]] std::pair<double, double> operator()(double t) const {
        CHECK(t == std::round(t));
        return levels_.at(static_cast<std::size_t>(t));
    }

  private:
    std::vector<std::pair<double, double>> levels_;
};

double linear_beta(int i) {
    return 1e-4 + (0.02 - 1e-4) * i / 999;
}
double scaled_beta(int i) {
    const double root = std::sqrt(0.00085) + (std::sqrt(0.012) - std::sqrt(0.00085)) * i / 999;
    return root * root;
}
double cosine_beta(int i) {
    const auto square = [](double u) {
        const double c = std::cos((u + 0.008) / 1.008 * 1.57079632679489662);
        return c * c;
    };
    return std::fmin(1 - square((i + 1) / 100.) / square(i / 100.), 0.999);
}

/// How far a run is from scaling its noise as the flow does, relative to that.
template <class Sampler>
double off(const Sampler& s, const any_grid& grid) {
    std::vector<double> x(1);
    const options o{.steps = 100, .seed = 3, .grid = grid};
    s.draw_prior(exec::cpp, batch(x, 1), o);
    const noise_level first = s.levels(o).front();
    const double expected = x[0] * deviation / std::hypot(first.alpha * deviation, first.sigma);
    s.generate(exec::cpp, batch(x, 1), o);
    return std::fabs(x[0] / expected - 1);
}

constexpr kernel::variance_preserving preserving;
constexpr solver::unipc<2> best{.start_up = solver::start_up::first_order};

/// An eps network that is told whole timesteps.
template <class Schedule, class Beta>
auto of_timesteps(const Schedule& schedule, int count, Beta beta) {
    const auto net = network([levels = timesteps(count, beta)](double t, double x) {
        const auto [alpha, sigma] = levels(t);
        return at(alpha, sigma, x).noise;
    });
    return sampler{schedule, preserving, predicts(epsilon{}, net), best};
}

}  // namespace

TEST_CASE("networks that are told timesteps") {
    CHECK(off(of_timesteps(schedule::linear{}, 1000, linear_beta), grid::trailing{}) < 0.03);
    CHECK(off(of_timesteps(schedule::scaled_linear{}, 1000, scaled_beta), grid::leading{1}) < 0.03);
    CHECK(off(of_timesteps(schedule::cosine{100}, 100, cosine_beta), grid::trailing{}) < 0.03);
}

TEST_CASE("a v network of zero terminal SNR") {
    const auto net = network([levels = timesteps(1000, scaled_beta)](double t, double x) {
        const auto root = [&](double s) { return levels(s).first; };  // Lin et al. 2024
        const double last = root(999), first = root(0);
        const double alpha = (root(t) - last) * first / (first - last);
        const double sigma = std::sqrt(1 - alpha * alpha);
        const auto [data, noise] = at(alpha, sigma, x);
        return alpha * noise - sigma * data;
    });
    const sampler s{schedule::zero_terminal_snr(schedule::scaled_linear{}), preserving,
                    predicts(velocity{}, net), best};
    CHECK(off(s, grid::trailing{}) < 0.03);
}

TEST_CASE("networks of score_sde") {
    const auto vp = network([](double label, double x) {
        const double t = label / 999, alpha = std::exp(-0.25 * 19.9 * t * t - 0.05 * t);
        return at(alpha, std::sqrt(1 - alpha * alpha), x).noise;
    });
    const sampler s{schedule::linear_beta{}, preserving,
                    predicts(epsilon{}, vp, time_input::scaled{999}), best};
    CHECK(off(s, grid::straight{0.6}) < 0.03);

    const auto ve = network([](double sigma, double x) { return -at(1, sigma, x).noise / sigma; });
    const sampler exploding{schedule::geometric{0.01, 50}, kernel::variance_exploding{},
                            predicts(score{}, ve, time_input::sigma{}), best};
    CHECK(off(exploding, grid::karras{}) < 0.03);
}

TEST_CASE("networks of EDM, with their preconditioning and without") {
    const auto wrapped = network([](double sigma, double x) { return at(1, sigma, x).data; });
    const sampler s{schedule::edm{}, kernel::variance_exploding{},
                    predicts(denoised{}, wrapped, time_input::sigma{}), solver::heun{}};
    CHECK(off(s, grid::karras{}) < 0.03);

    const auto raw = network([](double label, double scaled) {
        const double sigma = std::exp(4 * label), of_data = 0.7;
        const double norm = std::hypot(sigma, of_data), x = scaled * norm;
        const double skip = of_data * of_data / (norm * norm), out = sigma * of_data / norm;
        return (at(1, sigma, x).data - skip * x) / out;
    });
    const sampler inner{schedule::edm{}, kernel::variance_exploding{},
                        predicts(edm_preconditioned{0.7}, raw, time_input::quarter_log_sigma{}),
                        solver::heun{}};
    CHECK(off(inner, grid::karras{}) < 0.03);
}

TEST_CASE("networks of flow matching, of both directions of time") {
    const auto down = network([](double label, double x) {
        const double t = label / 1000;
        const auto [data, noise] = at(1 - t, t, x);
        return noise - data;
    });
    const sampler s{schedule::rectified{}, kernel::linear_interpolant{},
                    predicts(flow{}, down, time_input::scaled{1000}), best};
    CHECK(off(s, grid::straight{3}) < 0.03);
    const sampler told_t{schedule::rectified{}, kernel::linear_interpolant{},
                         predicts(flow{}, down), best};
    CHECK(off(told_t, grid::straight{3}) > 0.3);  // the convention of another family

    const auto up = network([](double t, double x) {  // data at t = 1, and x_0 - noise
        const auto [data, noise] = at(t, 1 - t, x);
        return data - noise;
    });
    // [reversed]
    const auto turned = [&](auto in, auto out, const noise_level& level) {
        up(in, out, level);
        for (std::size_t i = 0; i < out.size(); ++i)
            out.data[i] = -out.data[i];
    };
    const auto from_data = [](const noise_level& level) { return 1 - level.t; };
    const sampler reversed{schedule::rectified{}, kernel::linear_interpolant{},
                           predicts(flow{}, turned, from_data), best};
    // [reversed]
    CHECK(off(reversed, grid::straight{1}) < 0.03);
}

TEST_CASE("the table has the compositions of this file") {
    CHECK(testing::page_table("concepts/README.md", "compositions").size() == 9);
}
