// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Which piece of a Brownian path the stages of a run get.
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/seeds.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace diffgen;
using noise::brownian;
using noise::stream;

namespace {

/// Two stages a step, one of them with noise; keeps its normals apart. With `pieces`, that stage
/// names the piece from the step's middle to its end.
struct keeps_normals {
    static constexpr int registers = 1;
    static constexpr int rows = 1;
    static constexpr int draws = 2;

    int drawing = 1;  ///< the stage
    bool pieces = false;

    static int stages(const step&) { return 2; }
    stage plan(const step& s, int j) const {
        using namespace symbol;
        if (j != drawing) return evaluation_stage(s.from());
        stage out = evaluation_stage(s.to());
        out.draws = 2;
        if (pieces) out.noise_interval = {(s.from().log_snr + s.to().log_snr) / 2, s.to().log_snr};
        return out.write(0, x + z + 1000 * normal(1));
    }
};

struct zigzag {
    static constexpr bool may_rise = true;

    std::vector<double> sigmas;

    std::vector<noise_level> levels(const process_view& p, int) const {
        std::vector<noise_level> out;
        for (const double s : sigmas)
            out.push_back(p.level(s));
        return out;
    }
};

double ended(const keeps_normals& solver, const std::vector<double>& sigmas) {
    sampler s{schedule::edm{}, kernel::variance_exploding{},
              predicts(epsilon{},
                       [](auto, auto out, const noise_level&) {
                           for (std::size_t i = 0; i < out.size(); ++i)
                               out.data[i] = 0;
                       }),
              solver, brownian{}};
    std::vector<double> x(3);
    s.generate_from(exec::cpp, sigmas.front(), batch(x, 3), {.seed = 9, .grid = zigzag{sigmas}});
    return x[2];
}

}  // namespace

TEST_CASE("the first normal of a step is the path's increment, the second is fresh") {
    const std::vector<double> sigmas{10, 3, 0.5, 1.5, 0.7};
    // down twice, up, down: a path each
    const std::uint32_t stretch[] = {0, 0, 1, 2};
    for (const auto& solver : {keeps_normals{0, false}, keeps_normals{1, false},
                               keeps_normals{0, true}, keeps_normals{1, true}}) {
        double expected = 0;
        for (std::uint32_t i = 0; i < 4; ++i) {
            const double from = -2 * std::log(sigmas[i]), to = -2 * std::log(sigmas[i + 1]);
            const brownian b = brownian{9}.for_piece(
                {solver.pieces ? (from + to) / 2 : from, to, stretch[i], 2 * i});
            expected += b.normal<double>(stream::solver, 2 * i, 2);
            expected += 1000 * noise::philox{9}.normal<double>(stream::solver, 2 * i + 1, 2);
        }
        CHECK(std::fabs(ended(solver, sigmas) - expected) < 1e-9);
    }
}

TEST_CASE_TEMPLATE("a path has the same bits in every way to run", T, float, double) {
    const auto functor = testing::samplewise_predictor(velocity{}, testing::three_in_2d);
    const auto network = testing::batched_predictor(velocity{}, testing::three_in_2d);
    testing::check_all_ways<T, 2>(functor, network, solver::ancestral{}, brownian{});
    testing::check_all_ways<T, 2>(functor, network, solver::seeds<2>{}, brownian{});
}
