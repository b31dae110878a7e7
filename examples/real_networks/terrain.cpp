// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A consistency network for terrains of 128 x 128 heights at 100 difficulties, from the Python
// package adaptive-terrain-diffusion, on two runtimes: the package's own one step and its variation
// from the same noise, more steps, and requests of several lengths together. Called by
// tools/real_networks.sh:
//   terrain NETWORK.onnx REFERENCE_FOLDER PICTURE.png [THREADS]

#include "measured.hpp"

#include <diffgen/bridge/network.hpp>
#include <diffgen/bridge/onnx_runtime.hpp>
#include <diffgen/bridge/openvino.hpp>
#include <diffgen/diffgen.hpp>
#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/image.hpp>
#include <diffgen/io/npy.hpp>
#include <diffgen/io/png.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

using namespace diffgen;
using real_networks::cost;
using real_networks::result;

namespace {

constexpr std::size_t side = 128, elements = side * side;

/// What the package's sampler was given and what it made.
struct reference {
    explicit reference(const std::filesystem::path& folder)
        : difficulty(read(folder / "difficulty.npy")),
          noisy(read(folder / "noisy.npy")),
          one_step(read(folder / "one_step.npy")),
          varied_from(read(folder / "varied_from.npy")),
          varied(read(folder / "varied.npy")) {}

    std::vector<float> difficulty, noisy, one_step, varied_from, varied;

  private:
    static std::vector<float> read(const std::filesystem::path& file) {
        return io::read_npy<float>(file).data;
    }
};

/// Whatever predicts, under the process and the solver of the network.
template <class Net>
auto sampler_of(Net net, std::vector<float> difficulty) {
    return sampler{schedule::edm{.sigma_min = 0.002, .sigma_max = 80}, kernel::variance_exploding{},
                   predicts(denoised{}, labelled{std::move(net), std::move(difficulty), 0.f},
                            time_input::sigma{}),
                   solver::consistency{.sigma_min = 0.002}};
}
options settings(int steps) {
    // One step goes from sigma 80 to the data; several end at sigma_min, where the network is the
    // identity.
    if (steps == 1) return {.steps = 1};
    return {.steps = steps, .seed = 1, .grid = grid::karras{.ends_at_sigma_min = true}};
}

template <class Runtime>
std::vector<result> run_all(const Runtime& runtime, const reference& r) {
    const bridge::network net{
        runtime,
        {.state = "noisy", .time = "sigma", .condition = "difficulty", .output = "denoised"}};
    std::vector<result> all;
    const auto measure = [&](const std::string& name, const std::vector<float>& difficulty,
                             std::vector<float> x, const auto& generate) {
        cost took;
        const auto s = sampler_of(real_networks::timed<decltype(net)>{&net, &took}, difficulty);
        real_networks::measure(took, [&] { generate(s, batch(x, difficulty.size())); });
        all.push_back({name, took, std::move(x)});
    };
    const auto once = [](const auto& s, auto x) { s.generate_from(exec::cpp, x, settings(1)); };
    measure("one step", r.difficulty, r.noisy, once);
    all.clear();  // the runtime has now made its memory
    measure("one step", r.difficulty, r.noisy, once);
    all.back().off = real_networks::largest_difference(all.back().samples, r.one_step);
    measure("variation, from sigma 0.4", {r.difficulty.rbegin(), r.difficulty.rend()},
            r.varied_from, [](const auto& s, auto x) {
                s.generate_from(exec::cpp, std::sqrt(0.002 * 80), x, settings(1));
            });
    all.back().off = real_networks::largest_difference(all.back().samples, r.varied);
    measure("4 steps of consistency", r.difficulty, r.noisy,
            [](const auto& s, auto x) { s.generate(exec::cpp, x, settings(4)); });
    return all;
}

/// Requests of one to three steps in one pool; how far the samples are from those that each request
/// has in a run of its own.
template <class Runtime>
result serve(const Runtime& runtime, const reference& r) {
    const bridge::network net{
        runtime,
        {.state = "noisy", .time = "sigma", .condition = "difficulty", .output = "denoised"}};
    const std::size_t requests = r.difficulty.size();
    const auto options_of = [](std::size_t i) {
        auto o = settings(1 + static_cast<int>(i % 3));
        o.seed = i;
        return o;
    };
    result served{"requests of 1 to 3 steps", {}, std::vector<float>(requests * elements), 0};
    const real_networks::timed<decltype(net)> timed{&net, &served.took};
    const auto s = sampler_of(timed, r.difficulty);

    real_networks::measure(served.took, [&] {
        auto pool = s.pool(exec::cpp, elements, {.capacity = requests});
        std::map<request_id, std::size_t> known;
        for (std::size_t i = 0; i < requests; ++i)
            known[pool.admit(options_of(i))] = i;
        std::vector<float> labels;
        while (pool) {
            labels.clear();
            for (const request_id id : pool.requests())
                labels.push_back(r.difficulty[known[id]]);
            timed(pool.input(), pool.output(), pool.levels(), std::span<const float>(labels));
            pool.advance();
        }
        for (const auto& [id, i] : known) {
            const auto x = pool.state(id);
            std::copy(x.begin(), x.end(), served.samples.begin() + static_cast<long>(i * elements));
        }
    });

    for (std::size_t i = 0; i < requests; ++i) {
        std::vector<float> alone(elements);
        sampler_of(net, {r.difficulty[i]}).generate(exec::cpp, batch(alone, 1), options_of(i));
        served.off = std::max(
            served.off, real_networks::largest_difference(
                            alone, std::span(served.samples).subspan(i * elements, elements)));
    }
    return served;
}

/// Heights in metres from what the network gives, as the package has it, from 0 on.
std::vector<float> heights(std::span<const float> values) {
    constexpr double highest = 22.16864013671875, scale = 0.1;
    const double norm = std::asinh(highest / scale);
    std::vector<float> all;
    for (const float v : values)
        all.push_back(
            static_cast<float>(scale * std::sinh(std::clamp((v + 1) * 0.5, 0., 1.) * norm)));
    return all;
}

/// Heights as grey, lit from the upper left corner.
io::image relief(const std::vector<float>& h) {
    std::vector<float> slope(elements), shade(elements);
    double squares = 0;
    for (std::size_t row = 1; row < side; ++row)
        for (std::size_t column = 1; column < side; ++column) {
            const std::size_t i = row * side + column;
            slope[i] = 2 * h[i] - h[i - 1] - h[i - side];
            squares += double{slope[i]} * slope[i];
        }
    const auto steep = static_cast<float>(3 * std::sqrt(squares / elements) + 1e-9);
    const auto [low, high] = std::minmax_element(h.begin(), h.end());
    for (std::size_t i = 0; i < elements; ++i)
        shade[i] = 0.15f + 0.6f * (h[i] - *low) / (*high - *low + 1e-6f) +
                   0.2f * std::clamp(slope[i] / steep, -1.f, 1.f);
    return io::grey_image(std::span<const float>(shade), side, side, 0.f, 1.f);
}

/// One step from noise of this library.
std::vector<float> with_other_noise(const bridge::onnx_runtime& runtime,
                                    const std::vector<float>& difficulty) {
    const bridge::network net{
        runtime,
        {.state = "noisy", .time = "sigma", .condition = "difficulty", .output = "denoised"}};
    std::vector<float> x(difficulty.size() * elements);
    sampler_of(net, difficulty)
        .generate(exec::cpp, batch(x, difficulty.size()), {.steps = 1, .seed = 3});
    return x;
}

/// Four columns, from easy to difficult: the package's own noise, and other noise.
void write_picture(const std::filesystem::path& file, const std::vector<float>& own,
                   const std::vector<float>& other) {
    std::vector<io::image> tiles;
    for (const auto* samples : {&own, &other})
        for (std::size_t i = 0; i < samples->size() / elements; ++i)
            tiles.push_back(relief(heights(std::span(*samples).subspan(i * elements, elements))));
    io::write_png(file, io::contact_sheet(tiles, {.columns = 4, .margin = 4}));
}

int run(const std::vector<std::string>& arguments) {
    const std::string file = arguments.at(1);
    const reference r(arguments.at(2));
    const int threads = arguments.size() > 4 ? std::stoi(arguments[4]) : 0;
    const bridge::onnx_runtime onnx(file, {.threads = threads});
    const bridge::openvino intel(file, {.threads = threads});

    auto ours = run_all(onnx, r), theirs = run_all(intel, r);
    write_picture(arguments.at(3), ours[0].samples, with_other_noise(onnx, r.difficulty));
    double apart = 0, share = 0;
    for (std::size_t i = 0; i < ours.size(); ++i)
        apart =
            std::max(apart, real_networks::largest_difference(ours[i].samples, theirs[i].samples));
    ours.push_back(serve(onnx, r));
    theirs.push_back(serve(intel, r));

    real_networks::print_header();
    for (const auto& [name, rows] : {std::pair{"ONNX Runtime", &ours}, {"OpenVINO", &theirs}})
        for (const result& each : *rows) {
            real_networks::print_row(name, each);
            share = std::max(share, each.took.share());
        }
    std::printf(
        "off by: the largest difference to the package's own sampler from the same noise, of\n"
        "requests to runs of their own. The two runtimes are %.1e apart at most.\n"
        "The largest share of the library is %.2f%%.\n",
        apart, 100 * share);
    const bool agree = apart <= 1e-4 && ours[0].off <= 1e-4 && ours[1].off <= 1e-4;
    if (!agree) std::printf("These results do not agree to 1e-4.\n");
    return agree ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
    return real_networks::reported(run, {arguments, arguments + count});
}
