// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Where should few steps lie? Found for the network and the solver that one has, kept in a file,
// and compared with the usual grids on samples that the fit has not seen.

#include <diffgen/diffgen.hpp>
#include <diffgen/fit/grid_file.hpp>

#include "common/ring.hpp"

#include <cstdio>
#include <vector>

using namespace diffgen;

template <class Sampler>
void compare(const char* solver, Sampler s) {
    constexpr std::size_t fresh = 10'000;
    std::vector<double> x(2 * fresh), many(x.size());
    s.generate(exec::cpp, batch(many, fresh), {.steps = 500, .seed = 8, .grid = grid::log_snr{}});
    const auto error = [&](int n, const any_grid& g) {
        s.generate(exec::cpp, batch(x, fresh), {.steps = n, .seed = 8, .grid = g});
        return fit::paired{}({x, 2}, {many, 2});
    };
    for (const int n : {5, 10}) {
        // [fit]
        std::vector<double> y(2 * 128);  // the batch that the fit works on
        const fit::fitted found = fit_grid(exec::cpp, s, batch(y, 128), n);
        fit::write_grid("fitted.json", found.grid);
        // [fit]
        std::printf("%-12s %5d  %6.4f   %6.4f   %6.4f  %6.4f\n", solver, n,
                    error(n, grid::karras{}), error(n, grid::log_snr{}), error(n, grid::uniform{}),
                    error(n, fit::read_grid("fitted.json")));
    }
}

int main() {
    std::printf("solver       steps  karras  log_snr  uniform  fitted\n");
    const auto network = exact(ring::mixture());
    const kernel::variance_preserving kernel;
    compare("ddim", sampler{schedule::linear_beta{}, kernel, network, solver::ddim{}});
    compare("dpmpp_2m",
            sampler{schedule::linear_beta{}, kernel, network,
                    solver::exponential_multistep<2>{.start_up = solver::start_up::first_order}});
}
