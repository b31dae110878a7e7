// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// masked_digits [options]: one network, trained to fill in masked pixels, generates digits in any
// order, and gives their probability: as a bound for masked diffusion, exactly for autoregression.

#include <diffgen/density/table.hpp>
#include <diffgen/discrete/likelihood.hpp>
#include <diffgen/discrete/sampler.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/png.hpp>
#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/nn/fit.hpp>
#include <diffgen/nn/weights_file.hpp>
#include <diffgen/train/masked_levels.hpp>
#include <diffgen/train/progress_bar.hpp>

#include "data.hpp"
#include "network.hpp"
#include "options.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace masked_digits;
namespace discrete = diffgen::discrete;
using digit_levels = std::vector<std::int8_t>;

void train(network& net, const digit_levels& training, std::int64_t steps) {
    // [train]
    const diffgen::train::masked_levels<> objective{.mask = mask};
    const diffgen::nn::fit_options options{
        .steps = steps,
        .batch = 64,
        .shards = 1,
        .optimiser = {.weight_decay = 0.02},
        .learning_rate = diffgen::nn::cosine_rate{.rate = 2e-3, .steps = steps, .warm_up = 100},
        .clip = 1,
        .observe = diffgen::train::progress_bar(std::cerr)};
    const diffgen::train::dataset<std::int8_t> data{
        training.data(), static_cast<std::int64_t>(training.size()) / pixels, pixels};
    diffgen::nn::training_state<float> state(net.weights());
    diffgen::nn::fit(state, objective.loss(net, data), options);
    net.weights() = state.average;
    // [train]
}

/// Calls use(order) for the order of this name.
template <class Use>
void with_order(const std::string& name, Use use) {
    if (name == "random") return use(discrete::random_order{});
    if (name == "raster") return use(discrete::raster{});
    if (name == "confidence") return use(discrete::by_confidence{.temperature = 2});
    if (name == "ancestral") return use(discrete::ancestral{});
    if (name == "remasking") return use(discrete::remasking{});
    throw diffgen::bad_argument("unknown order '" + name + "'; see --help");
}

digit_levels generate(const network& net, const command_line& c) {
    digit_levels x(c.count * pixels);
    with_order(c.order, [&](const auto& order) {
        // [sample]
        discrete::sampler s{discrete::absorbing{.states = levels + 1, .mask = mask},
                            discrete::log_linear{},
                            discrete::predicts(discrete::clean{}, std::cref(net)), order};
        const auto begin = std::chrono::steady_clock::now();
        const auto done = s.generate(diffgen::exec::omp, diffgen::batch(x, c.count),
                                     {.steps = c.steps, .seed = c.seed});
        // [sample]
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        std::cout << c.count << " digits, order " << c.order << ", " << done.evaluations
                  << " evaluations, " << seconds.count() << " s\n";
    });
    return x;
}

void write_picture(const digit_levels& x, const std::filesystem::path& path) {
    std::vector<diffgen::io::image> tiles;
    const std::vector<float> values(x.begin(), x.end());
    for (std::size_t i = 0; i < values.size(); i += pixels)
        tiles.push_back(diffgen::io::grey_image(std::span<const float>(values).subspan(i, pixels),
                                                side, side, 0.f, levels - 1.f));
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    diffgen::io::write_png(path,
                           diffgen::io::contact_sheet(
                               tiles, {.columns = 24, .scale = 4, .margin = 3, .background = 96}));
    std::cout << "wrote " << path.string() << '\n';
}

Eigen::MatrixXd columns(const digit_levels& x) {
    Eigen::MatrixXd m(Eigen::Index{pixels}, static_cast<Eigen::Index>(x.size()) / pixels);
    for (std::size_t i = 0; i < x.size(); ++i)
        m.data()[i] = x[i] / 8. - 1;
    return m;
}

void run(const command_line& c) {
    const digit_levels training = read_levels(c.data / "optdigits.tra");
    const digit_levels test = read_levels(c.data / "optdigits.tes");
    network net;
    if (c.train) {
        train(net, training, c.training_steps);
        save_half_weights(net.weights(), c.weights);
        std::cout << "wrote " << c.weights.string() << '\n';
    }
    load_weights(net.weights(), c.weights);

    const digit_levels generated = generate(net, c);
    write_picture(generated, c.out);
    if (c.count > std::size_t{pixels})
        std::cout << "Frechet distance to the test digits "
                  << diffgen::metrics::frechet_distance(columns(test), columns(generated))
                  << "; as many training digits "
                  << diffgen::metrics::frechet_distance(
                         columns(test),
                         columns({training.begin(),
                                  training.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                         generated.size(), training.size()))}))
                  << '\n';

    // [probability]
    const digit_levels tested(test.begin(),
                              test.begin() + static_cast<std::ptrdiff_t>(c.tested * pixels));
    const auto x = diffgen::batch(tested, c.tested);
    const discrete::absorbing corruption{levels + 1, mask};
    auto predictor = discrete::predicts(discrete::clean{}, std::cref(net));
    diffgen::density::table table;
    table.add("independent pixels", pixel_histograms(training, tested), pixels)
        .add("masked diffusion",
             discrete::masked_bound(corruption, predictor, x, {.draws = c.draws, .seed = c.seed}),
             pixels)
        .add("raster", discrete::sequential_log_probability(corruption, predictor, x), pixels);
    std::cout << table;
    // [probability]
}

}  // namespace

int main(int argc, char** argv) {
    return common::program("masked_digits", usage, argc, argv, parse, run);
}
