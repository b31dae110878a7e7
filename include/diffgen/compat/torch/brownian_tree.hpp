// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Brownian path of torchsde (Li et al. 2020; Kidger et al. 2021) with a fixed entropy, from
// which samplers of k-diffusion and diffusers draw the noise of an interval.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/torch/randn.hpp>
#include <diffgen/compat/torch/seed_sequence.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::torch {

/// torchsde.BrownianInterval(t0, t1, entropy=..., tol=1e-6, pool_size=24, halfway_tree=True) and
/// torchsde.BrownianTree(t0, w0, t1, entropy=...), in float64: halves of halves of [t0, t1] by
/// Brownian bridges. A path does not depend on what is asked of it.
class brownian_tree {
  public:
    /// Throws bad_argument unless t0 < t1.
    brownian_tree(double t0, double t1, std::uint64_t entropy, std::size_t elements)
        : start_(rounded(t0)), end_(rounded(t1)), entropy_(entropy) {
        diffgen::detail::require(t0 < t1, "a Brownian path from ", t0, " to ", t1,
                                 "; it must go up");
        whole_ = normals(seed_sequence(entropy, {}, pool), elements);
        for (double& w : whole_)
            w = product(w, std::sqrt(t1 - t0));
    }

    /// W(to) - W(from); times outside the path count as its ends.
    [[nodiscard]] std::vector<double> increment(double from, double to) const {
        const auto inside = [&](double t) { return rounded(std::clamp(t, start_, end_)); };
        const double a = inside(from), b = inside(to);
        std::vector<double> sum(whole_.size());
        if (a == b) return sum;
        add({start_, end_, 0, 0}, whole_, std::min(a, b), std::max(a, b), sum);
        if (a > b)
            for (double& w : sum)
                w = -w;
        return sum;
    }

  private:
    static constexpr std::size_t pool = 24;

    /// An interval and its place in the tree.
    struct cell {
        double start, end;
        std::uint64_t key, depth;
    };

    /// To six decimals, as Python's round() does it.
    static double rounded(double t) {
        std::array<char, 64> text{};
        const auto written =
            std::to_chars(text.data(), text.data() + text.size(), t, std::chars_format::fixed, 6);
        double value = t;
        std::from_chars(text.data(), written.ptr, value);
        return value;
    }
    static std::vector<double> normals(const seed_sequence& seeds, std::size_t n) {
        return generator(seeds.generate_state(1)[0]).randn(n);
    }

    /// Adds the increment over what [a, b] and the cell, whose own increment is w, have in common.
    void add(const cell& c, const std::vector<double>& w, double a, double b,
             std::vector<double>& sum) const {
        if (b <= c.start || a >= c.end) return;
        if (a <= c.start && b >= c.end) {
            for (std::size_t i = 0; i < w.size(); ++i)
                sum[i] += w[i];
            return;
        }
        const double middle = rounded(0.5 * (c.end + c.start)), length = 1 / (c.end - c.start);
        const double before = middle - c.start, after = c.end - middle;
        const double deviation = std::sqrt(before * after * length);
        std::vector<double> left =
            normals(seed_sequence(entropy_, {c.key, c.depth}, pool), w.size());
        std::vector<double> right(w.size());
        for (std::size_t i = 0; i < w.size(); ++i) {
            left[i] = product(before * w[i], length) + product(deviation, left[i]);
            right[i] = w[i] - left[i];
        }
        add({c.start, middle, 2 * c.key, c.depth + 1}, left, a, b, sum);
        add({middle, c.end, 2 * c.key + 1, c.depth + 1}, right, a, b, sum);
    }

    double start_, end_;
    std::uint64_t entropy_;
    std::vector<double> whole_;
};

/// BrownianTreeNoiseSampler of k-diffusion and diffusers: what it returns for the steps between
/// neighbouring sigmas, one after the other, for noise::recorded. The path goes from sigma_min to
/// sigma_max.
[[nodiscard]] inline std::vector<double> brownian_noise(const std::vector<double>& sigmas,
                                                        double sigma_min, double sigma_max,
                                                        std::uint64_t seed, std::size_t elements) {
    const brownian_tree tree(sigma_min, sigma_max, seed, elements);
    std::vector<double> noise;
    for (std::size_t i = 0; i + 1 < sigmas.size(); ++i) {
        const double length = std::sqrt(std::abs(sigmas[i + 1] - sigmas[i]));
        for (const double w : tree.increment(sigmas[i], sigmas[i + 1]))
            noise.push_back(w / length);
    }
    return noise;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::torch

#include <diffgen/core/with_macros.hpp>
