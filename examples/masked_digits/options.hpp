// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The command line of the masked digits.

#include "../common/command_line.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace masked_digits {

struct command_line {
    std::string order = "random";
    int steps = 32, draws = 16;
    std::uint64_t seed = 1;
    std::size_t count = 240, tested = 1797;
    std::filesystem::path out = "out/masked_digits.png";
    std::filesystem::path data = DIFFGEN_DIGITS_DATA;
    std::filesystem::path weights = DIFFGEN_MASKED_DIGITS_WEIGHTS;
    std::int64_t training_steps = 12000;
    bool train = false, help = false;
};

inline constexpr std::string_view usage =
    R"(masked_digits: handwritten digits of 17 levels by masked diffusion and by autoregression.
Writes a picture of generated digits, and prints how probable the model finds the test digits.

  --order NAME        random (default), raster, confidence, ancestral or remasking
  --steps N           evaluations of the network (32); raster: one a pixel
  --seed N            of the draws (1)
  --count N           digits to generate (240)
  --tested N          test digits for the probabilities, at most 1797 (all)
  --draws N           evaluations a test digit for the bound (16)
  --out FILE.png      the picture (out/masked_digits.png)
  --train             train the network anew and write its weights: 3 minutes of one core
  --training-steps N  batches of 64 digits (12000)
  --weights FILE      the network's weights
  --data DIR          where optdigits.tra and optdigits.tes are
  --quick             a small run, as the tests do
  --help              this text
)";

/// Throws bad_argument for an unknown option, a missing or an impossible value.
inline command_line parse(common::option_words words) {
    command_line c;
    while (words.next()) {
        const std::string& option = words.option();
        if (option == "--order")
            c.order = words.value();
        else if (option == "--steps")
            c.steps = words.number(1, 100000);
        else if (option == "--draws")
            c.draws = words.number(1, 100000);
        else if (option == "--seed")
            c.seed = words.number(std::uint64_t{0}, ~std::uint64_t{0});
        else if (option == "--count")
            c.count = words.number(std::size_t{1}, std::size_t{1000000});
        else if (option == "--tested")
            c.tested = words.number(std::size_t{2}, std::size_t{1797});
        else if (option == "--out")
            c.out = words.value();
        else if (option == "--data")
            c.data = words.value();
        else if (option == "--weights")
            c.weights = words.value();
        else if (option == "--training-steps")
            c.training_steps = words.number(std::int64_t{1}, std::int64_t{100000000});
        else if (option == "--train")
            c.train = true;
        else if (option == "--quick") {
            c.steps = 8;
            c.count = 24;
            c.tested = 64;
            c.draws = 4;
        } else if (option == "--help")
            c.help = true;
        else
            words.unknown();
    }
    return c;
}

}  // namespace masked_digits
