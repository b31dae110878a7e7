// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Digits from the network, under classifier-free guidance, and the picture of them.

#include <diffgen/diffgen.hpp>
#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/png.hpp>

#include "network.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <span>
#include <vector>

namespace mnist {

struct request {
    int count = 2000;
    int steps = 20;
    double guidance = 1.5;  ///< 1: none
    int threads = 0;
    std::uint64_t seed = 1;
};

struct generated {
    labelled_digits digits;
    int evaluations = 0;
    double seconds = 0;
};

/// The classes in turn, a digit for each, by the second-order multistep method of DPM-Solver++.
inline generated generate(network& net, const request& r) {
    generated g;
    const auto count = static_cast<std::size_t>(r.count);
    g.digits.values.resize(count * pixels);
    for (int i = 0; i < r.count; ++i)
        g.digits.labels.push_back(i % classes);
    // Without guidance the unconditional half of the rows cancels out: a copy of the other serves.
    const bool guided = r.guidance != 1;
    const auto call = [&](const auto& in, const auto& out, const diffgen::noise_level& level,
                          std::span<const int> classes_of_rows) {
        const std::size_t rows = guided ? in.samples : in.samples / 2;
        net.evaluate(in.data, out.data, static_cast<std::int64_t>(rows), level.network_time,
                     classes_of_rows.data(), r.threads);
        if (!guided) std::copy_n(out.data, rows * pixels, out.data + rows * pixels);
    };
    const diffgen::sampler s{
        diffgen::schedule::cosine{}, diffgen::kernel::variance_preserving{},
        diffgen::guided{
            diffgen::predicts(prediction{},
                              diffgen::labelled(call, g.digits.labels, net.null_class()),
                              time_input{}),
            diffgen::classifier_free{r.guidance}},
        diffgen::solver::dpm_solver_pp_multistep<2>{}};
    const auto begin = std::chrono::steady_clock::now();
    g.evaluations =
        s.generate(diffgen::exec::cpp, diffgen::batch(g.digits.values, count),
                   {.steps = r.steps,
                    .seed = r.seed,
                    .grid = diffgen::grid::karras{.bounds = {.sigma_min = 0.02, .sigma_max = 40}},
                    .observe = diffgen::observe::progress(std::cerr, "sampling")})
            .evaluations;
    g.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return g;
}

/// Ten rows, one a class, of digits that stand in the order of the classes in turn.
inline void write_sheet(const std::filesystem::path& path, const labelled_digits& d) {
    const std::size_t columns = std::min<std::size_t>(16, d.count() / classes);
    std::vector<diffgen::io::image> tiles;
    for (std::size_t k = 0; k < classes; ++k)
        for (std::size_t i = 0; i < columns; ++i)
            tiles.push_back(
                diffgen::io::grey_image(std::span<const float>(by_rows(d.picture(i * classes + k))),
                                        side, side, -1.f, 1.f));
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    diffgen::io::write_png(path, diffgen::io::contact_sheet(
                                     tiles, {.columns = columns, .margin = 2, .background = 96}));
}

}  // namespace mnist
