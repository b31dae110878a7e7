// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Generates handwritten digits with a sampler composed of a cosine schedule, the
// variance-preserving kernel, a network under classifier-free guidance, and a solver of your
// choice.

#include <diffgen/diffgen.hpp>
#include <diffgen/io/json.hpp>

#include "measure.hpp"
#include "options.hpp"
#include "picture.hpp"
#include "sample.hpp"

#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#ifdef _WIN32
#include <io.h>
#define isatty _isatty
#else
#include <unistd.h>
#endif

namespace {

using namespace digits;

/// The classes to generate: all in turn, or one.
std::vector<int> labels_of(const command_line& c) {
    std::vector<int> labels(static_cast<std::size_t>(c.count));
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = c.only_class >= 0 ? c.only_class : static_cast<int>(i % classes);
    return labels;
}

/// Pure noise in place of digits, as the worst to compare with.
labelled_digits noise_like(const std::vector<int>& labels) {
    labelled_digits d{std::vector<float>(labels.size() * pixels), labels};
    const diffgen::noise::philox source{0};
    for (std::size_t i = 0; i < d.pixel_values.size(); ++i)
        d.pixel_values[i] = source.normal<float>(diffgen::noise::stream::prior, 0, i);
    return d;
}

row sampled_row(network& net, const judge& measures, const request& r,
                const std::vector<int>& labels, labelled_digits& digits) {
    const bool terminal = isatty(2) != 0;
    const generated g =
        generate(net, r, labels,
                 terminal ? diffgen::observe::progress(std::cerr, r.solver) : diffgen::observer{});
    row line{.solver = r.solver, .backend = r.backend, .steps = r.steps};
    line.evaluations = g.evaluations;
    line.seconds = g.seconds;
    line.samples_per_second = static_cast<double>(labels.size()) / g.seconds;
    measures.measure(g.digits, line);
    digits = g.digits;
    return line;
}

void run(const command_line& c) {
    const auto training = read_digits(c.data / "optdigits.tra");
    const auto test = read_digits(c.data / "optdigits.tes");
    auto net = make_network();
    if (c.train) {
        auto checkpoint = c.weights;
        train(net, training, c.training_steps, checkpoint += ".training");
        save_half_weights(net.weights(), c.weights);
        std::cout << "wrote " << c.weights.string() << '\n';
    }
    load_weights(net.weights(), c.weights);

    const judge measures(training, test);
    const auto labels = labels_of(c);
    std::vector<row> rows;
    labelled_digits digits;
    print_header(std::cout);
    const auto add = [&](const row& r) {
        print(std::cout, r);
        rows.push_back(r);
    };
    add(sampled_row(net, measures, c.run, labels, digits));
    write_picture(c.out, digits);
    if (c.compare)
        for (const auto& name : solver_names)
            if (name != c.run.solver) {
                request r = c.run;
                r.solver = name;
                add(sampled_row(net, measures, r, labels, digits));
            }
    row reference{.solver = "training digits", .backend = "-"};
    measures.measure(training, reference);
    add(reference);
    reference = {.solver = "noise", .backend = "-"};
    measures.measure(noise_like(labels), reference);
    add(reference);
    std::cout << "wrote " << c.out.string() << '\n';
    if (!c.json.empty()) {
        diffgen::io::write_json(c.json, to_json(rows));
        std::cout << "wrote " << c.json.string() << '\n';
    }
}

}  // namespace

int main(int argc, char** argv) {
    return common::program("digits", usage, argc, argv, parse, run);
}
