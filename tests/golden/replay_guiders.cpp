// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The guiders of diffusers, its rescaling and thresholding, and the timesteps of image-to-image.

#include <diffgen/compat/diffusers/guider.hpp>
#include <diffgen/compat/diffusers/guider_options.hpp>
#include <diffgen/compat/diffusers/image_to_image.hpp>
#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/predictor/predicts.hpp>

#include "topics.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace golden {
namespace {

namespace diffusers = diffgen::compat::diffusers;

using extents = std::vector<std::size_t>;

comparison guider(const json& file) {
    const json& params = file.at("params");
    json::object options;
    for (const auto& member : params.members())
        if (member.first != "function") options.push_back(member);
    diffusers::guider g(
        diffusers::read_guider(params.get<std::string>("function"), json(std::move(options))),
        file.get<extents>("shape"), file.get<int>("num_inference_steps"));
    scaled_difference d;
    for (const json& step : file.at("steps").elements()) {
        const int k = step.get<int>("step");
        d.compare(g.conditions(k), step.get<double>("conditions"));
        const auto cond = step.get<numbers>("cond"), uncond = step.get<numbers>("uncond");
        d.compare(g(k, cond, uncond), step.get<numbers>("pred"));
    }
    return {d.largest()};
}

comparison rescaling(const json& file) {
    scaled_difference d;
    for (const json& c : file.at("cases").elements()) {
        auto g = c.get<numbers>("cfg");
        const auto cond = c.get<numbers>("cond");
        diffusers::rescale_noise_cfg(g, cond, c.get<extents>("shape").at(0),
                                     c.get<double>("guidance_rescale"));
        d.compare(g, c.get<numbers>("result"));
    }
    return {d.largest()};
}

comparison dynamic_threshold(const json& file) {
    scaled_difference d;
    for (const json& c : file.at("cases").elements()) {
        const diffgen::threshold_hook<diffgen::no_hook> hook{
            {}, c.get<double>("dynamic_thresholding_ratio"), c.get<double>("sample_max_value")};
        auto x = c.get<numbers>("sample");
        const std::size_t items = c.get<extents>("shape").at(0), n = x.size() / items;
        for (std::size_t item = 0; item < items; ++item) {
            double* const sample = x.data() + item * n;
            numbers measures;
            for (std::size_t i = 0; i < n; ++i)
                measures.push_back(hook.measure(sample[i]));
            const double s = hook.statistic(measures.data(), n);
            for (std::size_t i = 0; i < n; ++i)
                sample[i] = hook.apply(sample[i], s);
        }
        d.compare(x, c.get<numbers>("result"));
    }
    return {d.largest()};
}

comparison image_to_image_timesteps(const json& file) {
    scaled_difference d;
    for (const json& c : file.at("cases").elements()) {
        const auto scheduler =
            diffusers::named<diffusers::scheduler>("scheduler", c.get<std::string>("scheduler"));
        std::optional<double> start;
        if (c.contains("denoising_start") && !c.at("denoising_start").is_null())
            start = c.get<double>("denoising_start");
        const auto part = diffusers::image_to_image_timesteps(
            diffusers::image_pipeline_of(c.get<std::string>("pipeline")), scheduler,
            c.get<numbers>("all_timesteps"), c.get<int>("num_inference_steps"),
            c.get<double>("strength"), start);
        d.compare(part.timesteps, c.get<numbers>("timesteps"));
        d.compare(part.steps, c.get<double>("steps"));
        const bool told = !c.at("begin_index").is_null();
        d.compare(part.begin_index.has_value(), told);
        if (told) d.compare(part.begin_index.value_or(-1), c.get<double>("begin_index"));
    }
    return {d.largest()};
}

const topics_of_this_file known{{"guider_cfg", &guider},
                                {"guider_apg", &guider},
                                {"guider_mambo", &guider},
                                {"guider_tcfg", &guider},
                                {"guider_zero_star", &guider},
                                {"rescale_noise_cfg", &rescaling},
                                {"dynamic_threshold", &dynamic_threshold},
                                {"img2img_timesteps", &image_to_image_timesteps}};

}  // namespace
}  // namespace golden
