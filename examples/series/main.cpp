// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// series [--quick]: what comes next, and what was in a gap? Forecasts and imputations of three
// series over rolling windows of their last fifth, each a Gaussian that is known exactly or samples
// of a diffusion run, with the continuous ranked probability score. docs/tasks.md has the tables.

#include <diffgen/diffgen.hpp>
#include <diffgen/metrics/crps_of_distributions.hpp>
#include <diffgen/metrics/ranked_probability_score.hpp>
#include <diffgen/task/autoregression.hpp>

#include "data.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>
#include <vector>

namespace {

using namespace seasons;
using diffgen::posterior::Index;
using diffgen::posterior::matrix;
using diffgen::posterior::vector;
using diffgen::task::autoregression;
using diffgen::task::missing_values;

/// The part of a series that a method does not see, and how much before and after it.
struct hole {
    std::size_t first, size, after;
};

/// Samples of the missing values, a column each: a diffusion run whose network is the exact
/// denoised estimate of their density, in units of its largest deviation.
matrix sample(const missing_values& m, std::size_t count, std::uint64_t seed) {
    const double unit = std::sqrt(m.covariance.diagonal().maxCoeff());
    const auto density = diffgen::posterior::mixture::full(
        vector::Ones(1), vector::Zero(m.mean.size()), {m.covariance / (unit * unit)});
    diffgen::sampler s{diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{},
                       diffgen::predicts(diffgen::denoised{}, density),
                       diffgen::solver::dpm_solver_pp_multistep<2>{}};
    matrix x(m.mean.size(), static_cast<Index>(count));
    s.generate(diffgen::exec::cpp,
               diffgen::batch(x.data(), static_cast<std::size_t>(x.size()), count),
               {.steps = 20, .seed = seed});
    return (unit * x).colwise() + m.mean;
}

/// An autoregression of a series in some coordinates.
class model {
  public:
    model(const series& s, coordinates c, int order, bool of_differences)
        : coordinates_(std::move(c)),
          values_(coordinates_.of(s.values)),
          law_(fit(s.training(), order, of_differences)) {}

    [[nodiscard]] missing_values missing(const hole& h) const {
        const auto before = static_cast<std::size_t>(law_.order());
        numbers window(values_.begin() + static_cast<std::ptrdiff_t>(h.first - before),
                       values_.begin() + static_cast<std::ptrdiff_t>(h.first + h.size + h.after));
        for (std::size_t k = 0; k < h.size; ++k)
            window[before + k] = NAN;
        return law_.missing(window);
    }
    /// The same as samples of the series itself.
    [[nodiscard]] matrix samples(const hole& h, std::size_t count) const {
        matrix x = sample(missing(h), count, h.first);
        for (Index k = 0; k < x.rows(); ++k)
            for (Index i = 0; i < x.cols(); ++i)
                x(k, i) = coordinates_.back(
                    x(k, i) + coordinates_.season(h.first + static_cast<std::size_t>(k)));
        return x;
    }
    [[nodiscard]] std::size_t order() const { return static_cast<std::size_t>(law_.order()); }

  private:
    [[nodiscard]] autoregression fit(std::size_t training, int order, bool of_differences) const {
        numbers x;
        for (std::size_t t = of_differences ? 1 : 0; t < training; ++t)
            x.push_back(of_differences ? values_[t] - values_[t - 1] : values_[t]);
        const auto a = autoregression::fit(x, order);
        return of_differences ? a.integrated() : a;
    }

    coordinates coordinates_;
    numbers values_;
    autoregression law_;
};

double score(const series& s, const hole& h, const matrix& samples) {
    double sum = 0;
    for (Index k = 0; k < samples.rows(); ++k) {
        const vector row = samples.row(k).transpose();
        sum +=
            diffgen::metrics::crps_of_samples(s.values[h.first + static_cast<std::size_t>(k)],
                                              {row.data(), static_cast<std::size_t>(row.size())});
    }
    return sum / static_cast<double>(samples.rows());
}
double score(const series& s, const hole& h, const missing_values& m) {
    double sum = 0;
    for (Index k = 0; k < m.mean.size(); ++k)
        sum += diffgen::metrics::crps_of_gaussian(s.values[h.first + static_cast<std::size_t>(k)],
                                                  m.mean[k], std::sqrt(m.covariance(k, k)));
    return sum / static_cast<double>(m.mean.size());
}

/// The value of a season ago, with the deviation of its errors in training; 0: as a point.
double seasonal_naive(const series& s, const hole& h, bool with_deviation) {
    double squares = 0, sum = 0;
    for (std::size_t t = s.season; t < s.training(); ++t)
        squares += std::pow(s.values[t] - s.values[t - s.season], 2);
    const double deviation = std::sqrt(squares / static_cast<double>(s.training() - s.season));
    for (std::size_t k = 0; k < h.size; ++k) {
        const double value = s.values[h.first + k],
                     before = s.values[h.first + k % s.season - s.season];
        sum += with_deviation ? diffgen::metrics::crps_of_gaussian(value, before, deviation)
                              : std::abs(value - before);
    }
    return sum / static_cast<double>(h.size);
}
/// The line between the neighbours of a gap, as a point.
double straight_line(const series& s, const hole& h) {
    const double from = s.values[h.first - 1], to = s.values[h.first + h.size];
    double sum = 0;
    for (std::size_t k = 0; k < h.size; ++k) {
        const double part = static_cast<double>(k + 1) / static_cast<double>(h.size + 1);
        sum += std::abs(s.values[h.first + k] - (from + part * (to - from)));
    }
    return sum / static_cast<double>(h.size);
}

struct row {
    double first = 0, second = 0, exact = 0, sampled = 0, better = 0;
};
void print(const char* name, const row& sums, double windows, const char* note) {
    std::printf("%-22s %9.3f %9.3f %9.3f %9.3f %9.3f  %s\n", name, sums.first / windows,
                sums.second / windows, sums.exact / windows, sums.sampled / windows,
                sums.better / windows, note);
}

/// Scores of rolling windows; whether the diffusion is at least as good as the bar.
bool run(const series& s, bool gaps, std::size_t stride) {
    constexpr std::size_t samples = 100;
    const model bar(s, {}, s.order, s.of_differences),
        better(s, s.better, s.better_order, s.of_differences);
    const std::size_t after = gaps ? std::max(bar.order(), better.order()) : 0,
                      size = gaps ? (s.horizon + 1) / 2 : s.horizon;
    row sums;
    double windows = 0;
    for (std::size_t t = s.training(); t + size + after <= s.values.size(); t += stride) {
        const hole h{t, size, after};
        const auto exact = bar.missing(h);
        sums.first += gaps ? straight_line(s, h) : seasonal_naive(s, h, false);
        sums.second += seasonal_naive(s, h, true);
        sums.exact += score(s, h, exact);
        sums.sampled += score(s, h, bar.samples(h, samples));
        sums.better += score(s, h, better.samples(h, samples));
        ++windows;
    }
    if (windows == 0) {
        std::printf("%-22s too short\n", s.name.c_str());
        return true;
    }
    const bool good = sums.better <= sums.exact;
    print(s.name.c_str(), sums, windows, good ? "" : "(behind the bar)");
    return good;
}

}  // namespace

int main(int argc, char** argv) try {
    const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
    const auto list = all(DIFFGEN_SERIES_DATA);
    bool good = true;
    std::printf("CRPS, mean over leads and windows; smaller is better\n\n");
    std::printf("%-22s %9s %9s %9s %9s %9s\n", "forecast", "naive", "+Gaussian", "exact AR",
                "sampled", "better");
    for (const auto& s : list)
        good = run(s, false, quick ? s.horizon : 1) && good;
    std::printf("\n%-22s %9s %9s %9s %9s %9s\n", "a gap, half as long", "line", "naive+G",
                "exact AR", "sampled", "better");
    for (const auto& s : list)
        run(s, true, quick ? s.horizon : 1);
    return good || quick ? 0 : 1;
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
}
