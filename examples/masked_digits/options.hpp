// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The command line of the masked digits.

#include <diffgen/core/error.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

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
inline command_line parse(const std::vector<std::string>& words) {
    command_line c;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& option = words[i];
        const auto value = [&]() -> const std::string& {
            if (i + 1 == words.size()) throw diffgen::bad_argument(option + " needs a value");
            return words[++i];
        };
        const auto number = [&](auto least, auto most) {
            const std::string& text = value();
            auto n = least;
            const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
            if (failed != std::errc() || end != text.data() + text.size() || n < least || n > most)
                throw diffgen::bad_argument(diffgen::detail::text(
                    option, " is '", text, "', not a number from ", least, " to ", most));
            return n;
        };
        if (option == "--order")
            c.order = value();
        else if (option == "--steps")
            c.steps = number(1, 100000);
        else if (option == "--draws")
            c.draws = number(1, 100000);
        else if (option == "--seed")
            c.seed = number(std::uint64_t{0}, ~std::uint64_t{0});
        else if (option == "--count")
            c.count = number(std::size_t{1}, std::size_t{1000000});
        else if (option == "--tested")
            c.tested = number(std::size_t{2}, std::size_t{1797});
        else if (option == "--out")
            c.out = value();
        else if (option == "--data")
            c.data = value();
        else if (option == "--weights")
            c.weights = value();
        else if (option == "--training-steps")
            c.training_steps = number(std::int64_t{1}, std::int64_t{100000000});
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
            throw diffgen::bad_argument("unknown option '" + option + "'; see --help");
    }
    return c;
}

}  // namespace masked_digits
