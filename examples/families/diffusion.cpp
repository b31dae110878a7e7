// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

#include "diffusion.hpp"

#include <diffgen/exec/policy.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/solver/ddim.hpp>

#include "../likelihood/diffusion.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace families {

namespace {

/// Levels of `count` samples: the classes in turn, without guidance, rounded.
matrix sampled(digits::network& net, Eigen::Index count) {
    std::vector<int> labels(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<int>(i % digits::classes);
    const auto call = [&](const auto& in, const auto& out, const diffgen::noise_level& level) {
        net.evaluate(in.data, out.data, static_cast<std::int64_t>(in.samples), level.network_time,
                     labels.data());
    };
    const auto process = digits::process();
    const diffgen::sampler s{process.schedule, process.kernel,
                             diffgen::predicts(digits::prediction{}, call, digits::time_input{}),
                             diffgen::solver::ddim{}};
    matrix x(pixels, count);
    s.generate(diffgen::exec::cpp,
               diffgen::batch(x.data(), static_cast<std::size_t>(x.size()), labels.size()),
               {.steps = 50, .seed = 1});
    return ((x.array() + 1) * (0.5f * (levels - 1))).round().max(0.f).min(levels - 1.f);
}

}  // namespace

diffusion_result diffusion(const std::filesystem::path& data, const matrix& test,
                           Eigen::Index samples, bool quick) {
    const auto training = digits::read_digits(data / "optdigits.tra");
    auto held_out = digits::read_digits(data / "optdigits.tes");
    if (quick) {
        held_out.labels.resize(20);
        held_out.pixel_values.resize(20 * digits::pixels);
    }
    auto net = digits::make_network();
    load_weights(net.weights(), DIFFGEN_DIGITS_WEIGHTS);
    const int draws = quick ? 4 : 32;

    diffusion_result found{{}, sampled(net, samples)};
    row as_it_is{diffusion_name, "bound"};
    set_bits(as_it_is, digits::as_it_is(net, held_out, draws).values);
    set_measures(as_it_is, test, found.samples);
    row with_levels{"  with levels", "bound, levels fitted on the training digits"};
    set_bits(
        with_levels,
        digits::levels_fitted(net, training, held_out, draws, false, quick ? 50 : 1500).values);
    found.rows = {as_it_is, with_levels};
    return found;
}

}  // namespace families
