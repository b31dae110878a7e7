// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// torch.randn of a seeded CPU generator, in float64.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/lanes/scalar.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::torch {

/// PyTorch's default CPU generator. Its normals are those of PyTorch up to the roundings of log,
/// sin and cos.
class generator {
  public:
    explicit generator(std::uint64_t seed) : engine_(static_cast<std::uint32_t>(seed)) {}

    /// torch.randn(n, dtype=torch.float64): by Box and Muller, from 16 numbers at a time where
    /// there are as many.
    [[nodiscard]] std::vector<double> randn(std::size_t n) {
        std::vector<double> x(n);
        if (n < block) {
            for (double& each : x)
                each = single();
            return x;
        }
        for (double& each : x)
            each = uniform();
        for (std::size_t i = 0; i + block <= n; i += block)
            update_stage(&x[i]);
        if (n % block == 0) return x;
        double* last = &x[n - block];  // the last ones anew
        for (std::size_t i = 0; i < block; ++i)
            last[i] = uniform();
        update_stage(last);
        return x;
    }

  private:
    static constexpr std::size_t block = 16;
    static constexpr double turn = 6.283185307179586;

    double uniform() {
        const std::uint64_t high = engine_(), low = engine_();
        constexpr std::uint64_t mask = (std::uint64_t{1} << 53) - 1;
        return static_cast<double>((high << 32 | low) & mask) * 0x1p-53;
    }
    static void update_stage(double* x) {
        for (std::size_t i = 0; i < block / 2; ++i) {
            const double radius = std::sqrt(-2 * std::log1p(-x[i]));
            const double angle = turn * x[i + block / 2];
            x[i] = product(radius, std::cos(angle));
            x[i + block / 2] = product(radius, std::sin(angle));
        }
    }
    /// Every second one is what the call before left.
    double single() {
        if (has_left_) {
            has_left_ = false;
            return left_;
        }
        const double angle = turn * uniform(), radius = std::sqrt(-2 * std::log1p(-uniform()));
        left_ = product(radius, std::sin(angle));
        has_left_ = true;
        return product(radius, std::cos(angle));
    }

    std::mt19937 engine_;
    double left_ = 0;
    bool has_left_ = false;
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::torch

#include <diffgen/core/with_macros.hpp>
