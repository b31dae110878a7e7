// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The digits: the network of examples/digits on the cosine schedule, without guidance.

#include <diffgen/grid/karras.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "../digits/network.hpp"
#include "candidate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

namespace curves {

namespace {

/// The network on doubles, of labels 0, 1 ... 9, 0 ...; its log-SNR stays within the schedule's.
class denoiser {
  public:
    denoiser(const std::filesystem::path& weights, const diffgen::schedule::table& schedule)
        : net_(digits::make_network()),
          noisiest_(schedule.log_snr(schedule.t_max())),
          cleanest_(schedule.log_snr(0)) {
        load_weights(net_.weights(), weights);
    }

    void operator()(const Eigen::MatrixXd& x, double ratio, Eigen::MatrixXd& estimates) {
        const double log_snr = std::clamp(-2 * std::log(ratio), noisiest_, cleanest_);
        const Eigen::Index columns = x.cols();
        for (auto i = static_cast<Eigen::Index>(labels_.size()); i < columns; ++i)
            labels_.push_back(static_cast<int>(i % digits::classes));
        const Eigen::MatrixXf in = x.cast<float>();
        Eigen::MatrixXf velocity(x.rows(), columns);
        net_.evaluate(in.data(), velocity.data(), columns, log_snr, labels_.data());
        const auto [alpha, sigma] = diffgen::kernel::variance_preserving::level(log_snr);
        estimates = alpha * x - sigma * velocity.cast<double>();
    }

  private:
    digits::network net_;
    double noisiest_, cleanest_;
    std::vector<int> labels_;
};

}  // namespace

problem digits_problem(Eigen::Index samples, const std::filesystem::path& data,
                       const std::filesystem::path& weights) {
    problem p;
    p.name = "digits, 64-D";
    p.schedule = diffgen::schedule::cosine{};
    p.betas.beta_schedule = diffgen::compat::diffusers::beta_schedule::squaredcos_cap_v2;
    p.elements = static_cast<Eigen::Index>(digits::pixels);
    p.one_at_a_time = true;
    const auto net = std::make_shared<denoiser>(weights, p.schedule);
    p.denoise = [net](const Eigen::MatrixXd& x, double ratio, Eigen::MatrixXd& estimates) {
        (*net)(x, ratio, estimates);
    };
    p.start = normals(p.elements, samples, 20);
    diffgen::sampler s{p.schedule, diffgen::kernel::variance_preserving{},
                       diffgen::predicts(diffgen::denoised{}, network{&p, output::denoised}),
                       diffgen::solver::rk4{}};
    p.solution = p.start;
    s.generate_from(diffgen::exec::cpp, p.schedule.t_max(), as_batch(p.solution),
                    {.steps = 200, .grid = diffgen::grid::log_snr{}});
    const auto test = digits::read_digits(data / "optdigits.tes");
    const auto statistics = std::make_shared<const diffgen::metrics::gaussian_statistics>(
        Eigen::Map<const Eigen::MatrixXf>(test.pixel_values.data(), p.elements,
                                          static_cast<Eigen::Index>(test.count()))
            .cast<double>());
    p.distance = [statistics](const Eigen::MatrixXd& x) {
        return diffgen::metrics::frechet_distance(*statistics,
                                                  diffgen::metrics::gaussian_statistics(x));
    };
    return p;
}

}  // namespace curves
