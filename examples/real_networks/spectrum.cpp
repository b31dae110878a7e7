// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A network that predicts noise on power spectra, given a noisy spectrum: 21cmPSDenoiser, on three
// runtimes. The probability flow from the package's own noise, by the kind of solver that the
// package has and by solvers for diffusion. Called by tools/real_networks.sh:
//   spectrum FOLDER [THREADS]

#include "measured.hpp"
#include "runtimes.hpp"

#include <diffgen/bridge/network.hpp>
#include <diffgen/diffgen.hpp>
#include <diffgen/io/npy.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace diffgen;
using real_networks::result;

namespace {

constexpr std::int64_t rows = 32, columns = 16;

std::vector<float> read(const std::filesystem::path& file) {
    return io::read_npy<float>(file).data;
}

std::vector<result> run_all(const bridge::any_runtime& runtime,
                            const std::filesystem::path& folder) {
    const auto noise = read(folder / "noise.npy"), expected = read(folder / "samples.npy"),
               observed = read(folder / "observed.npy");
    const std::size_t count = noise.size() / observed.size();
    bridge::network net{runtime, {.state = "x", .time = "t", .output = "eps"}};
    net.give_each_row("observed", std::span(observed), {1, rows, columns});

    std::vector<result> all;
    const auto measure = [&](const char* name, auto solver, int steps) {
        result r{name, {}, noise};
        const sampler s{schedule::linear_beta{.beta_min = 0.1, .beta_max = 20},
                        kernel::variance_preserving{},
                        predicts(epsilon{}, real_networks::timed<decltype(net)>{&net, &r.took},
                                 time_input::scaled{999}),
                        solver};
        real_networks::measure(r.took, [&] {
            s.generate_from(exec::cpp, batch(r.samples, count),
                            {.steps = steps, .grid = grid::log_snr{.ends_at_sigma_min = true}});
        });
        r.off = real_networks::largest_difference(r.samples, expected);
        all.push_back(std::move(r));
    };
    measure("", solver::ddim{}, 1);
    all.clear();  // the runtime has now made its memory
    measure("adaptive_dormand_prince", solver::adaptive_dormand_prince{.within = {1e-4, 1e-4}}, 1);
    measure("unipc<3>, 40 steps", solver::unipc<3>{}, 40);
    measure("dpm_solver_pp_multistep<2>, 20 steps", solver::dpm_solver_pp_multistep<2>{}, 20);
    measure("ddim, 20 steps", solver::ddim{}, 20);
    return all;
}

int run(const std::vector<std::string>& arguments) {
    const std::filesystem::path folder = arguments.at(1);
    const int threads = arguments.size() > 2 ? std::stoi(arguments[2]) : 0;
    std::vector<std::pair<std::string, std::vector<result>>> tables;
    double off = 0;
    for (const auto& [name, runtime] : real_networks::three_runtimes(folder, threads)) {
        tables.emplace_back(name, run_all(runtime, folder));
        off = std::max(off, tables.back().second[0].off);
    }
    const double apart = real_networks::print_all(tables, 1);
    std::printf(
        "Off by: the largest difference to the package's\n"
        "own sampler from the same noise. With the same steps the runtimes are %.1e apart at "
        "most.\n",
        apart);
    const bool agree = apart <= 1e-4 && off <= 1e-2;
    if (!agree) std::printf("These results do not agree.\n");
    return agree ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
    return real_networks::reported(run, {arguments, arguments + count});
}
