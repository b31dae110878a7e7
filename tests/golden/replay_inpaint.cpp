// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// RePaint and the inpainting pipeline of diffusers.

#include <diffgen/compat/diffusers/inpainting.hpp>
#include <diffgen/compat/diffusers/pipeline/ancestral.hpp>
#include <diffgen/compat/diffusers/pipeline/exploding.hpp>
#include <diffgen/compat/diffusers/pipeline/family.hpp>
#include <diffgen/compat/diffusers/repaint.hpp>
#include <diffgen/guidance/conventions.hpp>

#include "posterior.hpp"

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace golden {
namespace {

namespace diffusers = diffgen::compat::diffusers;

/// The noise that a mixture finds in a state.
vector noise_in(const posterior::mixture& m, const vector& x, double alpha, double sigma) {
    return (x - alpha * m.at(alpha, sigma).denoised(x)) / sigma;
}

comparison repaint(const json& file) {
    const json &params = file.at("params"), &call = params.at("set_timesteps");
    const auto s = diffusers::read_repaint(params.at("config"));
    const auto m = mixture_of(file);
    const int n = call.get<int>("num_inference_steps");
    const int stride = params.at("config").get<int>("num_train_timesteps", 1000) / n;
    const auto times = s.timesteps(n, call.get<int>("jump_length"), call.get<int>("jump_n_sample"));
    const auto kinds = file.get<std::vector<std::string>>("kinds");
    const auto mask = file.get<numbers>("mask"), original = file.get<numbers>("original");
    const auto noise = file.get<table>("noise");
    auto x = file.get<numbers>("initial");
    std::size_t drawn = 0;
    table samples, estimates;
    numbers values;
    scaled_difference d;
    for (std::size_t i = 0; i < times.values.size(); ++i) {
        const int t = times.values[i];
        values.push_back(t);
        if (i < kinds.size()) d.compare(times.is_step[i], kinds[i] == "step");
        if (times.is_step[i]) {
            const double signal = s.alpha_bar(t);
            const numbers eps =
                to_numbers(noise_in(m, to_vector(x), std::sqrt(signal), std::sqrt(1 - signal)));
            numbers estimate;
            for (std::size_t e = 0; e < x.size(); ++e)
                estimate.push_back(s.denoised(x[e], eps[e], t));
            estimates.push_back(estimate);
            s.step(x, eps, t, stride, original, mask, noise.at(drawn++));
        } else {
            numbers z;
            for (int k = 0; k < stride; ++k, ++drawn)
                z.insert(z.end(), noise.at(drawn).begin(), noise.at(drawn).end());
            s.undo(x, times.values[i - 1], stride, z);
        }
        samples.push_back(x);
    }
    d.compare(values, file.get<numbers>("timesteps"));
    d.compare(samples, file.get<table>("samples"));
    d.compare(estimates, file.get<table>("denoised"));
    return {d.largest()};
}

comparison inpaint_blend(const json& file) {
    const json& params = file.at("params");
    const auto config =
        diffusers::read_config(params.get<std::string>("scheduler"), params.at("config"));
    const auto schedule = diffusers::noise_schedule(config);
    diffusers::arguments a;
    a.num_inference_steps = params.get<int>("num_inference_steps");
    a.strength = params.get<double>("strength");
    const double eta = params.get<double>("eta", 0), w = params.get<double>("guidance_scale");
    if (config.scheduler == diffusers::scheduler::ddim) a.eta = eta;
    const auto all = mixture_of(file), of_class = all.of_class(labels_of(file), 0);
    numbers times;
    const auto net = [&](auto in, auto out, const diffgen::noise_level& l) {
        times.push_back(l.network_time);
        const auto [alpha, sigma] =
            diffgen::kernel::variance_preserving::level(schedule.log_snr(l.network_time));
        const vector x = to_vector(numbers(in.begin(), in.end()));
        const vector c = noise_in(of_class, x, alpha, sigma), u = noise_in(all, x, alpha, sigma);
        for (std::size_t i = 0; i < in.size(); ++i) {
            const double outputs[2] = {c[static_cast<Index>(i)], u[static_cast<Index>(i)]};
            out.data[i] = w > 1 ? diffgen::guidance_scale(w).combine(outputs) : outputs[0];
        }
    };
    const auto image = file.get<numbers>("image");
    const auto of_pixel = file.get<numbers>("mask");
    numbers mask;
    while (mask.size() < image.size())
        mask.insert(mask.end(), of_pixel.begin(), of_pixel.end());
    // the draws of a run are numbered from the first step of the grid on
    const auto noise = file.get<table>("noise");
    const auto steps = static_cast<std::size_t>(*a.num_inference_steps);
    const std::size_t left_out = steps - file.get<numbers>("timesteps").size();
    numbers draws(left_out * image.size());
    for (std::size_t k = 1; k < noise.size(); ++k)
        draws.insert(draws.end(), noise[k].begin(), noise[k].end());
    draws.resize(std::max(draws.size(), image.size()));
    const recorded_noise recorded(draws, image.size());
    diffgen::observe::recording r;
    numbers x(image.size());
    const auto batch = diffgen::batch(x, 1);
    const diffusers::known_pictures known_parts{image, mask, noise.at(0)};
    const diffgen::options o{.observe = diffgen::observe::record(r)};
    const diffusers::inpainting use{diffgen::exec::cpp, batch, known_parts, o};
    if (diffusers::family_of(config.scheduler) == diffusers::family::ancestral)
        diffusers::with_ancestral(config, a, net, use, recorded.source());
    else
        diffusers::with_exploding(config, a, net, use, recorded.source());
    scaled_difference d;
    d.compare(times, file.get<numbers>("timesteps"));
    d.compare(r.states, file.get<table>("samples"));
    return {d.largest()};
}

const topics_of_this_file known{{"diffusers_repaint", &repaint}, {"inpaint_blend", &inpaint_blend}};

}  // namespace
}  // namespace golden
