// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The path of every solver: recorded, it has the samples of a plain run and the density of the
// normals that were drawn, which the noise source gives; replayed, it has the bits of the record.
// Or it is refused, for the one reason that there is. (Solvers that tune
// themselves or judge their steps are refused by the compiler.)
#include "mixture_as.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"
#include "solvers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

using namespace diffgen;
using testing::same_bits;

namespace {

constexpr std::size_t samples = 3, elements = 2;

/// What a stage adds to one register: coefficients of its normals, the first of which has a number.
struct drawn {
    std::uint32_t first_draw;
    std::array<double, max_draws> noise;
};

/// The transitions of a run, as the solver plans them. Empty, too, where a stage has several.
template <class Sampler>
std::vector<drawn> transitions_of(const Sampler& s, const options& o, bool& several) {
    std::vector<drawn> all;
    const auto levels = s.levels(o);
    const process_view process(s.process);
    std::uint32_t draws = 0;
    for (step at{process, levels, 0, 0}; at.index < o.steps; ++at.index)
        for (int j = 0; j < s.solver.stages(at); ++j) {
            const stage plan = s.solver.plan(at, j);
            int rows = 0;
            for (int r = 0; r < plan.rows; ++r) {
                const auto& noise = plan.updates[static_cast<unsigned>(r)].form.noise;
                if (noise == std::array<double, max_draws>{}) continue;
                all.push_back({draws, noise});
                several = several || ++rows > 1;
            }
            draws += static_cast<std::uint32_t>(plan.draws);
        }
    return all;
}

void check_path(const conformance::any_solver& solver) {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              testing::batched_predictor(velocity{}, testing::three_in_2d), solver};
    const options o{.steps = 6, .seed = 77};
    std::vector<double> plain(samples * elements), x(samples * elements);
    recorded_path<double> p;
    bool several = false;
    const auto wanted = transitions_of(s, o, several);
    if (several) {
        CHECK_THROWS_AS(s.generate(exec::cpp, batch(x, samples), p, o), bad_argument);
        CHECK(x == std::vector<double>(samples * elements));
        return;
    }
    s.generate(exec::cpp, batch(plain, samples), o);
    s.generate(exec::cpp, batch(x, samples), p, o);
    CHECK(same_bits(x, plain));
    REQUIRE(p.transitions() == wanted.size());
    const auto recorded = p.log_probabilities(exec::cpp);
    const auto replayed = s.log_probabilities(exec::cpp, batch(x, samples), p);
    CHECK(same_bits(x, plain));
    const noise::philox source{o.seed};
    for (std::size_t k = 0; k < wanted.size(); ++k)
        for (std::size_t i = 0; i < samples; ++i) {
            double expected = 0;
            for (std::size_t e = 0; e < elements; ++e) {
                double sum = 0, variance = 0;
                for (unsigned d = 0; d < max_draws; ++d)
                    if (const double c = wanted[k].noise[d]; c != 0) {
                        variance += c * c;
                        sum +=
                            c * source.normal<double>(noise::stream::solver,
                                                      wanted[k].first_draw + d, i * elements + e);
                    }
                expected -=
                    0.5 * sum * sum / variance + 0.5 * std::log(2 * std::numbers::pi * variance);
            }
            CHECK(recorded.of(k)[i] == doctest::Approx(expected).epsilon(1e-9));
            CHECK(replayed.of(k)[i] == recorded.of(k)[i]);
        }
}

}  // namespace

TEST_CASE("the path of every solver") {
    for (const conformance::entry& e : conformance::solvers()) {
        CAPTURE(e.name);
        if (!e.solver.tunes()) check_path(e.solver);
    }
}
