// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Trains a U-Net on the digits of MNIST, or takes the weights that lie beside this file, generates
// digits of every class under guidance, and measures them beside real digits.

#include <diffgen/io/json.hpp>

#include "judge.hpp"
#include "options.hpp"
#include "sample.hpp"

#include <filesystem>
#include <iostream>
#include <optional>
#include <tuple>
#include <vector>

namespace {

using namespace mnist;

/// The digits to train on and to measure with; none where there are no files and none are needed.
std::optional<labelled_digits> data_of(const command_line& c) {
    if (c.quick)
        return read_small_digits(std::filesystem::path(DIFFGEN_DIGITS_DATA) / "optdigits.tra", 800);
    const bool needed = c.data_named || !c.train_to.empty();
    if (!needed && file_of(c.data, pictures_of(c.files)).empty()) return {};
    return read_digits(c.data, c.files);
}

void train_to(const command_line& c, network& net, const labelled_digits& training) {
    if (c.train_to.has_parent_path()) std::filesystem::create_directories(c.train_to.parent_path());
    auto checkpoint = c.train_to;
    checkpoint += ".training";
    if (c.quick) std::filesystem::remove(checkpoint);
    train(net, training, c.training, checkpoint);
    save_half_weights(net.weights(), c.train_to);
    std::cout << "wrote " << c.train_to.string() << '\n';
}

void run(const command_line& c) {
    auto net = make_network();
    std::optional<labelled_digits> training, test;
    if (const auto all = data_of(c)) std::tie(training, test) = training_and_test(*all);
    if (!c.train_to.empty()) train_to(c, net, *training);
    load_weights(net.weights(), c.train_to.empty() || c.quick ? c.weights : c.train_to);

    const auto made = generate(net, c.run);
    write_sheet(c.out, made.digits);
    std::cout << made.digits.count() << " digits in " << made.seconds << " s, " << made.evaluations
              << " evaluations each, guidance " << c.run.guidance << "; wrote " << c.out.string()
              << '\n';
    if (!training) {
        std::cout << "no MNIST in the folder '" << c.data.string() << "': nothing is measured\n";
        return;
    }
    const judge measures(*training, *test, c.epochs, c.run.threads);
    std::cout << "the classifier finds the class of " << 100 * measures.test_right()
              << " % of the test digits\n";
    const std::vector<row> rows{
        measures.measure("generated", made.digits),
        measures.measure("training digits", measures.real()),
        measures.measure("class gaussians", class_gaussians(*training, made.digits.labels))};
    print(std::cout, rows);
    if (!c.json.empty()) diffgen::io::write_json(c.json, to_json(rows), 2);
}

}  // namespace

int main(int argc, char** argv) {
    return common::program("mnist", usage, argc, argv, parse, run);
}
