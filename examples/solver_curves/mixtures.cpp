// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Three mixtures of Gaussians of different character: far islands in the plane, many narrow
// components along a spiral, and ten dimensions with a variance for each.

#include <diffgen/grid/polyexponential.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "candidate.hpp"
#include "mixture_density.hpp"

#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <utility>

namespace curves {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
    const diffgen::noise::philox source{seed};
    Eigen::MatrixXd z(rows, columns);
    for (Eigen::Index i = 0; i < z.size(); ++i)
        z.data()[i] =
            source.normal<double>(diffgen::noise::stream::prior, 0, static_cast<std::uint64_t>(i));
    return z;
}

namespace {

/// The probability flow from `start` at the schedule's end to no noise at all: 2,000 steps of the
/// classical Runge-Kutta method in sigma / alpha, the last at 1e-6.
Eigen::MatrixXd exact_flow(const problem& p) {
    const double first = std::exp(-0.5 * p.schedule.log_snr(p.schedule.t_max()));
    const diffgen::schedule::edm all{1e-6, first};
    diffgen::sampler s{all, diffgen::kernel::variance_exploding{},
                       diffgen::predicts(unit_variance{}, network{&p, output::denoised}),
                       diffgen::solver::rk4{}};
    Eigen::MatrixXd x = std::hypot(first, 1.) * p.start;
    s.generate_from(diffgen::exec::cpp, all.t_max(), as_batch(x),
                    {.steps = 2000, .grid = diffgen::grid::log_snr{}});
    return x;
}

problem make(std::string name, mixture_density density, bool latent, Eigen::Index samples) {
    problem p;
    p.name = std::move(name);
    p.schedule = latent ? diffgen::schedule::table(diffgen::schedule::scaled_linear{})
                        : diffgen::schedule::table(diffgen::schedule::linear{});
    if (latent) {
        p.betas.beta_schedule = diffgen::compat::diffusers::beta_schedule::scaled_linear;
        p.betas.beta_start = 0.00085;
        p.betas.beta_end = 0.012;
    }
    const auto shared = std::make_shared<const mixture_density>(std::move(density));
    p.elements = shared->means.rows();
    p.denoise = [shared](const Eigen::MatrixXd& x, double ratio, Eigen::MatrixXd& estimates) {
        shared->denoise(x, ratio, estimates);
    };
    p.distance = [shared](const Eigen::MatrixXd& x) { return shared->sliced_distance(x); };
    p.start = normals(p.elements, samples, 20);
    p.solution = exact_flow(p);
    return p;
}

/// Eight islands on a ring, of unequal weight.
mixture_density islands() {
    mixture_density m(2, 8);
    for (int k = 0; k < 8; ++k) {
        const double angle = 2 * std::numbers::pi * k / 8;
        m.weights[k] = 1 + k;
        m.means(0, k) = 1.5 * std::cos(angle);
        m.means(1, k) = 1.5 * std::sin(angle);
        m.variances.col(k).setConstant(0.15 * 0.15);
    }
    return m;
}

/// Sixty narrow components along a spiral of one and a half turns, each in touch with the next.
mixture_density spiral() {
    mixture_density m(2, 60);
    for (int k = 0; k < 60; ++k) {
        const double u = (k + 1) / 60., angle = 3 * std::numbers::pi * u;
        m.weights[k] = 1;
        m.means(0, k) = 2 * u * std::cos(angle);
        m.means(1, k) = 2 * u * std::sin(angle);
        m.variances.col(k).setConstant(0.1 * 0.1);
    }
    return m;
}

/// Twelve components in ten dimensions, whose deviations run from 0.03 to 1.
mixture_density ten_dimensions() {
    const Eigen::MatrixXd z = normals(20, 12, 10);
    mixture_density m(10, 12);
    m.weights.setOnes();
    m.means = z.topRows(10);
    // the normal distribution function makes them uniform
    m.variances = z.bottomRows(10).unaryExpr([](double v) {
        const double uniform = 0.5 * std::erfc(-v / std::numbers::sqrt2);
        return std::pow(0.03, 2 * uniform);
    });
    return m;
}

}  // namespace

std::vector<problem> mixtures(Eigen::Index samples) {
    std::vector<problem> all;
    all.push_back(make("islands, 2-D", islands(), false, samples));
    all.push_back(make("spiral, 2-D", spiral(), true, samples));
    all.push_back(make("anisotropic, 10-D", ten_dimensions(), true, samples));
    return all;
}

}  // namespace curves
