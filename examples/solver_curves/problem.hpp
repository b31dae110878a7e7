// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is sampled: a schedule, a denoiser, the noise that every run starts from and where the
// probability flow takes it.

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/schedule/betas.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace curves {

struct problem {
    std::string name{};
    diffgen::schedule::table schedule = diffgen::schedule::linear{};
    diffgen::compat::diffusers::config betas{};  ///< the same schedule as diffusers has it
    Eigen::Index elements = 0;
    /// Fills the denoised estimates of states of unit variance, a column each, at sigma / alpha.
    std::function<void(const Eigen::MatrixXd& x, double ratio, Eigen::MatrixXd& estimates)>
        denoise{};
    Eigen::MatrixXd start{};     ///< standard normal, a column a sample
    Eigen::MatrixXd solution{};  ///< the probability flow from there, without noise left
    /// The distance of samples from the distribution that is meant; empty: none.
    std::function<double(const Eigen::MatrixXd&)> distance{};
    bool one_at_a_time = false;  ///< the denoiser brings its own threads
};

enum class output { denoised, epsilon, velocity, flow };

/// The denoiser of a problem as a network with that output, of states of any kernel. A state that
/// the sampler scales to unit variance (all but those of straight paths) comes as it is.
struct network {
    const problem* of;
    output what;

    void operator()(diffgen::batch_view<const double> in, diffgen::batch_view<double> out,
                    const diffgen::noise_level& level) const {
        const auto columns = static_cast<Eigen::Index>(in.samples);
        const double norm = std::hypot(level.alpha, level.sigma);
        const double alpha = level.alpha / norm, sigma = level.sigma / norm;
        Eigen::MatrixXd x = Eigen::Map<const Eigen::MatrixXd>(in.data, of->elements, columns);
        if (what == output::flow) x /= norm;
        Eigen::MatrixXd estimates(of->elements, columns);
        of->denoise(x, level.sigma / level.alpha, estimates);
        Eigen::Map<Eigen::MatrixXd> to(out.data, of->elements, columns);
        switch (what) {
            case output::denoised:
                to = estimates;
                break;
            case output::epsilon:
                to = (x - alpha * estimates) / sigma;
                break;
            case output::velocity:
                to = alpha / sigma * (x - alpha * estimates) - sigma * estimates;
                break;
            case output::flow:
                to = (x - alpha * estimates) / sigma - estimates;
                break;
        }
    }
};

/// The denoised estimate itself, of a network that sees the state at unit variance.
struct unit_variance {
    static constexpr const char* name = "unit_variance";
    static constexpr bool scales_input = true;
    [[nodiscard]] static diffgen::conversion to_denoised(const diffgen::noise_level& l) {
        return {1 / std::hypot(l.alpha, l.sigma), 0, 1};
    }
};

/// Standard normals.
[[nodiscard]] Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed);

/// Three mixtures of Gaussians, whose denoisers are exact.
[[nodiscard]] std::vector<problem> mixtures(Eigen::Index samples);
/// The trained network of the digits.
[[nodiscard]] problem digits_problem(Eigen::Index samples, const std::filesystem::path& data,
                                     const std::filesystem::path& weights);

/// Root of the mean square of the difference, over coordinates and the given samples.
[[nodiscard]] inline double rms(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b,
                                Eigen::Index first, Eigen::Index count) {
    return std::sqrt(
        (a.middleCols(first, count) - b.middleCols(first, count)).array().square().mean());
}

}  // namespace curves
