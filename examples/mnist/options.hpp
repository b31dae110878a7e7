// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The command line of the MNIST example.

#include "../common/command_line.hpp"
#include "network.hpp"
#include "sample.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace mnist {

struct command_line {
    request run;
    training_options training;
    int epochs = 12;  ///< of the classifier
    std::filesystem::path data = "data", train_to{}, weights = DIFFGEN_MNIST_WEIGHTS;
    std::string files = "t10k";
    std::filesystem::path out = "out/mnist.png", json{};
    bool data_named = false, quick = false, help = false;
};

inline constexpr std::string_view usage = R"(mnist: digits of 28 x 28 pixels by a U-Net.
Writes a picture, one row a class. With MNIST at hand, prints how close the digits are to real ones.

  --data DIR          where the IDX files are, packed by gzip or not (data)
  --files NAME        t10k (default) or train: the digits NAME-images-idx3-ubyte and
                      NAME-labels-idx1-ubyte, the last fifth of which are the test digits
  --train FILE        train the network anew, write its weights to FILE and take them;
                      interrupted, it goes on from FILE.training
  --training-steps N  batches of 64 digits (7000)
  --weights FILE      the network's weights, if it is not trained (those of the example)
  --steps N           steps of the sampler (20)
  --guidance W        classifier-free guidance: 1 none, larger is more typical (1.5)
  --count N           digits to generate (2000)
  --seed N            of the noise (1)
  --threads N         of network and training (0: all)
  --out FILE.png      the picture (out/mnist.png)
  --json FILE         the table as JSON
  --quick             a small run without MNIST, as the tests do: digits of 8 x 8 pixels, enlarged,
                      three steps of a training, and few samples from the example's weights
  --help              this text
)";

/// Throws bad_argument for an unknown option, a missing or an impossible value.
inline command_line parse(common::option_words words) {
    command_line c;
    while (words.next()) {
        const std::string& option = words.option();
        if (option == "--data") {
            c.data = words.value();
            c.data_named = true;
        } else if (option == "--files")
            c.files = words.value();
        else if (option == "--train")
            c.train_to = words.value();
        else if (option == "--training-steps")
            c.training.steps = words.number(std::int64_t{1}, std::int64_t{100000000});
        else if (option == "--weights")
            c.weights = words.value();
        else if (option == "--steps")
            c.run.steps = words.number(1, 1000000);
        else if (option == "--guidance")
            c.run.guidance = words.number(-100., 100.);
        else if (option == "--count")
            c.run.count = words.number(classes, 10000000);
        else if (option == "--seed")
            c.run.seed = words.number(std::uint64_t{0}, ~std::uint64_t{0});
        else if (option == "--threads")
            c.run.threads = c.training.threads = words.number(0, 4096);
        else if (option == "--out")
            c.out = words.value();
        else if (option == "--json")
            c.json = words.value();
        else if (option == "--quick") {
            c.quick = true;
            c.train_to = "out/mnist.quick.safetensors";
            c.training.steps = 3;
            c.training.batch = 16;
            c.epochs = 8;
            c.run.steps = 8;
            c.run.count = 60;
        } else if (option == "--help")
            c.help = true;
        else
            words.unknown();
    }
    return c;
}

}  // namespace mnist
