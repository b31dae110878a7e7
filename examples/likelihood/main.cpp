// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// How well do models know the handwritten digits? Bits a pixel that the test digits take, of 17
// levels, each figure with its kind and standard error: counts, Gaussians, the diffusion network of
// the digits example, as it is and with what a lattice of levels knows, and the network of the
// example masked_digits.

#include <diffgen/core/error.hpp>
#include <diffgen/density/table.hpp>
#include <diffgen/io/json.hpp>

#include "../common/command_line.hpp"
#include "counts.hpp"
#include "diffusion.hpp"
#include "gaussians.hpp"
#include "masked.hpp"
#include "oracles.hpp"

#include <cstddef>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace digits;

struct command_line {
    std::filesystem::path json{};
    std::filesystem::path data = DIFFGEN_DIGITS_DATA;
    std::filesystem::path weights = DIFFGEN_DIGITS_WEIGHTS;
    std::filesystem::path masked_weights = DIFFGEN_MASKED_DIGITS_WEIGHTS;
    int draws = 64;  ///< levels of noise for each digit
    std::size_t count = 1797;
    bool oracles = false, quick = false, help = false;
};

constexpr std::string_view usage = R"(likelihood: bits a pixel of the test digits, by model.

  --json FILE     the table as JSON
  --draws N       levels of noise drawn for each digit (64)
  --count N       test digits (1797, all)
  --weights FILE  the network's weights
  --data DIR      where optdigits.tra and optdigits.tes are
  --oracles       what is known exactly beside what is found; exits 1 where one is off
  --quick         few digits and draws, as the tests do
  --help          this text
)";

/// Throws bad_argument for an unknown option, a missing or an impossible value.
command_line parse(common::option_words words) {
    command_line c;
    while (words.next()) {
        const std::string& option = words.option();
        if (option == "--json")
            c.json = words.value();
        else if (option == "--data")
            c.data = words.value();
        else if (option == "--weights")
            c.weights = words.value();
        else if (option == "--draws")
            c.draws = words.number(1, 100000);
        else if (option == "--count")
            c.count = words.number(std::size_t{1}, std::size_t{1797});
        else if (option == "--oracles")
            c.oracles = true;
        else if (option == "--quick")
            c.quick = true;
        else if (option == "--help")
            c.help = true;
        else
            words.unknown();
    }
    if (c.quick) c.draws = 4, c.count = 60;
    return c;
}

void run(const command_line& c) {
    auto training = read_digits(c.data / "optdigits.tra"),
         test = read_digits(c.data / "optdigits.tes");
    if (c.oracles || c.quick) {
        const bool within = print_oracles(std::cout, training, test, c.quick);
        if (!within) throw diffgen::error("an oracle is off");
        if (c.oracles) return;
        std::cout << '\n';
    }
    if (test.count() > c.count) {
        test.labels.resize(c.count);
        test.pixel_values.resize(c.count * pixels);
    }
    auto net = make_network();
    load_weights(net.weights(), c.weights);

    diffgen::density::table t;
    const auto add = [&](const char* model, const auto& found, const char* note = "") {
        t.add(model, found, pixels, 0, note);
    };
    add("every level as likely", uniform_levels(test));
    add("histogram of each pixel",
        diffgen::density::independent_levels::counted(lattice, view(training))
            .log_density(view(test)));
    add("histograms of each class", class_histograms(training, test));
    add("counts in context", context_counts(training).log_density(test), "6 neighbours");
    add("one Gaussian", gaussian_bound(training, test, 1, 1), "uniform dequantisation");
    if (!c.quick) {
        add("20 Gaussians", gaussian_bound(training, test, 20, 1), "uniform dequantisation");
        add("20 Gaussians", gaussian_bound(training, test, 20, 100),
            "uniform dequantisation, 100 importance draws");
    }
    add("diffusion network as it is", as_it_is(net, test, c.draws));
    add("  levels at the ends", levels_at_the_ends(net, training, test, c.draws));
    const std::size_t fitted_on = c.quick ? 50 : 1500;
    add("  levels fitted", levels_fitted(net, training, test, c.draws, false, fitted_on));
    if (!c.quick)
        add("  levels fitted, class told",
            levels_fitted(net, training, test, c.draws, true, fitted_on),
            "with log 10 for the class");
    const masked_model masked(c.masked_weights);
    add("masked diffusion", masked.bound(test, c.quick ? c.draws : 16));
    add("  the same network, raster", masked.raster(test), "pixel by pixel");
    std::cout << t;
    if (!c.json.empty()) {
        diffgen::io::write_json(c.json, t.to_json());
        std::cout << "wrote " << c.json.string() << '\n';
    }
}

}  // namespace

int main(int argc, char** argv) {
    return common::program("likelihood", usage, argc, argv, parse, run);
}
