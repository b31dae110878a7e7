// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// families [--quick] [NAME...]: trains models of several families on the digits (flow, autoencoder,
// autoregressive), takes the trained network of the digits example (diffusion; all, if none is
// named), and prints one table: bits a pixel of held-out digits,
// and how the samples compare with them, beside independent pixels and the training digits. A
// training that was stopped goes on where it was last saved (NAME.training.safetensors). Writes
// NAME.png, families.png (all families, a block of rows each) and families.json. --quick takes a
// few steps and few samples.

#include <diffgen/io/json.hpp>
#include <diffgen/nn/fit.hpp>
#include <diffgen/train/progress_bar.hpp>

#include "autoencoder.hpp"
#include "data.hpp"
#include "diffusion.hpp"
#include "flow.hpp"
#include "masked.hpp"
#include "report.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using families::matrix;
using families::row;

struct setting {
    matrix training, test;
    bool quick;
    std::vector<row> rows{};
    matrix shown{families::pixels, 0};  ///< the first samples of every family

    Eigen::Index samples() const { return quick ? 60 : test.cols(); }
    void show(const std::string& name, const matrix& samples) {
        families::write_picture(name + ".png", samples, 192);
        const Eigen::Index before = shown.cols(), more = std::min<Eigen::Index>(48, samples.cols());
        shown.conservativeResize(Eigen::NoChange, before + more);
        shown.rightCols(more) = samples.leftCols(more);
    }
};

template <class Family>
void run(setting& s) {
    namespace nn = diffgen::nn;
    const Family family;
    const std::filesystem::path saved = std::string(Family::name) + ".training.safetensors";
    nn::training_state<float> state(family.list);
    if (!s.quick && std::filesystem::exists(saved)) load(state, saved);
    nn::fit_options options;
    options.steps = s.quick ? 3 : Family::steps;
    options.batch = s.quick ? 16 : 256;
    options.learning_rate = nn::cosine_rate{.rate = 2e-3, .steps = options.steps, .warm_up = 50};
    options.average.decay = 0.99;
    options.clip = 1;
    if (!s.quick) {
        options.checkpoint = saved;
        options.checkpoint_every = 250;
        options.observe = diffgen::train::progress_bar(std::cerr, 25);
    }
    const auto loss = [&](const nn::shard<float>& part) { return family(s.training, part); };
    std::cerr << Family::name << ", " << family.list.count() << " weights\n";
    const auto start = std::chrono::steady_clock::now();
    nn::fit(state, loss, options);
    row r{Family::name, Family::kind};
    r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const matrix held_out = s.quick ? matrix(s.test.leftCols(20)) : s.test;
    families::set_bits(r, family.log_likelihood(state.average, held_out));
    const matrix samples = family.sample(state.average, s.samples());
    families::set_measures(r, s.test, samples);
    s.show(Family::name, samples);
    s.rows.push_back(r);
}

void trained_before(setting& s, const std::filesystem::path& data) {
    const auto found = families::diffusion(data, s.test, s.samples(), s.quick);
    s.show(families::diffusion_name, found.samples);
    s.rows.insert(s.rows.end(), found.rows.begin(), found.rows.end());
}

void without_training(setting& s) {
    const families::histogram pixels(s.training);
    row independent{families::histogram::name, "exact, no training"};
    families::set_bits(independent, pixels.log_likelihood(s.test));
    const matrix samples = pixels.sample(s.samples());
    families::set_measures(independent, s.test, samples);
    row data{"training digits", "-"};
    families::set_measures(data, s.test, matrix(s.training.leftCols(s.samples())));
    s.rows.insert(s.rows.end(), {independent, data});
}

}  // namespace

int main(int argc, char** argv) try {
    bool quick = false;
    std::vector<std::string_view> names;
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--quick")
            quick = true;
        else
            names.emplace_back(argv[i]);
    const std::filesystem::path data = DIFFGEN_DIGITS_DATA;
    setting s{families::read_levels(data / "optdigits.tra"),
              families::read_levels(data / "optdigits.tes"), quick};
    const auto wanted = [&](std::string_view name) {
        return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const auto name : names)
        if (name != families::flow::name && name != families::autoencoder::name &&
            name != families::masked::name && name != families::diffusion_name) {
            std::cerr << "usage: families [--quick] [diffusion] [flow] [autoencoder] "
                         "[autoregressive]\n";
            return 2;
        }
    without_training(s);
    if (wanted(families::diffusion_name)) trained_before(s, data);
    if (wanted(families::flow::name)) run<families::flow>(s);
    if (wanted(families::autoencoder::name)) run<families::autoencoder>(s);
    if (wanted(families::masked::name)) run<families::masked>(s);
    families::print(std::cout, s.rows);
    families::write_picture("families.png", s.shown, s.shown.cols());
    diffgen::io::write_json("families.json", families::to_json(s.rows), 2);
    return 0;
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
