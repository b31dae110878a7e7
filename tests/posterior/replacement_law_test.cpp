// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// RePaint (Lugmayr et al. 2022, algorithm 1) on Gaussian data has a Gaussian law after every step,
// whose mean and covariance follow an affine recursion. The library's runs have that law, and the
// errors that implementations of it are known for have another.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/observe/observer.hpp>
#include <diffgen/posterior/known.hpp>
#include <diffgen/posterior/mixture.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/restart.hpp>

#include <Eigen/LU>
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;
using posterior::Index;
using posterior::matrix;
using posterior::vector;

namespace {

const vector centre{{0.3, -0.5}};
const matrix covariance{{1, 0.9}, {0.9, 1.2}};
constexpr double y = 1.8;  // of element 0
constexpr int steps = 8, jump = 2, times_down = 2;
constexpr Index samples = 40000;

/// Algorithm 1, and what has been made of it.
struct rule {
    int repeats = times_down;       ///< times that each piece is gone down
    bool up_in_the_loop = true;     ///< else once, after all turns
    bool up_by_next_betas = false;  ///< those of the piece before, which is noisier
    bool noise_left = false;        ///< known elements with the noise of the level just left
    bool signal_left = false;       ///< known elements with the signal of the level just left
};

struct law {
    vector mean;
    matrix covariance;
};

/// The law of the state after each step.
class recursion {
  public:
    recursion(const rule& r, const std::vector<noise_level>& levels) : rule_(r), levels_(levels) {
        const double s = levels[0].sigma;
        now_ = {vector::Zero(2), s * s * matrix::Identity(2, 2)};
        const std::size_t last_noisy = levels.size() - 2;
        for (std::size_t first = 0; first < last_noisy; first += jump) {
            const std::size_t last = std::min<std::size_t>(first + jump, last_noisy);
            const int turns = rule_.up_in_the_loop ? rule_.repeats : 1;  // from one state, again
            for (int turn = 0; turn < turns; ++turn) {
                for (std::size_t k = first; k < last; ++k)
                    down(k);
                if (turn + 1 < rule_.repeats) up(last, first);
            }
        }
        down(last_noisy);
    }

    std::vector<law> after;

  private:
    /// x to level k + 1: x' = state x + data D + noise, D = E[x_0 | x]; then the known element.
    void down(std::size_t k) {
        const noise_level &from = levels_[k], &to = levels_[k + 1];
        const double a = from.alpha, v = from.sigma * from.sigma;
        const matrix gain =
            a * covariance * matrix(a * a * covariance + v * matrix::Identity(2, 2)).inverse();
        const double r = from.alpha / to.alpha, below = to.sigma * to.sigma;
        const double step = v - r * r * below;  // the variance of x given x'
        const matrix linear = r * below / v * matrix::Identity(2, 2) + to.alpha * step / v * gain;
        now_.mean = linear * now_.mean + to.alpha * step / v * (centre - a * gain * centre);
        now_.covariance = linear * now_.covariance * linear.transpose() +
                          below * step / v * matrix::Identity(2, 2);
        now_.mean[0] = (rule_.signal_left ? from : to).alpha * y;
        const double noise = (rule_.noise_left ? from : to).sigma;
        now_.covariance.row(0).setZero();
        now_.covariance.col(0).setZero();
        now_.covariance(0, 0) = noise * noise;
        after.push_back(now_);
    }
    void up(std::size_t low, std::size_t high) {
        if (rule_.up_by_next_betas && high >= jump) {
            low -= jump;
            high -= jump;
        }
        const noise_level &from = levels_[low], &to = levels_[high];
        const double r = to.alpha / from.alpha;
        now_.mean *= r;
        now_.covariance *= r * r;
        now_.covariance +=
            (to.sigma * to.sigma - r * r * from.sigma * from.sigma) * matrix::Identity(2, 2);
        after.push_back(now_);
    }

    rule rule_;
    const std::vector<noise_level>& levels_;
    law now_;
};

/// The largest difference of means and covariances, in standard deviations of estimates from
/// `samples` draws of b.
double apart(const law& a, const law& b) {
    double most = 0;
    const auto& P = b.covariance;
    for (Index i = 0; i < 2; ++i) {
        // where the law is a point, at the end, only its place is left
        const double scale = std::max(P(i, i), 1e-20);
        most = std::max(most, std::abs(a.mean[i] - b.mean[i]) / std::sqrt(scale / samples));
        for (Index j = 0; j <= i; ++j) {
            const double one = P(i, i) * P(j, j) + P(i, j) * P(i, j);
            most = std::max(most, std::abs(a.covariance(i, j) - P(i, j)) /
                                      std::sqrt(std::max(one, 1e-20) / samples));
        }
    }
    return most;
}

template <class Predictor>
auto sampler_of(const Predictor& p) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{}, p,
                   solver::restart{solver::ancestral{}}};
}

const auto data = posterior::mixture::full(vector::Ones(1), centre, {covariance});

const std::vector<noise_level>& falling() {
    static const auto levels = sampler_of(predicts(denoised{}, data)).levels({.steps = steps});
    return levels;
}

}  // namespace

TEST_CASE("a run of RePaint has its law after every step, up and down") {
    const auto s = sampler_of(predicts(denoised{}, data));
    std::vector<law> found;
    const observer recorder{.on_step = [&](const observation& o) {
        const std::vector<double> state = o.state();
        const Eigen::Map<const matrix> x(state.data(), 2, samples);
        const vector mean = x.rowwise().mean();
        const matrix off = x.colwise() - mean;
        found.push_back({mean, off * off.transpose() / static_cast<double>(samples)});
        return true;
    }};
    const posterior::known k(posterior::mask(2, {0}), matrix{{y}});
    matrix x(2, samples);
    s.generate(exec::cpp, batch(x.data(), 2 * samples, samples),
               {.steps = steps,
                .seed = 5,
                .grid = posterior::resampled{grid::uniform{}, jump, times_down},
                .observe = k.observe(8) & recorder});
    CHECK((x.row(0).array() == y).all());

    const std::vector<law> right = recursion({}, falling()).after;
    REQUIRE(found.size() == right.size());
    // Seven deviations each: a false alarm in 5 x 19 comparisons has the rate 3e-10.
    for (std::size_t i = 0; i < right.size(); ++i) {
        CAPTURE(i);
        CHECK(apart(found[i], right[i]) < 7);
    }
}

TEST_CASE("each known error of RePaint has another law, by more than a run can differ") {
    const std::vector<law> right = recursion({}, falling()).after;
    // A run lies within 7 deviations of its own law, in all but 3e-10 of its runs. So one that made
    // an error whose law is 15 away would fail the test above.
    const auto end = [&](const rule& wrong) {
        return apart(recursion(wrong, falling()).after.back(), right.back());
    };
    const auto anywhere = [&](const rule& wrong) {
        const std::vector<law> other = recursion(wrong, falling()).after;
        REQUIRE(other.size() == right.size());
        double most = 0;
        for (std::size_t i = 0; i < right.size(); ++i)
            most = std::max(most, apart(other[i], right[i]));
        return most;
    };
    CHECK(end({.repeats = times_down - 1}) > 15);
    CHECK(end({.repeats = times_down + 1}) > 15);
    CHECK(end({.up_in_the_loop = false}) > 15);
    CHECK(anywhere({.up_by_next_betas = true}) > 15);
    CHECK(anywhere({.noise_left = true}) > 15);
    CHECK(anywhere({.noise_left = true, .signal_left = true}) > 15);
}
