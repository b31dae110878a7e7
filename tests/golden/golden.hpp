// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every replay of a golden trajectory needs: the file's numbers, the run, the comparison.

#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/io/json.hpp>
#include <diffgen/noise/recorded.hpp>
#include <diffgen/observe/observers.hpp>
#include <diffgen/sampler.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace golden {

using diffgen::io::json;
using table = std::vector<std::vector<double>>;
using numbers = std::vector<double>;

/// The largest |a - b| / scale so far; infinite where sizes differ or only one is a number. What an
/// error is measured by, and whether two that are no numbers agree, is said by Scale, which is made
/// of the list of the expected numbers.
template <class Scale>
class largest_error {
  public:
    void compare(const numbers& a, const numbers& b) {
        if (a.size() != b.size()) largest_ = std::numeric_limits<double>::infinity();
        const Scale scale(b);
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
            const double e = agree(a[i], b[i]) ? 0 : std::abs(a[i] - b[i]) / scale(b[i]);
            largest_ = e <= largest_ ? largest_ : e == e ? e : INFINITY;
        }
    }
    void compare(double a, double b) { compare(numbers{a}, numbers{b}); }
    void compare(const table& a, const table& b) {
        if (a.size() != b.size()) largest_ = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
            compare(a[i], b[i]);
    }
    [[nodiscard]] double largest() const { return largest_; }

  private:
    static bool agree(double a, double b) {
        return a == b || (Scale::nan_is_a_value && std::isnan(a) && std::isnan(b));
    }
    double largest_ = 0;
};

/// Relative to the number itself; numbers below 1e-3 count as 1e-3.
struct by_number {
    static constexpr bool nan_is_a_value = false;
    explicit by_number(const numbers&) {}
    double operator()(double b) const { return std::max(std::abs(b), 1e-3); }
};
using difference = largest_error<by_number>;

/// The recorded normals of a file, as a noise source that the file's replay owns.
class recorded_noise {
  public:
    explicit recorded_noise(const json& file) {
        for (const auto& draw : file.get<table>("noise", {})) {
            values_.insert(values_.end(), draw.begin(), draw.end());
            elements_ = draw.size();
            ++draws_;
        }
    }
    /// Draws of `elements` normals, one after the other.
    recorded_noise(std::vector<double> values, std::size_t elements)
        : values_(std::move(values)),
          elements_(elements),
          draws_(static_cast<std::uint32_t>(values_.size() / elements)) {}

    [[nodiscard]] diffgen::noise::recorded<double> source() const {
        return {values_.data(), elements_, draws_};
    }

  private:
    std::vector<double> values_;
    std::size_t elements_ = 0;
    std::uint32_t draws_ = 0;
};

/// Runs a sampler from the state x over a grid (of `steps`, where it asks), on one sample.
template <class Sampler>
[[nodiscard]] diffgen::observe::recording run(Sampler s, diffgen::any_grid grid,
                                              std::vector<double> x, int steps = 1) {
    diffgen::observe::recording r;
    const diffgen::options o{
        .steps = steps, .grid = std::move(grid), .observe = diffgen::observe::record(r)};
    const double start =  // the inverse of a schedule can miss its last time by a rounding
        std::min(s.process.time(s.levels(o).front().log_snr), s.process.t_max());
    s.generate_from(diffgen::exec::cpp, start, diffgen::batch(x, 1), o);
    return r;
}

/// The largest error of a file, and the error up to which it agrees.
struct comparison {
    double error;
    double tolerance = 1e-9;
};

/// A file of tests/golden_metrics, or compat::unsupported.
comparison replay_measure(const json& file);

/// Replays of one peer's files: the largest error, or compat::unsupported.
double replay_diffusers(const json& file);
double replay_edm(const json& file);
double replay_k_diffusion(const json& file);
double replay_score_sde(const json& file);

}  // namespace golden
