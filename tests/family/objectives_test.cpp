// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/family/concepts.hpp>
#include <diffgen/family/objective/adversarial.hpp>
#include <diffgen/family/objective/f_divergence.hpp>
#include <diffgen/family/objective/gradient_penalty.hpp>
#include <diffgen/family/objective/spectral_norm.hpp>

#include <Eigen/SVD>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace adversarial = diffgen::family::adversarial;
namespace divergence = adversarial::divergence;
namespace family = diffgen::family;
namespace nn = diffgen::nn;
using matrix = nn::matrix<double>;
using values = nn::values<double>;

static_assert(family::adversarial_objective<adversarial::minimax>);
static_assert(family::adversarial_objective<adversarial::relativistic_average<>>);
static_assert(family::adversarial_objective<adversarial::f_divergence<divergence::kl>>);
static_assert(family::adversarial_objective<adversarial::boundary_equilibrium>);

namespace {

/// Two distributions on four points, as samples in these numbers, 20 of each.
const std::vector<int> real_counts{8, 6, 4, 2}, fake_counts{3, 5, 5, 7};

values samples(const std::vector<int>& counts, const std::vector<double>& at) {
    matrix m(1, 20);
    nn::extent next = 0;
    for (std::size_t i = 0; i < counts.size(); ++i)
        for (int k = 0; k < counts[i]; ++k)
            m(0, next++) = at[i];
    return values(m);
}

/// sum_i q_i f(p_i / q_i).
template <class F>
double exact(F f) {
    double total = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const double p = real_counts[i] / 20.0, q = fake_counts[i] / 20.0;
        total += q * f(p / q);
    }
    return total;
}

/// The critic's loss at its optimum, where g(v) = f'(p / q), is minus the divergence, and any other
/// critic is worse.
template <class Divergence, class Slope, class F>
void check_divergence(const Divergence& d, Slope v_of_ratio, F f) {
    std::vector<double> best;
    for (std::size_t i = 0; i < 4; ++i)
        best.push_back(v_of_ratio(static_cast<double>(real_counts[i]) / fake_counts[i]));
    const adversarial::f_divergence<Divergence> objective{d};
    const auto loss = [&](const std::vector<double>& v) {
        return objective.critic(samples(real_counts, v), samples(fake_counts, v)).item();
    };
    CHECK(loss(best) == doctest::Approx(-exact(f)).epsilon(1e-12));
    for (std::size_t i = 0; i < 4; ++i)
        for (const double step : {-0.1, 0.1}) {
            auto other = best;
            other[i] += step;
            CHECK(loss(other) > loss(best));
        }
}

}  // namespace

TEST_CASE("adversarial: the optimal critic in closed form, and log 4 where nothing differs") {
    std::vector<double> best;
    for (std::size_t i = 0; i < 4; ++i)
        best.push_back(std::log(static_cast<double>(real_counts[i]) / fake_counts[i]));
    const adversarial::minimax objective;
    const double loss =
        objective.critic(samples(real_counts, best), samples(fake_counts, best)).item();
    // -log 4 + 2 JS(p, q), with the sign of a loss.
    double js = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const double p = real_counts[i] / 20.0, q = fake_counts[i] / 20.0, m = (p + q) / 2;
        js += 0.5 * p * std::log(p / m) + 0.5 * q * std::log(q / m);
    }
    CHECK(loss == doctest::Approx(std::log(4.0) - 2 * js).epsilon(1e-12));
    const std::vector<double> zero(4, 0.0);
    CHECK(objective.critic(samples(real_counts, zero), samples(real_counts, zero)).item() ==
          doctest::Approx(std::log(4.0)).epsilon(1e-14));
}

TEST_CASE("adversarial: the generator's gradient at a sure critic") {
    // Where a critic is sure, the minimax generator learns nothing, and the other one does.
    nn::tape<double> tape;
    const auto fake = tape.constant(matrix::Constant(1, 4, -30.0)),
               real = tape.constant(matrix::Constant(1, 4, 30.0));
    const auto flat = grad(adversarial::minimax{}.generator(real, fake), fake);
    const auto steep = grad(adversarial::non_saturating{}.generator(real, fake), fake);
    CHECK(flat.value().cwiseAbs().maxCoeff() < 1e-12);
    CHECK(steep.value()(0, 0) == doctest::Approx(-0.25).epsilon(1e-12));
}

TEST_CASE("adversarial: every f-divergence is what its optimal critic measures") {
    check_divergence(
        divergence::kl{}, [](double r) { return 1 + std::log(r); },
        [](double r) { return r * std::log(r); });
    check_divergence(
        divergence::reverse_kl{}, [](double r) { return std::log(r); },
        [](double r) { return -std::log(r); });
    check_divergence(
        divergence::pearson{}, [](double r) { return 2 * (r - 1); },
        [](double r) { return (r - 1) * (r - 1); });
    check_divergence(
        divergence::squared_hellinger{}, [](double r) { return 0.5 * std::log(r); },
        [](double r) { return std::pow(std::sqrt(r) - 1, 2); });
    check_divergence(
        divergence::jensen_shannon{}, [](double r) { return std::log(r); },
        [](double r) { return -(r + 1) * std::log((1 + r) / 2) + r * std::log(r); });
    check_divergence(
        divergence::gan{}, [](double r) { return std::log(r); },
        [](double r) { return r * std::log(r) - (r + 1) * std::log(r + 1); });
}

TEST_CASE("adversarial: hinge, least squares, energies and their equilibrium") {
    const std::vector<double> v{2, 0.5, -0.5, -3};
    const values real = samples(real_counts, v), fake = samples(fake_counts, v);
    CHECK(adversarial::hinge{}.critic(real, fake).item() ==
          doctest::Approx((6 * 0.5 + 4 * 1.5 + 2 * 4 + 3 * 3 + 5 * 1.5 + 5 * 0.5) / 20));
    CHECK(adversarial::wasserstein{}.critic(real, fake).item() ==
          doctest::Approx((3 * 2 - 7 * 3 - (8 * 2 + 6 * 0.5 - 4 * 0.5 - 2 * 3)) / 20.0));
    CHECK(adversarial::least_squares{}.generator(real, fake).item() ==
          doctest::Approx((3 * 1 + 5 * 0.25 + 5 * 2.25 + 7 * 16) / 40));
    CHECK(adversarial::energy_based{1}.critic(real, fake).item() ==
          doctest::Approx((8 * 2 + 6 * 0.5 - 4 * 0.5 - 2 * 3 + 5 * 0.5 + 5 * 1.5 + 7 * 4) / 20));
    adversarial::boundary_equilibrium balanced{0.5, 0.1};
    CHECK(balanced.see(2.0, 0.4) == doctest::Approx(2.6));
    CHECK(balanced.balance == doctest::Approx(0.06));
    balanced.see(0, 10);
    CHECK(balanced.balance == 0);
    CHECK_THROWS_AS(
        adversarial::relativistic_paired<>{}.critic(real, slice_rows(values(2, 3, 1.0), 0, 1)),
        diffgen::bad_shape);
}

TEST_CASE("gradient penalty: a linear critic has one slope, and its gradient is known") {
    nn::tape<double> tape;
    matrix slope(1, 3);
    slope << 3, 0, -4;
    const auto w = tape.constant(slope);
    const auto points = tape.constant(matrix(matrix::Random(3, 5)));
    const auto critic = [&](const nn::variable<double>& x) { return matmul(w, x); };
    const auto two = adversarial::gradient_penalty(critic, points, 10);
    CHECK(two.penalty.item() == doctest::Approx(160));
    // d/dw 10 (|w| - 1)^2 = 20 (|w| - 1) w / |w|.
    CHECK((grad(two.penalty, w).value() - 16 * slope).norm() < 1e-12);
    const auto zero =
        adversarial::gradient_penalty(critic, points, 2, adversarial::slope_penalty::zero_centred);
    CHECK(zero.penalty.item() == doctest::Approx(25));
    const auto small = tape.constant(matrix(0.1 * slope));
    const auto gentle = [&](const nn::variable<double>& x) { return matmul(small, x); };
    CHECK(adversarial::gradient_penalty(gentle, points, 10, adversarial::slope_penalty::one_sided)
              .penalty.item() == 0);
    const auto flat = [&](const nn::variable<double>& x) { return matmul(w * 0.0, x); };
    const auto none = adversarial::gradient_penalty(flat, points, 10);
    CHECK(grad(none.penalty, w).value().allFinite());
    const auto two_rows = [](const nn::variable<double>& x) { return slice_rows(x, 0, 2); };
    CHECK_THROWS_AS(adversarial::gradient_penalty(two_rows, points), diffgen::bad_argument);
}

TEST_CASE("spectral norm: power iteration finds the largest singular value") {
    const matrix m = matrix::Random(6, 4);
    family::spectral_norm norm{matrix::Ones(6, 1) / std::sqrt(6.0), matrix::Ones(4, 1) / 2};
    norm.iterate(m, 300);
    nn::tape<double> tape;
    const auto w = tape.constant(m);
    const double largest = Eigen::JacobiSVD<matrix>(m).singularValues()(0);
    CHECK(norm.sigma(w).item() == doctest::Approx(largest).epsilon(1e-12));
    CHECK(Eigen::JacobiSVD<matrix>(matrix(norm.normalised(w).value())).singularValues()(0) ==
          doctest::Approx(1).epsilon(1e-12));
    CHECK_THROWS_AS(norm.iterate(matrix(matrix::Zero(5, 4))), diffgen::bad_argument);
    const std::vector<std::size_t> shape{2, 3, 2};
    CHECK(family::numbers_along(shape, 1) ==
          std::vector<int>{0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11});
    CHECK_THROWS_AS(family::numbers_along(shape, 3), diffgen::bad_argument);
}
