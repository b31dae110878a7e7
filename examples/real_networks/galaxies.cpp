// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A network that knows the score of galaxies of 64 x 64 pixels: galaxygrad, on three runtimes. The
// probability flow from the package's noise, and requests that come and go in one pool, beside
// what each has alone. Called by tools/real_networks.sh:
//   galaxies FOLDER PICTURE.png [THREADS]

#include "measured.hpp"
#include "runtimes.hpp"

#include <diffgen/bridge/network.hpp>
#include <diffgen/diffgen.hpp>
#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/image.hpp>
#include <diffgen/io/npy.hpp>
#include <diffgen/io/png.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace diffgen;
using real_networks::result;

namespace {

constexpr std::size_t side = 64, elements = side * side;

using net_type = bridge::network<bridge::any_runtime>;

/// dx = -x/2 dt + dw from t = 0 to 10: beta is 10 on the unit interval.
template <class Solver>
auto sampler_of(real_networks::timed<net_type> net, Solver solver) {
    return sampler{schedule::linear_beta{.beta_min = 10, .beta_max = 10, .first = 1e-6},
                   kernel::variance_preserving{}, predicts(score{}, net, time_input::scaled{10}),
                   solver};
}

std::vector<result> run_all(const net_type& net, const std::vector<float>& noise,
                            const std::vector<float>& expected) {
    std::vector<result> all;
    const auto measure = [&](const char* name, auto solver, int steps) {
        result r{name, {}, noise};
        const auto s = sampler_of({&net, &r.took}, solver);
        real_networks::measure(r.took, [&] {
            s.generate_from(exec::cpp, batch(r.samples, noise.size() / elements),
                            {.steps = steps, .grid = grid::log_snr{.ends_at_sigma_min = true}});
        });
        r.off = real_networks::largest_difference(r.samples, expected);
        all.push_back(std::move(r));
    };
    measure("", solver::ddim{}, 1);
    all.clear();  // the runtime has now made its memory
    measure("adaptive_dormand_prince", solver::adaptive_dormand_prince{.within = {1e-5, 1e-5}}, 1);
    measure("heun, 100 steps", solver::heun{}, 100);
    measure("dpm_solver_pp_multistep<2>, 40 steps", solver::dpm_solver_pp_multistep<2>{}, 40);
    measure("ddim, 40 steps", solver::ddim{}, 40);
    return all;
}

struct request {
    int number, arrives;
    [[nodiscard]] options settings() const {
        return {.steps = 8 + 5 * (number % 4), .seed = static_cast<std::uint64_t>(number)};
    }
};

/// Twelve requests, one every three evaluations, in a pool of four; how far the samples are from
/// those that each request has alone, and in how many of their numbers.
result serve(const net_type& net) {
    constexpr int requests = 12;
    result served{"12 requests of 8 to 23 steps", {}, std::vector<float>(requests * elements), 0};
    const real_networks::timed<net_type> timed{&net, &served.took};
    const auto s = sampler_of(timed, solver::dpm_solver_pp_multistep<2>{});
    std::deque<request> queue;
    for (int i = 0; i < requests; ++i)
        queue.push_back({i, 3 * i});

    real_networks::measure(served.took, [&] {
        // [serve]
        auto pool = s.pool(exec::cpp, elements, {.capacity = 4});
        std::map<request_id, request> known;
        for (int tick = 0; !queue.empty() || pool.size() > 0; ++tick) {
            for (; !queue.empty() && queue.front().arrives <= tick && pool.size() < pool.capacity();
                 queue.pop_front())
                known[pool.admit(queue.front().settings())] = queue.front();
            if (!pool) continue;
            timed(pool.input(), pool.output(), pool.levels());
            pool.advance();
            for (; !pool.ended().empty(); pool.remove(pool.ended().back())) {
                const auto x = pool.state(pool.ended().back());
                std::copy(
                    x.begin(), x.end(),
                    served.samples.begin() + known[pool.ended().back()].number * long{elements});
            }
        }
        // [serve]
    });

    real_networks::cost ignored;
    const auto alone = sampler_of({&net, &ignored}, solver::dpm_solver_pp_multistep<2>{});
    for (int i = 0; i < requests; ++i) {
        std::vector<float> x(elements);
        alone.generate(exec::cpp, batch(x, 1), request{i, 0}.settings());
        served.off = std::max(
            served.off, real_networks::largest_difference(
                            x, std::span(served.samples)
                                   .subspan(static_cast<std::size_t>(i) * elements, elements)));
    }
    return served;
}

/// How far one row of the network is from the same row in a batch of four, at most: the runtime's
/// own difference, without a run.
double of_the_runtime(const net_type& net, const std::vector<float>& noise) {
    const std::size_t n = noise.size() / elements;
    std::vector<float> together(noise.size()), alone(elements);
    double most = 0;
    for (const double t : {0.01, 0.1, 1.0, 10.0}) {
        noise_level level;
        level.network_time = t;
        net(batch_view<const float>(noise.data(), n, elements), batch(together, n), level);
        for (std::size_t i = 0; i < n; ++i) {
            net(batch_view<const float>(noise.data() + i * elements, 1, elements), batch(alone, 1),
                level);
            most = std::max(most, real_networks::largest_difference(
                                      alone, std::span(together).subspan(i * elements, elements)));
        }
    }
    return most;
}

/// The package's units are log(1 + flux) / 0.1.
void write_picture(const std::filesystem::path& file, const std::vector<const result*>& all) {
    std::vector<io::image> tiles;
    for (const result* r : all)
        for (std::size_t i = 0; i < r->samples.size() / elements; ++i) {
            const auto x = std::span<const float>(r->samples).subspan(i * elements, elements);
            const auto [low, high] = std::minmax_element(x.begin(), x.end());
            tiles.push_back(io::grey_image(x, side, side, *low, *high + 1e-6f));
        }
    io::write_png(file, io::contact_sheet(tiles, {.columns = 4, .margin = 4}));
}

int run(const std::vector<std::string>& arguments) {
    const std::filesystem::path folder = arguments.at(1);
    const int threads = arguments.size() > 3 ? std::stoi(arguments[3]) : 0;
    const auto noise = io::read_npy<float>(folder / "noise.npy").data,
               expected = io::read_npy<float>(folder / "flow.npy").data;
    std::vector<std::pair<std::string, std::vector<result>>> tables;
    std::string own;
    double off = 0, invariant = 0;
    for (const auto& [name, runtime] : real_networks::three_runtimes(folder, threads)) {
        const net_type net{runtime, {.state = "x", .time = "t", .output = "score"}};
        tables.emplace_back(name, run_all(net, noise, expected));
        off = std::max(off, tables.back().second[0].off);
        tables.back().second.push_back(serve(net));
        const double apart = of_the_runtime(net, noise);
        char text[100];
        std::snprintf(text, sizeof text, "%s%s %.1e", own.empty() ? "" : ", ", name.c_str(), apart);
        own += text;
        if (apart == 0) invariant = std::max(invariant, tables.back().second.back().off);
    }
    write_picture(arguments.at(2), {&tables[0].second[2], &tables[0].second.back()});
    const double apart = real_networks::print_all(tables, 1);
    std::printf(
        "Off by: the largest difference to the flow of\n"
        "the package's network from the same noise, of requests to runs of their own. With the "
        "same\n"
        "steps the runtimes are %.1e apart at most. A row of the network in a batch of four is off "
        "from\n"
        "the row alone by: %s.\n",
        apart, own.c_str());
    const bool agree = apart <= 1e-4 && off <= 5e-2 && invariant == 0;
    if (!agree) std::printf("These results do not agree.\n");
    return agree ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
    return real_networks::reported(run, {arguments, arguments + count});
}
