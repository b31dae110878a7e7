// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The law of what runs by block make of jointly Gaussian frames, whose exact denoiser takes any mix
// of levels. Everything is affine, so that there is nothing statistical: the library's map is had
// from runs on basis vectors with recorded noise, and the mean and covariance from it are compared
// with a recursion over the rounds of the table, written here; and with the law of the data.

#include <diffgen/blocks/rules.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/recorded.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "../../examples/common/gaussian_frames.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace diffgen;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr int frames = 4;
const gaussian_frames data{
    .mean = Eigen::Vector4d(0.3, -0.2, 0.5, 0.1), .correlation = 0.8, .deviation = 0.7};

struct law {
    VectorXd mean;
    MatrixXd covariance;
};

double distance(const law& a, const law& b) {
    return std::max((a.mean - b.mean).cwiseAbs().maxCoeff(),
                    (a.covariance - b.covariance).cwiseAbs().maxCoeff());
}

using levels_type = std::vector<noise_level>;

const process forward{schedule::linear_beta{}, kernel::variance_preserving{}};

levels_type levels_of(const grid::uniform& g, int n) {
    return g.levels(process_view(forward), n);
}

/// Of frames at these levels.
law marginal(const levels_type& at) {
    VectorXd alpha(frames), sigma(frames);
    for (int b = 0; b < frames; ++b) {
        alpha[b] = at[static_cast<std::size_t>(b)].alpha;
        sigma[b] = at[static_cast<std::size_t>(b)].sigma;
    }
    MatrixXd c = alpha.asDiagonal() * data.covariance() * alpha.asDiagonal();
    c += sigma.cwiseAbs2().asDiagonal();
    return {alpha.cwiseProduct(data.mean), c};
}

/// The levels of the frames after r rounds of a table.
levels_type column(const blocks::step_table& t, const levels_type& grid, int r) {
    levels_type l;
    for (int b = 0; b < t.count; ++b)
        l.push_back(grid[static_cast<std::size_t>(t.of(b)[static_cast<std::size_t>(r)])]);
    return l;
}

/// What the library makes of frames with the law `start`, which are given.
template <class Solver>
law sampled(const Solver& solver, const blocks::step_table& t, const law& start, const options& o) {
    // column 0: no noise from the state 0; then basis states; then one for every frame and draw
    const auto draws = static_cast<Eigen::Index>(o.steps);
    const Eigen::Index runs = 1 + frames + frames * draws;
    MatrixXd x = MatrixXd::Zero(frames, runs);
    x.block(0, 1, frames, frames).setIdentity();
    std::vector<double> normals(static_cast<std::size_t>(frames * runs * draws));
    for (Eigen::Index k = 0; k < draws; ++k)
        for (Eigen::Index b = 0; b < frames; ++b) {
            const Eigen::Index run = 1 + frames + k * frames + b;
            normals[static_cast<std::size_t>(k * frames * runs + run * frames + b)] = 1;
        }
    const noise::recorded<double> source{normals.data(), static_cast<std::uint64_t>(frames * runs),
                                         static_cast<std::uint32_t>(draws)};
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(denoised{}, data), solver, source};
    s.generate_from(
        exec::cpp, t,
        batch(x.data(), static_cast<std::size_t>(x.size()), static_cast<std::size_t>(runs)), o);
    const VectorXd constant = x.col(0);
    x.colwise() -= constant;
    const MatrixXd state = x.middleCols(1, frames), noise = x.rightCols(runs - 1 - frames);
    return {constant + state * start.mean,
            state * start.covariance * state.transpose() + noise * noise.transpose()};
}

/// One step of ddim{eta} in every frame that moves in a round (Song et al. 2021, eq. 12 and 16).
law recursion(const blocks::step_table& t, const levels_type& grid, law now, double eta) {
    for (int r = 0; r < t.rounds(); ++r) {
        const levels_type from = column(t, grid, r), to = column(t, grid, r + 1);
        const MatrixXd gain = data.gain(from);
        const VectorXd rest =
            data.mean - gain * gaussian_frames::alphas(from).cwiseProduct(data.mean);
        MatrixXd state = MatrixXd::Identity(frames, frames);
        VectorXd constant = VectorXd::Zero(frames), added = VectorXd::Zero(frames);
        for (int b = 0; b < frames; ++b) {
            const noise_level &s = from[static_cast<std::size_t>(b)],
                              &e = to[static_cast<std::size_t>(b)];
            if (s.t == e.t) continue;
            const double a = s.alpha / e.alpha;
            const double c =
                eta * e.sigma / s.sigma * std::sqrt(s.sigma * s.sigma - a * a * e.sigma * e.sigma);
            const double keeps = std::sqrt(e.sigma * e.sigma - c * c) / s.sigma;
            const double takes = e.alpha - keeps * s.alpha;  // of D
            state.row(b) = takes * gain.row(b);
            state(b, b) += keeps;
            constant[b] = takes * rest[b];
            added[b] = c * c;
        }
        now.mean = state * now.mean + constant;
        now.covariance = state * now.covariance * state.transpose();
        now.covariance += added.asDiagonal();
    }
    return now;
}

template <class F>
void for_tables(int n, const F& f) {
    f("uniform", blocks::uniform{frames}.table(n));
    f("causal", blocks::causal{frames}.table(n));
    f("pyramid", blocks::pyramid{frames, 1.5}.table(n));
    f("rolling", blocks::rolling{frames}.table(n));
    f("two speeds", blocks::two_speed{1, 3, 3}.table(n));
    f("after a prefix", blocks::after_prefix{2, blocks::pyramid{2, 3}}.table(n));
}

}  // namespace

TEST_CASE("the law of every table is that of an exact recursion over its rounds") {
    const options o{.steps = 8};
    const levels_type grid = levels_of({}, o.steps);
    for_tables(o.steps, [&](const std::string& name, const blocks::step_table& t) {
        for (const double eta : {0.0, 0.6, 1.0}) {
            CAPTURE(name);
            CAPTURE(eta);
            const law start = marginal(column(t, grid, 0));
            const law expected = recursion(t, grid, start, eta);
            const law found = sampled(solver::ddim{.eta = eta}, t, start, o);
            CHECK(distance(found, expected) < 1e-10);
            CHECK(distance(expected, start) > 0.1);
        }
    });
}

TEST_CASE("where a block waits and goes on, the recursion is the same") {
    const blocks::step_table t{frames, {0, 2, 2, 2, 5, 5, 8,  //
                                        8, 8, 8, 8, 8, 8, 8,  // known from the beginning
                                        0, 0, 0, 3, 3, 6, 6,  // never clean
                                        1, 1, 1, 1, 1, 1, 8}};
    const options o{.steps = 8};
    const levels_type grid = levels_of({}, o.steps);
    const law start = marginal(column(t, grid, 0));
    const law found = sampled(solver::ddim{.eta = 0.5}, t, start, o);
    CHECK(distance(found, recursion(t, grid, start, 0.5)) < 1e-10);
    CHECK(found.covariance(1, 1) == doctest::Approx(start.covariance(1, 1)).epsilon(1e-15));
}

TEST_CASE("whatever the table, the law of the data is approached at the order of the solver") {
    // From the marginal at the first levels to the one at the last. After a prefix that is the law
    // of what follows, given the prefix, which stays as it is.
    const auto error = [](const auto& solver, const std::string& which, int n) {
        const grid::uniform to_some_noise{.stop_at = 0.02};
        const options o{.steps = n, .grid = to_some_noise};
        const levels_type grid = levels_of(to_some_noise, n);
        double e = 0;
        for_tables(n, [&](const std::string& name, const blocks::step_table& t) {
            if (name != which) return;
            e = distance(sampled(solver, t, marginal(column(t, grid, 0)), o),
                         marginal(column(t, grid, t.rounds())));
        });
        return e;
    };
    for (const std::string name :
         {"uniform", "causal", "pyramid", "rolling", "two speeds", "after a prefix"}) {
        CAPTURE(name);
        const auto order = [&](const auto& solver) {
            return std::log2(error(solver, name, 48) / error(solver, name, 96));
        };
        CHECK(order(solver::ddim{}) > 0.9);
        CHECK(order(solver::ddim{.eta = 1}) > 0.65);
        CHECK(order(solver::heun{}) > 1.8);
        CHECK(order(solver::dpm_solver_pp_multistep<2>{}) > 1.75);
    }
}
