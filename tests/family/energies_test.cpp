// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/family/energy/annealed_importance.hpp>
#include <diffgen/family/energy/metropolis.hpp>
#include <diffgen/family/energy/restricted_boltzmann.hpp>
#include <diffgen/noise/source.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace family = diffgen::family;
namespace nn = diffgen::nn;
using matrix = nn::matrix<double>;
using values = nn::values<double>;

namespace {

/// Entries spread over [-size, size] without a pattern.
matrix spread(nn::extent rows, nn::extent cols, double size, double shift) {
    matrix m(rows, cols);
    for (nn::extent i = 0; i < m.size(); ++i) {
        const double u = static_cast<double>(i + 1) * 0.6180339887498949 + shift;
        m.data()[i] = size * (2 * (u - std::floor(u)) - 1);
    }
    return m;
}

family::restricted_boltzmann machine(nn::extent visible, nn::extent hidden, bool gaussian) {
    return {spread(visible, hidden, 0.8, 0.1), spread(visible, 1, 0.5, 0.2),
            spread(hidden, 1, 0.5, 0.3), gaussian};
}

matrix uniforms(nn::extent rows, nn::extent cols, std::uint32_t draw) {
    matrix u(rows, cols);
    for (nn::extent i = 0; i < u.size(); ++i)
        u.data()[i] = diffgen::noise::philox{4}.uniform<double>(diffgen::noise::stream::prior, draw,
                                                                static_cast<std::uint64_t>(i));
    return u;
}

}  // namespace

TEST_CASE("Boltzmann machine: Z is the same over either side, and the sum over all states") {
    const auto wide = machine(7, 4, false);
    wide.check();
    family::restricted_boltzmann turned{wide.weight.transpose(), wide.c, wide.b};
    CHECK(wide.log_z() == doctest::Approx(turned.log_z()).epsilon(1e-13));
    double total = 0;
    for (int v = 0; v < 128; ++v)
        for (int h = 0; h < 16; ++h) {
            matrix a(7, 1), s(4, 1);
            for (int i = 0; i < 7; ++i)
                a(i, 0) = (v >> i) & 1;
            for (int i = 0; i < 4; ++i)
                s(i, 0) = (h >> i) & 1;
            total += std::exp((wide.b.transpose() * a + wide.c.transpose() * s +
                               a.transpose() * wide.weight * s)(0, 0));
        }
    CHECK(wide.log_z() == doctest::Approx(std::log(total)).epsilon(1e-13));
    CHECK_THROWS_AS((void)machine(30, 30, false).log_z(), diffgen::bad_argument);
    auto wrong = machine(3, 2, false);
    wrong.b = matrix::Zero(2, 1);
    CHECK_THROWS_AS(wrong.check(), diffgen::bad_argument);
}

TEST_CASE("Boltzmann machine: exact gradients are those of the log-likelihood") {
    for (const bool gaussian : {false, true}) {
        auto m = machine(5, 3, gaussian);
        matrix data = uniforms(5, 6, 0);
        if (!gaussian) data = (data.array() < 0.5).cast<double>().matrix();
        const auto g = m.exact_gradient(data);
        const auto check = [&](matrix& parameter, const matrix& found) {
            for (nn::extent i = 0; i < parameter.size(); ++i) {
                const double kept = parameter.data()[i];
                parameter.data()[i] = kept + 1e-5;
                const double above = m.log_likelihood(data).mean();
                parameter.data()[i] = kept - 1e-5;
                const double below = m.log_likelihood(data).mean();
                parameter.data()[i] = kept;
                CHECK(std::abs(found.data()[i] - (above - below) / 2e-5) < 1e-8);
            }
        };
        check(m.weight, g.weight);
        check(m.b, g.b);
        check(m.c, g.c);
    }
    // The score of a Gaussian machine: from the free energy on a tape.
    const auto m = machine(5, 3, true);
    nn::tape<double> tape;
    const auto v = tape.constant(uniforms(5, 4, 1));
    const auto energy = family::rbm_free_energy(v, tape.constant(m.weight), tape.constant(m.b),
                                                tape.constant(m.c), true);
    CHECK((grad(-sum(energy), v).value() - m.score(v.value())).cwiseAbs().maxCoeff() < 1e-13);
}

TEST_CASE("Boltzmann machine: contrastive divergence from exact samples has no bias") {
    // From samples of the model itself, data and chain have one distribution: the gradient's mean
    // is zero. 20,000 chains; entries have standard errors below 0.005, and 7 of them are 1e-11 for
    // each.
    const auto m = machine(4, 3, false);
    const nn::extent n = 20000;
    matrix states(4, 16);
    for (int s = 0; s < 16; ++s)
        for (int i = 0; i < 4; ++i)
            states(i, s) = (s >> i) & 1;
    const matrix log_p = m.log_likelihood(states), u = uniforms(1, n, 2);
    matrix data(4, n);
    for (nn::extent j = 0; j < n; ++j) {
        double rest = u(0, j);
        nn::extent s = 0;
        while (s < 15 && (rest -= std::exp(log_p(0, s))) > 0)
            ++s;
        data.col(j) = states.col(s);
    }
    matrix chain = data;
    m.gibbs(chain, uniforms(3, n, 3), uniforms(4, n, 4));
    const auto g = m.contrastive_divergence(data, chain);
    CHECK(g.weight.cwiseAbs().maxCoeff() < 0.035);
    CHECK(g.b.cwiseAbs().maxCoeff() < 0.035);
}

TEST_CASE("annealing: a Boltzmann machine's log Z lies in the bracket from both sides") {
    const family::boltzmann_path path{spread(6, 1, 0.3, 0.7), machine(6, 5, false)};
    const double exact = path.machine.log_z();
    const nn::extent chains = 400;
    std::vector<double> betas;
    for (int i = 0; i <= 60; ++i)
        betas.push_back(i / 60.0);
    const auto transition = [&](std::uint32_t side) {
        return [&, side](double beta, std::size_t k, const values& v) {
            const auto draw = side + 2 * static_cast<std::uint32_t>(k);
            return path.gibbs(beta, v, values(uniforms(5, chains, draw)),
                              values(uniforms(6, chains, draw + 1)));
        };
    };
    matrix start = uniforms(6, chains, 500);
    for (nn::extent j = 0; j < chains; ++j)
        for (nn::extent i = 0; i < 6; ++i)
            start(i, j) = start(i, j) < diffgen::sigmoid(path.base_bias(i, 0)) ? 1 : 0;
    const auto estimate = [](const family::annealed_run<values>& run) {
        const auto& w = run.log_weights.back();
        return family::estimate_of({w.data(), static_cast<std::size_t>(w.size())});
    };
    const auto up =
        estimate(family::annealed_importance(path, transition(1000), betas, values(start)));
    CHECK(up.effective_sample_size > 100);
    // The other side begins at exact samples of the machine.
    matrix states(6, 64);
    for (int s = 0; s < 64; ++s)
        for (int i = 0; i < 6; ++i)
            states(i, s) = (s >> i) & 1;
    const matrix log_p = path.machine.log_likelihood(states), u = uniforms(1, chains, 600);
    matrix exact_start(6, chains);
    for (nn::extent j = 0; j < chains; ++j) {
        double rest = u(0, j);
        nn::extent s = 0;
        while (s < 63 && (rest -= std::exp(log_p(0, s))) > 0)
            ++s;
        exact_start.col(j) = states.col(s);
    }
    const std::vector<double> falling(betas.rbegin(), betas.rend());
    const auto down =
        estimate(family::annealed_importance(path, transition(2000), falling, values(exact_start)));
    const double low = path.base_log_z() + up.log_mean_weight,
                 high = path.base_log_z() - down.log_mean_weight;
    // Log-weights vary by about 0.1, over 20 chains' worth of root: standard errors below 0.006.
    // The seeds are fixed; with others each would be within 0.04 but for 1e-10.
    CHECK(std::abs(low - exact) < 0.04);
    CHECK(std::abs(high - exact) < 0.04);
    CHECK(std::abs(low - high) < 0.08);
    const std::vector<double> one{0.5};
    CHECK_THROWS_AS(family::annealed_importance(path, transition(0), one, values(start)),
                    diffgen::bad_argument);
}

TEST_CASE("annealing: a mixture's score is the gradient of its log-density") {
    const family::isotropic_mixture mixture{{0.3, 1.1}, spread(2, 2, 1.5, 0.4), {0.6, 0.9}};
    mixture.check();
    const family::geometric_path<family::isotropic_normal, family::isotropic_mixture> path{{1.3},
                                                                                           mixture};
    nn::tape<double> tape;
    const auto x = tape.constant(spread(2, 5, 2, 0.6));
    const auto g = grad(sum(path.log_density(0.7, x)), x);
    CHECK((g.value() - path.score(0.7, x).value()).cwiseAbs().maxCoeff() < 1e-13);
}

TEST_CASE("Metropolis: every proposal leaves the density as it is") {
    // Started at exact samples of the base, the second moments stay: 40,000 chains, standard error
    // 0.01 of E x^2 = 1.69 over D = 1; 7 of them are 1e-11.
    const family::geometric_path<family::isotropic_normal, family::isotropic_normal> path{{1.3},
                                                                                          {1.3}};
    const nn::extent n = 40000;
    const auto normals = [&](std::uint32_t draw) {
        matrix z(1, n);
        for (nn::extent i = 0; i < n; ++i)
            z(0, i) = diffgen::noise::philox{9}.normal<double>(diffgen::noise::stream::prior, draw,
                                                               static_cast<std::uint64_t>(i));
        return values(z);
    };
    for (const auto kind : {family::proposal::random_walk, family::proposal::langevin,
                            family::proposal::hamiltonian}) {
        const family::metropolis move{kind, kind == family::proposal::hamiltonian ? 0.9 : 1.5, 3};
        auto x = normals(0) * 1.3;
        double accepted = 0;
        for (std::uint32_t k = 0; k < 3; ++k) {
            const auto step = move(path, 0.4, x, normals(10 + k), values(uniforms(1, n, 700 + k)));
            x = step.state;
            accepted += mean(step.accepted).item() / 3;
        }
        CHECK(accepted > 0.3);
        CHECK(accepted < 0.999);
        CHECK(std::abs(mean(square(x)).item() - 1.69) < 0.085);
    }
}
