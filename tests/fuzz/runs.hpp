// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Grids and saved runs from files. A run that is accepted goes on to its end.

#include <diffgen/exec/policy.hpp>
#include <diffgen/fit/grid_file.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/run_file.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/ddim.hpp>

#include "fuzzing.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace fuzz {

inline void grid(input data) {
    const scratch_file file(data);
    const std::string name = file.path().string();
    accepts(name, [&] {
        const auto read = diffgen::fit::read_grid(file.path());
        diffgen::fit::write_grid(file.path(), read);
        require(diffgen::fit::read_grid(file.path()).values == read.values, "a grid changes");
    });
    accepts(name, [&] { (void)diffgen::fit::read_grid<diffgen::grid::times>(file.path()); });
}

struct halving {
    template <class T>
    void operator()(diffgen::batch_view<const T> in, diffgen::batch_view<T> out,
                    const diffgen::noise_level&) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = in.data[i] / 2;
    }
};

template <class Solver>
auto small_sampler(const Solver& solver) {
    using namespace diffgen;
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   predicts(denoised{}, halving{}), solver};
}

/// Three samples of two numbers in four steps, which may go on from a file.
template <class Solver>
void run_of(const Solver& solver, const std::filesystem::path& path) {
    const auto s = small_sampler(solver);
    std::vector<double> x(6);
    auto run = s.start(diffgen::exec::cpp, diffgen::batch(x, 3), {.steps = 4, .seed = 1});
    const std::vector<double> before = x;
    if (!accepts(path.string(), [&] { diffgen::load_run(run, path); })) {
        require(x == before, "a refused run is in the state");
        return;
    }
    try {
        for (int evaluations = 0; run && evaluations < 100; ++evaluations) {
            halving{}(run.input(), run.output(), {});
            run.advance();
        }
    } catch (const diffgen::error&) {
        // what a forged file says was remembered, or its registers, may be NaN
    }
}

/// The file with the check sum that it should have, if it is one; a fuzzer finds none.
inline diffgen::io::bytes with_check_sum(input data) {
    diffgen::io::bytes whole(data.begin(), data.end());
    accepts("a.safetensors", [&] {
        auto file = diffgen::io::decode_safetensors(data, "a.safetensors");
        file.metadata["crc32"] = diffgen::detail::run_check_sum(file);
        whole = diffgen::io::encode_safetensors(file);
    });
    return whole;
}

inline void run(input data) {
    const scratch_file file(with_check_sum(data));
    run_of(diffgen::solver::ddim{}, file.path());
    run_of(diffgen::solver::adaptive_heun{}, file.path());
}

}  // namespace fuzz
