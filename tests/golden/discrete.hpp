// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the replays of discrete diffusion share.

#include <diffgen/compat/unsupported.hpp>
#include <diffgen/discrete/total_noise.hpp>

#include "topics.hpp"

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace golden {

namespace discrete = diffgen::discrete;
using diffgen::compat::unsupported;

inline numbers& operator+=(numbers& to, const numbers& more) {
    to.insert(to.end(), more.begin(), more.end());
    return to;
}

inline std::vector<int> levels(const json& file, const std::string& name) {
    std::vector<int> out;
    for (const double v : input(file, name))
        out.push_back(static_cast<int>(v));
    return out;
}

inline std::span<const double> row_of(const numbers& all, std::size_t row, std::size_t size) {
    return std::span(all).subspan(row * size, size);
}

inline numbers exp_of(numbers x) {
    for (double& v : x)
        v = std::exp(v);
    return x;
}

/// Calls use(schedule) for the noise that a file names.
template <class Use>
comparison with_noise(const json& params, Use use) {
    const auto noise = params.get<std::string>("noise");
    const auto c = params.get<numbers>("noise_constants", {});
    if (noise == "loglinear") return use(discrete::log_linear{c.at(0)});
    if (noise == "cosine") return use(discrete::cosine{c.at(0)});
    if (noise == "cosinesqr") return use(discrete::cosine_squared{c.at(0)});
    if (noise == "geometric") return use(discrete::geometric{c.at(0), c.at(1)});
    if (noise == "linear") return use(discrete::linear{c.at(0), c.at(1)});
    throw unsupported("the noise " + noise);
}

}  // namespace golden
