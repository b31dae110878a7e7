// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

#include "oracles.hpp"

#include <diffgen/density/continuous_bound.hpp>
#include <diffgen/density/discrete_bound.hpp>
#include <diffgen/density/probability_flow.hpp>
#include <diffgen/density/score_matching.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/likelihood/logistic_mixture.hpp>
#include <diffgen/posterior/mixture.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/schedule/rectified.hpp>

#include "counts.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace digits {

namespace {

namespace density = diffgen::density;

class printer {
  public:
    explicit printer(std::ostream& out) : out_(out) {
        out << std::left << std::setw(52) << "oracle" << std::right << std::setw(13) << "exact"
            << std::setw(13) << "ours" << std::setw(11) << "error" << std::setw(10) << "limit"
            << '\n';
    }
    /// limit 0: there is none, the figure is shown.
    void row(const std::string& name, double exact, double ours, double limit) {
        const double error = std::abs(ours - exact);
        const bool within = limit == 0 || error <= limit;
        all_within_ = all_within_ && within;
        out_ << std::left << std::setw(52) << name << std::right << std::fixed
             << std::setprecision(6) << std::setw(13) << exact << std::setw(13) << ours
             << std::scientific << std::setprecision(1) << std::setw(11) << error;
        if (limit > 0)
            out_ << std::setw(10) << limit << (within ? "  within\n" : "  OFF\n");
        else
            out_ << std::setw(10) << '-' << '\n';
        out_ << std::defaultfloat << std::setprecision(6);
    }
    [[nodiscard]] bool all_within() const { return all_within_; }

  private:
    std::ostream& out_;
    bool all_within_ = true;
};

/// log-SNR from 13.3 to -5 along a line (Kingma et al. 2021).
struct linear_log_snr {
    [[nodiscard]] static double log_snr(double t) { return 13.3 - 18.3 * t; }
    [[nodiscard]] static double log_snr_rate(double) { return -18.3; }
    [[nodiscard]] static double time(double log_snr) { return (13.3 - log_snr) / 18.3; }
    [[nodiscard]] static double t_min() { return 0; }
    [[nodiscard]] static double t_max() { return 1; }
};

const diffgen::gaussian_mixture<2, 3> mixture{{0.3, 0.5, 0.2},
                                              {{{-0.8, 0.4}, {0.6, -0.2}, {0.1, 1.2}}},
                                              {{{0.05, 0.2}, {0.1, 0.04}, {0.3, 0.1}}}};
const auto same_mixture = diffgen::posterior::mixture::diagonal(
    Eigen::Vector3d(0.3, 0.5, 0.2), Eigen::MatrixXd{{-0.8, 0.6, 0.1}, {0.4, -0.2, 1.2}},
    Eigen::MatrixXd{{0.05, 0.1, 0.3}, {0.2, 0.04, 0.1}});

/// The flow's log densities of a mixture, which end in pure noise; and back.
template <class Kernel>
void flows(printer& print, const std::string& name, Kernel kernel) {
    const density::probability_flow flow{diffgen::schedule::rectified{}, kernel,
                                         diffgen::exact(mixture),
                                         density::adaptive_steps<>{1e-9, 1e-9}};
    std::vector<double> x{-0.8, 0.4, 0.2, 0.1, 1.4, -1, -2, 2.5}, back(8);
    const auto there = flow.encode(diffgen::batch(x, 4));
    flow.decode(there.latents, diffgen::batch(back, 4));
    for (std::size_t i = 0; i < 4; i += 3)
        print.row("mixture by the flow, " + name + (i == 0 ? "" : ", far out"),
                  same_mixture.at(flow.data_level())
                      .log_density(Eigen::Map<const Eigen::Vector2d>(x.data() + 2 * i)),
                  there.densities.values[i], 1e-6);
    print.row("a flow and its inverse, " + name, x[6], back[6], 1e-6);
}

void independent_pixels(printer& print, const labelled_digits& training,
                        const labelled_digits& test, bool quick) {
    const std::size_t count = std::min<std::size_t>(test.count(), quick ? 40 : 500);
    const diffgen::batch_view<const float> x(test.pixel_values.data(), count, pixels);
    const auto model = density::independent_levels::counted(lattice, view(training));
    const auto bits = [&](const auto& found) {
        return density::bits_per_dimension(found.values, pixels).mean;
    };
    const double exact = bits(model.log_density(x));
    const auto predictor = diffgen::predicts(diffgen::denoised{}, model);
    const diffgen::kernel::variance_preserving kernel{};
    const density::level_decoder decoder{lattice};
    const density::continuous_bound bound{linear_log_snr{},
                                          kernel,
                                          predictor,
                                          decoder,
                                          {.draws = quick ? 64 : 256, .prior_variance = 1.}};
    print.row("independent pixels, continuous time", exact, bits(bound.log_density(x)),
              quick ? 0.05 : 0.01);
    const density::discrete_bound chain{
        linear_log_snr{}, kernel, predictor, decoder, {.prior_variance = 1}};
    for (const int n :
         quick ? std::vector<int>{10, 30} : std::vector<int>{10, 30, 100, 300, 1000}) {
        std::vector<diffgen::noise_level> levels;
        for (int i = n; i >= 0; --i)
            levels.push_back(chain.process.level(static_cast<double>(i) / n));
        print.row("  in " + std::to_string(n) + " steps", exact, bits(chain.log_density(x, levels)),
                  0);
    }
}

/// Score matching of a wrong model, less half its squared error, is known but for a mean.
void score_matching(printer& print) {
    constexpr std::size_t samples = 4000;
    const diffgen::noise::philox random{6};
    std::vector<double> x(2 * samples), rest;
    diffgen::noise_level l;
    l.alpha = 0.8, l.sigma = 0.6, l.log_snr = 2 * std::log(0.8 / 0.6);
    for (std::size_t i = 0; i < x.size(); ++i)  // of N(0, 1), seen through the level
        x[i] = random.normal<double>(diffgen::noise::stream::data, 0, i);
    const Eigen::VectorXd one = Eigen::VectorXd::Ones(1);
    const auto truth =
        diffgen::posterior::mixture::diagonal(one, Eigen::Vector2d(0, 0), Eigen::Vector2d(1, 1));
    const auto wrong = diffgen::posterior::mixture::diagonal(one, Eigen::Vector2d(0.3, 0),
                                                             Eigen::Vector2d(0.5, 2));
    const auto true_law = truth.at(l), model = wrong.at(l);
    const auto predictor = diffgen::predicts(diffgen::denoised{}, wrong);
    const auto found =
        density::score_matching(predictor, l, diffgen::batch(x, samples), density::hutchinson<>{});
    for (std::size_t i = 0; i < samples; ++i) {
        const Eigen::Map<const Eigen::Vector2d> point(x.data() + 2 * i);
        const Eigen::VectorXd s = model.score(point), t = true_law.score(point);
        rest.push_back(found[i] + 0.5 * (t.squaredNorm() - (s - t).squaredNorm()));
    }
    const auto [mean, error] = density::mean_of(rest);
    print.row("score matching but for its constant", 0, mean, 6.2 * error);
}

void likelihoods(printer& print) {
    const diffgen::likelihood::discretised_logistic_mixture colour{
        3, 2, diffgen::likelihood::lattice::with_ends(6)};
    std::vector<double> p(colour.parameters());
    for (std::size_t i = 0; i < p.size(); ++i)
        p[i] = std::sin(3. * static_cast<double>(i));
    double sum = 0;
    for (int r = 0; r < 6; ++r)
        for (int g = 0; g < 6; ++g)
            for (int b = 0; b < 6; ++b)
                sum += std::exp(
                    colour.log_likelihood(std::array{r, g, b}, std::span<const double>(p)));
    print.row("logistic mixture, all colours", 1, sum, 1e-12);
    const diffgen::likelihood::discretised_gaussian<> cells{lattice};
    sum = 0;
    for (int k = 0; k < 17; ++k)
        sum += std::exp(cells.log_likelihood(k, 0.3, -1.));
    print.row("Gaussian over cells, all levels", 1, sum, 1e-12);
    print.row("log Phi(-40)", -804.608442013754,
              diffgen::likelihood::log_normal_mass(-INFINITY, -40.), 1e-9);
}

}  // namespace

bool print_oracles(std::ostream& out, const labelled_digits& training, const labelled_digits& test,
                   bool quick) {
    printer print(out);
    flows(print, "variance preserving", diffgen::kernel::variance_preserving{});
    flows(print, "linear interpolant", diffgen::kernel::linear_interpolant{});
    likelihoods(print);
    score_matching(print);
    independent_pixels(print, training, test, quick);
    return print.all_within();
}

}  // namespace digits
