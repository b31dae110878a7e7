// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Formulas of discrete diffusion against sums over all cases and against each other.

#include <diffgen/discrete/betas.hpp>
#include <diffgen/discrete/finite_chain.hpp>
#include <diffgen/discrete/hidden_markov.hpp>
#include <diffgen/discrete/masked.hpp>
#include <diffgen/discrete/score_entropy.hpp>

#include <doctest/doctest.h>

#include "oracle.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

namespace {

namespace discrete = diffgen::discrete;
using oracle::numbers;

double largest_difference(const numbers& a, const numbers& b) {
    REQUIRE(a.size() == b.size());
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::fmax(most, std::fabs(a[i] - b[i]));
    return most;
}

}  // namespace

TEST_CASE(
    "the bound of a chain is tight for a single element whose network knows its distribution") {
    // One element: what the others tell is its prior, so the reverse steps are the true ones, and
    // the bound is the entropy of the data plus what the prior's term and the chain's length leave.
    const numbers data{0.5, 0.3, 0.15, 0.05};
    numbers log_data;
    for (const double p : data)
        log_data.push_back(std::log(p));
    for (const int steps : {4, 16}) {
        const discrete::finite_chain chain(discrete::uniform{4}, discrete::cosine_betas(steps));
        // Of x_1 the network must know what x_1 tells of x_0.
        double bound = 0, entropy = 0, prior = 0;
        const numbers at_end = discrete::moved(data, chain.cumulative(steps));
        for (int x0 = 0; x0 < 4; ++x0) {
            const double p = data[static_cast<std::size_t>(x0)];
            entropy -= p * log_data[static_cast<std::size_t>(x0)];
            prior += p * discrete::prior_term(chain, x0, at_end);
            for (int t = 1; t <= steps; ++t)
                for (int xt = 0; xt < 4; ++xt) {
                    numbers log_clean = log_data;
                    if (t == 1) {
                        for (int y = 0; y < 4; ++y)
                            log_clean[static_cast<std::size_t>(y)] +=
                                std::log(chain.cumulative(1)(y, xt));
                        log_clean = discrete::log_softmax(log_clean);
                    }
                    bound += p * chain.cumulative(t)(x0, xt) *
                             discrete::bound_term(chain, t, xt, x0, log_clean);
                }
        }
        CHECK(bound + prior == doctest::Approx(entropy).epsilon(1e-12));
    }
}
TEST_CASE("posteriors of a hidden Markov chain are sums over all sequences") {
    const auto chain = oracle::chain();
    const std::size_t length = 4;
    const numbers law = oracle::law_of_data(chain, length, 3);
    numbers likelihood(length * 3);
    for (std::size_t i = 0; i < likelihood.size(); ++i)
        likelihood[i] = 0.1 + static_cast<double>(i * 7 % 5);
    likelihood[4] = 0;
    double evidence = 0;
    numbers symbol(length * 3), others(length * 3);
    for (std::size_t code = 0; code < law.size(); ++code) {
        const auto x = oracle::sequence_of(code, length, 3);
        numbers seen;
        for (std::size_t i = 0; i < length; ++i)
            seen.push_back(likelihood[i * 3 + static_cast<std::size_t>(x[i])]);
        evidence += law[code] * seen[0] * seen[1] * seen[2] * seen[3];
        for (std::size_t i = 0; i < length; ++i) {
            double elsewhere = law[code];
            for (std::size_t k = 0; k < length; ++k)
                if (k != i) elsewhere *= seen[k];
            others[i * 3 + static_cast<std::size_t>(x[i])] += elsewhere;
            symbol[i * 3 + static_cast<std::size_t>(x[i])] += elsewhere * seen[i];
        }
    }
    const auto posterior = chain.posterior(likelihood);
    CHECK(posterior.log_evidence == doctest::Approx(std::log(evidence)).epsilon(1e-13));
    for (std::size_t i = 0; i < length; ++i) {
        const auto part = [&](const numbers& all) {
            return numbers(all.begin() + static_cast<std::ptrdiff_t>(3 * i),
                           all.begin() + static_cast<std::ptrdiff_t>(3 * i + 3));
        };
        CHECK(largest_difference(part(posterior.symbol), discrete::normalised(part(symbol))) <
              1e-14);
        CHECK(largest_difference(part(posterior.given_others), discrete::normalised(part(others))) <
              1e-14);
    }
}
TEST_CASE(
    "score entropy is 0 at the ratios, positive elsewhere, and its gradient that of differences") {
    const discrete::uniform c{4};
    numbers log_score;
    for (const double r : discrete::conditional_ratio(c, 2, 1, 0.7))
        log_score.push_back(std::log(r));
    CHECK(std::abs(discrete::score_entropy(c, log_score, 2, 1, 0.7)) < 1e-15);
    for (const double slope : discrete::score_entropy_gradient(c, log_score, 2, 1, 0.7))
        CHECK(std::abs(slope) < 1e-15);
    for (std::size_t y = 0; y < 4; ++y) {
        numbers up = log_score, down = log_score;
        up[y] += 0.5 + 1e-5;
        down[y] += 0.5 - 1e-5;
        numbers at = log_score;
        at[y] += 0.5;
        const double slope = (discrete::score_entropy(c, up, 2, 1, 0.7) -
                              discrete::score_entropy(c, down, 2, 1, 0.7)) /
                             2e-5;
        CHECK(discrete::score_entropy_gradient(c, at, 2, 1, 0.7)[y] ==
              doctest::Approx(slope).epsilon(1e-8));
        if (y != 1) CHECK(discrete::score_entropy(c, at, 2, 1, 0.7) > 0.01);
    }
}
TEST_CASE("the analytic step of masks is the ancestral one") {
    const discrete::absorbing c{5, 4};
    const numbers clean{0.1, 0.2, 0.3, 0.4, 0};
    const double total = 1.3, less = 0.4;
    const auto score = discrete::masked_score(clean, 4, 4, total);
    const auto analytic = discrete::analytic_weights(c, score, 4, total - less);
    const auto ancestral =
        discrete::unmasking_weights(clean, 4, -std::expm1(-total), -std::expm1(-less));
    CHECK(largest_difference(discrete::normalised(analytic), discrete::normalised(ancestral)) <
          1e-14);
}
TEST_CASE("rates and steps of a corruption that redraws are those of its matrix") {
    const discrete::uniform c{5};
    const auto by_rates = exponential(0.9 * rates(c)), by_step = transition(c, -std::expm1(-0.9));
    CHECK(largest_difference(by_rates.values(), by_step.values()) < 1e-14);
    const numbers row{0.3, 0.1, 0.2, 0.25, 0.15};
    CHECK(largest_difference(solved(moved(row, by_step), by_step), row) < 1e-14);
    const discrete::rate_matrix general(rates(discrete::absorbing{3, 1}));
    CHECK(largest_difference(stationary(general), {0, 1, 0}) < 1e-14);
}
TEST_CASE("draws by the inverse distribution function") {
    const numbers weights{0, 2, 0, 1e-12, 1, 0};
    CHECK(discrete::first_reaching(weights, 0) == 1);
    CHECK(discrete::first_reaching(weights, 2 / 3. - 1e-6) == 1);
    CHECK(discrete::first_reaching(weights, (2 + 0.5e-12) / (3 + 1e-12)) == 3);
    CHECK(discrete::first_reaching(weights, 1) == 4);
    CHECK(discrete::first_reaching(numbers{-1, 1, -1}, 0.3) == 1);
}
TEST_CASE("a discretised logistic distribution covers its cells without cancellation") {
    // far from the cells, where the difference of two logistic functions would be 0
    const auto logits = discrete::discretised_logistic(-30, -1, 9);
    CHECK(std::isfinite(logits.back()));
    CHECK(logits.front() > logits.back());
    double sum = 0;
    for (const double v : discrete::discretised_logistic(0.2, -3, 17))
        sum += std::exp(v);
    CHECK(sum == doctest::Approx(1).epsilon(1e-6));
}
