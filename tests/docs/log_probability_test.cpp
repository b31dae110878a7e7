// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The code of docs/concepts/log_probability.md, checked to do what the page says.
#include <diffgen/diffgen.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace diffgen;

namespace {

/// A perfect eps of standard normal data.
const auto network = [](auto in, auto out, const noise_level& level) {
    for (std::size_t i = 0; i < in.size(); ++i)
        out.data[i] = level.sigma * in.data[i];
};
const auto other_network = [](auto in, auto out, const noise_level& level) {
    for (std::size_t i = 0; i < in.size(); ++i)
        out.data[i] = level.sigma * (in.data[i] - 0.01);
};

}  // namespace

TEST_CASE("record, and replay under another network") {
    // [ratio]
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
              solver::ancestral{}};
    std::vector<double> x(64 * 16);
    recorded_path<double> path;
    s.generate(exec::omp, batch(x, 64), path, {.steps = 20, .seed = 7});
    const log_probability_table was = path.log_probabilities(exec::omp);

    sampler other{schedule::linear_beta{}, kernel::variance_preserving{},
                  predicts(epsilon{}, other_network), solver::ancestral{}};
    const log_probability_table is = other.log_probabilities(exec::omp, path);
    const std::vector<double> of_own = was.of_paths(), of_other = is.of_paths();
    std::vector<double> ratio(64);  // of the probabilities of each sample's path
    for (std::size_t i = 0; i < 64; ++i)
        ratio[i] = std::exp(of_other[i] - of_own[i]);
    // [ratio]
    CHECK(was.transitions() == 19);
    CHECK(*std::min_element(ratio.begin(), ratio.end()) < 1);
    CHECK(*std::max_element(ratio.begin(), ratio.end()) > 1);
    CHECK(s.log_probabilities(exec::omp, path).of_paths() == was.of_paths());
}

// N(0, 1) with the potential exp(-(x - 2)^2 / 2) is N(1, 1/2). The network of N(0, 1) is steered by
// the slope of the potential at its estimate (as in the twisted diffusion sampler of Wu et al.
// 2023), which is not exact, and the weights make up for it. Bounds are 6.5 standard errors of the
// weighted means, estimated: about 8e-11 of false alarms each; a standard error is 0.01. Without
// weights the mean is 1.28.
TEST_CASE("weights of a steered run") {
    const std::size_t n = 20'000;
    const auto log_potential = [](double data) { return -0.5 * (data - 2) * (data - 2); };
    // [weights]
    const auto steered_network = [](auto in, auto out, const noise_level& l) {
        network(in, out, l);
        for (std::size_t i = 0; i < in.size(); ++i)  // less sigma grad log G(D), D = alpha x
            out.data[i] += l.sigma * l.alpha * (l.alpha * in.data[i] - 2);
    };
    const solver::ancestral solver{.variance = solver::variance::transition};
    sampler base{schedule::linear_beta{}, kernel::variance_preserving{},
                 predicts(epsilon{}, network), solver};
    sampler steered{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(epsilon{}, steered_network), solver};

    std::vector<double> x(n), weight(n);
    recorded_path<double> path;
    steered.generate(exec::omp, batch(x, n), path, {.steps = 100, .seed = 3});
    const auto q = path.log_probabilities(exec::omp).of_paths();
    const auto p = base.log_probabilities(exec::omp, batch(x, n), path).of_paths();  // x: its ends
    for (std::size_t i = 0; i < n; ++i)
        weight[i] = std::exp(p[i] - q[i] + log_potential(x[i]));
    // [weights]
    double sum = 0, mean = 0, variance = 0, error = 0, spread = 0;
    for (const double w : weight)
        sum += w;
    for (std::size_t i = 0; i < n; ++i)
        mean += weight[i] / sum * x[i];
    for (std::size_t i = 0; i < n; ++i)
        variance += weight[i] / sum * (x[i] - mean) * (x[i] - mean);
    for (std::size_t i = 0; i < n; ++i) {
        const double w = weight[i] / sum, d = x[i] - mean;
        error += w * w * d * d;
        spread += w * w * (d * d - variance) * (d * d - variance);
    }
    CHECK(std::fabs(mean - 1) < 6.5 * std::sqrt(error));
    CHECK(std::fabs(variance - 0.5) < 6.5 * std::sqrt(spread));
    CHECK(std::sqrt(error) < 0.02);
}
