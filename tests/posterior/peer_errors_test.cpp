// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Where deepinv errs under a measurement, as compat::deepinv reproduces it, and what is right: the
// level of the last denoising, the range of a clip, and weak singular values in DDRM. (DDRM's noise
// is in runs_test.cpp, RePaint's way up in compat/diffusers_inpaint_test.cpp, and that a norm is a
// row's own in runs_test.cpp, by the gradient of each row's norm.)

#include <diffgen/compat/deepinv/ddrm.hpp>
#include <diffgen/compat/deepinv/posterior_diffusion.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/posterior/ddrm.hpp>
#include <diffgen/posterior/exact_posterior.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/methods/gradient.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>
#include <diffgen/posterior/operators/dense.hpp>
#include <diffgen/posterior/operators/selection.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/euler_maruyama.hpp>

#include "mixtures.hpp"
#include "sampler_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace diffgen;
using posterior::Index;
using posterior::matrix;
using posterior::measured;
using posterior::mixture;
using posterior::vector;

namespace {

/// Data that are one point; notes the noise sigma / alpha of every call.
struct point {
    vector at;
    std::vector<double>* noise;

    void operator()(batch_view<const double> in, batch_view<double> out,
                    const noise_level& l) const {
        noise->push_back(l.sigma_over_alpha());
        Eigen::Map<matrix>(out.data, at.size(), static_cast<Index>(in.samples)).colwise() = at;
    }
    void vjp(batch_view<const double>, batch_view<const double>, batch_view<double> out,
             const noise_level&) const {
        Eigen::Map<vector>(out.data, static_cast<Index>(out.size())).setZero();
    }
};

}  // namespace

TEST_CASE("the last denoising is at the level that the state has; deepinv's is at another") {
    const mixture prior = mixtures::full(3, 1);
    const posterior::dense a(mixtures::normals(2, 3, 9));
    const vector y{{0.3, -0.4}};
    const auto exact = posterior::exact_posterior(prior, a, y, 0.2).posterior;
    const auto s = sampler_of(posterior::given(predicts(denoised{}, prior), measured(a, y, 0.2),
                                               posterior::moment_matching{}),
                              solver::euler_maruyama{});
    matrix x(3, 4), before;
    noise_level reached{};
    s.generate(exec::cpp, batch(x.data(), 12, 4),
               {.steps = 9, .seed = 3, .observe = {.on_step = [&](const observation& o) {
                                           if (o.step == o.steps - 1) {
                                               reached = o.level;
                                               before =
                                                   Eigen::Map<const matrix>(o.state().data(), 3, 4);
                                           }
                                           return true;
                                       }}});
    REQUIRE(reached.sigma > 0);
    noise_level twice = reached;  // what a wrong level would change
    twice.sigma *= 2;
    twice.log_snr -= 2 * std::log(2.);
    for (Index i = 0; i < 4; ++i) {
        CHECK((x.col(i) - exact.at(reached).denoised(before.col(i))).norm() < 1e-12);
        CHECK((x.col(i) - exact.at(twice).denoised(before.col(i))).norm() > 1e-5);
    }

    std::vector<double> noise;
    compat::deepinv::posterior_diffusion peer;
    peer.minus_one_one = false;
    const std::vector<double> times{1, 0.6, 0.3, 0.1};
    (void)peer(predicts(denoised{}, point{vector::Ones(3), &noise}), measured(a, y, 0.2), times,
               vector::Ones(3), [](Index n) { return vector::Zero(n); });
    CHECK(noise.back() > 1.2 * peer.sde.noise(times.back()));
}

TEST_CASE("a clip is of the estimate in the data's own range; deepinv's is of another") {
    // The data are in [0, 1], and the measurement says 3, -2 and 0.6.
    const mixture prior =
        mixture::isotropic(vector::Ones(1), matrix::Constant(3, 1, 0.5), vector::Constant(1, 0.04));
    const vector y{{3, -2, 0.6}};
    const auto p =
        posterior::given(predicts(denoised{}, prior), measured(posterior::identity(3), y, 0.1),
                         posterior::moment_matching{});
    const auto run = [](const auto& predictor, int steps) {
        vector x(3);
        sampler_of(predictor, solver::ddim{})
            .generate(exec::cpp, batch(x.data(), 3, 1), {.steps = steps, .seed = 2});
        return x;
    };
    // One step is the estimate itself, whose state is nearly noise: (25 * 0.5 + 100 y) / 125.
    const vector plain = run(p, 1), once = run(clipped{p, 0., 1.}, 1),
                 often = run(clipped{p, 0., 1.}, 6);
    CHECK((plain - (0.1 + 0.8 * y.array()).matrix()).cwiseAbs().maxCoeff() < 1e-2);
    CHECK(once == vector{{1, 0, plain[2]}});
    CHECK(often.minCoeff() == 0);
    CHECK(often.maxCoeff() == 1);
    CHECK(std::abs(often[2] - 0.58) < 0.1);

    // The peer clips what is from 0 to 1 to [-1, 1]: an estimate of -0.4 stays as it is.
    std::vector<double> noise;
    compat::deepinv::posterior_diffusion peer;
    peer.fidelity.form = compat::deepinv::fidelity::kind::dps_annealed;
    peer.fidelity.weight = 0;
    peer.fidelity.clip = compat::deepinv::bounds{-1, 1};
    peer.solver = compat::deepinv::sde_solver::ddim;
    peer.denoise_output = false;
    const auto found = peer(predicts(denoised{}, point{vector::Constant(3, -0.4), &noise}),
                            measured(posterior::identity(3), y, 0.1), {1, 0}, vector::Ones(3),
                            [](Index n) { return vector::Zero(n); });
    CHECK((found.result.array() + 0.4).abs().maxCoeff() < 1e-12);
}

TEST_CASE("DDRM uses a singular value below the noise too; deepinv leaves it out") {
    // y = 0.1 x + noise 0.2: as a measurement of x it has the noise 2 and says 5, the prior 0.
    const vector zero = vector::Zero(1), y{{0.5}};
    const posterior::dense a(matrix{{0.1}});
    std::vector<double> noise;
    const auto s = sampler_of(predicts(denoised{}, point{zero, &noise}), solver::ddim{});
    const auto all = s.levels({.steps = 60});
    std::vector<noise_level> levels{all[0]};  // 2 lies above the second, whose state is the last
    for (std::size_t i = 1; i + 1 < all.size(); ++i)
        if (all[i].sigma_over_alpha() >= 2) levels = {all[0], all[i], all.back()};
    REQUIRE(levels.size() == 3);
    const double at = levels[1].sigma_over_alpha();
    std::vector<double> means;
    struct mean_of {
        std::vector<double>* means;
        void operator()(batch_view<const double> in, batch_view<double> out,
                        const noise_level& l) const {
            double sum = 0;
            for (std::size_t i = 0; i < in.samples; ++i)
                sum += in.data[i] / l.alpha;
            means->push_back(sum / static_cast<double>(in.samples));
            for (std::size_t i = 0; i < in.samples; ++i)
                out.data[i] = 0;
        }
    };
    constexpr Index n = 10000;
    (void)posterior::ddrm(predicts(denoised{}, mean_of{&means}), measured(a, y, 0.2), levels, n,
                          {.eta = 0.6, .seed = 5});
    // The state at `at` has the mean 5 and the variance at^2 - 2^2: seven deviations of a mean.
    CHECK(std::abs(means[1] - 5) < 7 * std::sqrt((at * at - 4) / n));

    const auto peer = compat::deepinv::ddrm{.eta = 0.6, .etab = 1, .eps = 0}(
        predicts(denoised{}, point{zero, &noise}), matrix::Identity(1, 1), vector{{0.1}},
        matrix::Identity(1, 1), y, 0.2, {levels[0].sigma_over_alpha(), at},
        [](Index count) { return vector::Zero(count); });
    CHECK(std::abs(peer.calls[1].input[0]) < 1e-12);
}
