// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What the mixture examples share: eight Gaussians on a ring, and a picture of samples beside the
// exact density.

#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/plot.hpp>
#include <diffgen/io/png.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <span>
#include <vector>

namespace ring {

inline constexpr std::size_t components = 8;
inline constexpr double radius = 2, deviation = 0.25;

/// Components of growing weight, counter-clockwise from the right.
inline diffgen::gaussian_mixture<2, components> mixture() {
    diffgen::gaussian_mixture<2, components> m;
    for (std::size_t k = 0; k < components; ++k) {
        const double angle = 2 * std::numbers::pi * static_cast<double>(k) / components;
        m.weights[k] = 1 + static_cast<double>(k);
        m.means[k] = {radius * std::cos(angle), radius * std::sin(angle)};
        m.variances[k] = {deviation * deviation, deviation * deviation};
    }
    return m;
}

/// The density of the mixture at (x, y), up to a constant.
inline double density(double x, double y) {
    const auto m = mixture();
    double sum = 0;
    for (std::size_t k = 0; k < components; ++k) {
        const double dx = x - m.means[k][0], dy = y - m.means[k][1];
        sum += m.weights[k] * std::exp(-0.5 * (dx * dx + dy * dy) / (deviation * deviation));
    }
    return sum;
}

/// Samples x, y, x, y ... on the left, the exact density on the right.
template <class T>
void write_picture(const std::filesystem::path& path, std::span<const T> samples) {
    const diffgen::io::plane_bounds bounds{-3, 3, -3, 3};
    const std::vector<diffgen::io::image> pictures{
        diffgen::io::density_image(samples, bounds, 240, 240),
        diffgen::io::heat_image(density, bounds, 240, 240)};
    diffgen::io::write_png(path, diffgen::io::contact_sheet(pictures, {.columns = 2}));
}

}  // namespace ring
