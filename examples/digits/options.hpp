// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The command line of the digits example.

#include "../common/command_line.hpp"
#include "sample.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace digits {

struct command_line {
    request run;
    int count = 1797;  ///< as many as there are test digits
    int only_class = -1;
    std::filesystem::path out = "out/digits.png";
    std::filesystem::path json{};
    std::filesystem::path data = DIFFGEN_DIGITS_DATA;
    std::filesystem::path weights = DIFFGEN_DIGITS_WEIGHTS;
    std::int64_t training_steps = 7000;
    bool train = false, compare = false, help = false;
};

inline constexpr std::string_view usage = R"(digits: handwritten digits by a composed sampler.
Writes a picture, one row a class, and prints how close the digits are to real ones.

  --solver NAME       ddim (default), ancestral, euler-maruyama, reverse-diffusion, heun,
                      heun-churn, rk4, dpm-solver++, unipc, predictor-corrector,
                      annealed-langevin
  --steps N           steps of the solver (50)
  --guidance W        classifier-free guidance: 1 none (default), larger is more typical
  --backend NAME      cpp, omp (default) or tbb
  --seed N            of the noise (1)
  --count N           digits to generate (1797)
  --class K           only this class, 0 .. 9
  --out FILE.png      the picture (out/digits.png)
  --json FILE         the table as JSON
  --compare           all solvers in one table
  --train             train the network anew and write its weights; interrupted, it goes on
  --training-steps N  batches of 256 digits (7000)
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
        if (option == "--solver")
            c.run.solver = words.value();
        else if (option == "--steps")
            c.run.steps = words.number(1, 1000000);
        else if (option == "--guidance")
            c.run.guidance = words.number(-100., 100.);
        else if (option == "--backend")
            c.run.backend = words.value();
        else if (option == "--seed")
            c.run.seed = words.number(std::uint64_t{0}, ~std::uint64_t{0});
        else if (option == "--count")
            c.count = words.number(1, 10000000);
        else if (option == "--class")
            c.only_class = words.number(0, 9);
        else if (option == "--out")
            c.out = words.value();
        else if (option == "--json")
            c.json = words.value();
        else if (option == "--data")
            c.data = words.value();
        else if (option == "--weights")
            c.weights = words.value();
        else if (option == "--training-steps")
            c.training_steps = words.number(std::int64_t{1}, std::int64_t{100000000});
        else if (option == "--train")
            c.train = true;
        else if (option == "--compare")
            c.compare = true;
        else if (option == "--quick") {
            c.run.steps = 10;
            c.count = 100;
        } else if (option == "--help")
            c.help = true;
        else
            words.unknown();
    }
    with_solver(c.run.solver, [](const auto&, const auto&) {});
    with_backend(c.run.backend, [](const auto&) {});
    return c;
}

}  // namespace digits
