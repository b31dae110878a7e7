// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Recorded paths and their replay: the same samples as without a record, the normals that were
// drawn, a ratio of one, equal bits wherever it runs, and what is refused.

#include <diffgen/exec/policy.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ancestral_of.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/er_sde.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/names.hpp>
#include <diffgen/solver/seeds.hpp>
#include <diffgen/solver/underdamped_langevin.hpp>

#include "check_refused.hpp"
#include "mixtures.hpp"
#include "same_bits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

using namespace diffgen;
using testing::same_bits;

namespace {

constexpr std::size_t samples = 6, elements = 5;

/// Couples the elements of a sample, and takes its condition from the row where there is one.
struct network {
    double strength = 0.4;

    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l) const {
        for (std::size_t i = 0; i < in.samples; ++i)
            for (std::size_t e = 0; e < in.elements; ++e) {
                using T = typename Out::value_type;
                const auto left = in.sample(i)[(e + 1) % in.elements];
                out.sample(i)[e] =
                    static_cast<T>(l.sigma * (0.6 * static_cast<double>(in.sample(i)[e]) -
                                              strength * std::tanh(static_cast<double>(left))));
            }
    }
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l, guidance_rows r) const {
        (*this)(in, out, l);
        for (std::size_t i = 0; i < r.conditioned; ++i)
            out.sample(i)[0] += 1;
    }
};

/// The mixture of the functor as a batched network.
struct as_network {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& l) const {
        const auto bound = testing::two_in_5d.bind(cast_level<double>(l));
        for (std::size_t i = 0; i < in.samples; ++i) {
            std::array<double, elements> x;
            std::copy_n(in.sample(i), elements, x.begin());
            x = bound(x);
            std::copy_n(x.begin(), elements, out.sample(i));
        }
    }
};

template <class Predictor, class Solver>
auto composed(Predictor p, Solver s) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{}, p, s};
}
template <class Solver>
auto composed(Solver s) {
    return composed(predicts(epsilon{}, network{}), s);
}

std::vector<double> all_of(const log_probability_table& t) {
    std::vector<double> all;
    for (std::size_t k = 0; k < t.transitions(); ++k)
        all.insert(all.end(), t.of(k).begin(), t.of(k).end());
    return all;
}

/// The samples have the bits of a plain run; the log probabilities are those of the normals, asked
/// from the noise source; and the replay has the bits of the record, so that ratios are 1.
template <class T, class Sampler>
void check_path(Sampler s, std::size_t transitions, double tolerance) {
    const options o{.steps = 6, .seed = 9, .first_sample = 4};
    std::vector<T> x(samples * elements), plain(samples * elements);
    s.generate(exec::cpp, batch(plain, samples), o);
    recorded_path<T> p;
    const run_summary done = s.generate(exec::cpp, batch(x, samples), p, o);
    CHECK(done.finished);
    CHECK(same_bits(x, plain));
    REQUIRE(p.is_complete());
    REQUIRE(p.transitions() == transitions);

    const auto recorded = p.log_probabilities(exec::cpp);
    const noise::philox source{o.seed};
    for (std::size_t k = 0; k < transitions; ++k)
        for (std::size_t i = 0; i < samples; ++i) {
            double expected = 0;
            for (std::size_t e = 0; e < elements; ++e) {
                const double z = static_cast<double>(
                    source.normal<T>(noise::stream::solver, static_cast<std::uint32_t>(k),
                                     (o.first_sample + i) * elements + e));
                expected -=
                    0.5 * z * z + std::log(p.deviation(k)) + 0.5 * std::log(2 * std::numbers::pi);
            }
            CHECK(recorded.of(k)[i] == doctest::Approx(expected).epsilon(tolerance));
        }

    CHECK(same_bits(all_of(s.log_probabilities(exec::cpp, p)), all_of(recorded)));
    x.assign(x.size(), T(0));
    CHECK(
        same_bits(all_of(s.log_probabilities(exec::cpp, batch(x, samples), p)), all_of(recorded)));
    CHECK(same_bits(x, plain));  // where the run ended
    auto run = s.replay(exec::cpp, batch(x, samples), p);
    for (; run; run.advance())
        s.predictor.call(run.input(), run.output(), run.level());
    CHECK(same_bits(all_of(run.log_probabilities()), all_of(recorded)));
    CHECK(same_bits(x, plain));
}

}  // namespace

// conformance/paths has all solvers.
TEST_CASE("steps of one draw, with memory, of several draws, and draws without an evaluation") {
    check_path<double>(composed(solver::ancestral{}), 5, 1e-11);
    check_path<double>(composed(solver::sa_solver<2, 2>{}), 5, 1e-11);
    check_path<double>(composed(solver::churn<>{.s_min = 0, .s_max = 1e3}), 6, 1e-11);
    check_path<double>(composed(solver::annealed_langevin{.steps = 3}), 18, 1e-11);
}

TEST_CASE("a solver without noise has an empty path, of probability one") {
    auto s = composed(solver::ddim{});
    std::vector<double> x(samples * elements);
    recorded_path<double> p;
    s.generate(exec::cpp, batch(x, samples), p, {.steps = 4});
    CHECK(p.is_complete());
    CHECK(p.transitions() == 0);
    CHECK(p.log_probabilities(exec::cpp).of_paths() == std::vector<double>(samples, 0.));
}

TEST_CASE("floats, guidance and hooks") {
    const auto net = predicts(epsilon{}, network{});
    check_path<float>(composed(solver::ancestral{}), 5, 1e-4);
    check_path<double>(composed(guided{net, classifier_free{2}}, solver::ancestral{}), 5, 1e-11);
    check_path<double>(composed(clipped{net}, solver::ancestral{}), 5, 1e-11);
    check_path<double>(composed(thresholded{net, 0.8}, solver::ancestral{}), 5, 1e-11);
}

TEST_CASE("equal bits on all back ends, for functors and networks, and after a split") {
    const auto functor = exact(testing::two_in_5d);
    auto s = composed(functor, solver::er_sde<3>{});
    auto batched = composed(predicts(denoised{}, as_network{}), solver::er_sde<3>{});
    auto other = composed(solver::er_sde<3>{});
    const options o{.steps = 6, .seed = 9};
    std::vector<double> x(samples * elements), plain(samples * elements);
    s.generate(exec::cpp, batch(plain, samples), o);
    recorded_path<double> p;
    s.generate(exec::cpp, batch(x, samples), p, o);
    CHECK(same_bits(x, plain));
    const auto expected = all_of(s.log_probabilities(exec::cpp, p));
    const auto expected_other = all_of(other.log_probabilities(exec::cpp, p));
    CHECK(same_bits(all_of(p.log_probabilities(exec::cpp)), expected));
    CHECK_FALSE(same_bits(expected_other, expected));
    testing::on_all_back_ends([&](const auto& policy, const char* name) {
        CAPTURE(name);
        recorded_path<double> mine;
        batched.generate(policy, batch(x, samples), mine, o);
        CHECK(same_bits(x, plain));
        CHECK(same_bits(all_of(mine.log_probabilities(policy)), expected));
        CHECK(same_bits(all_of(s.log_probabilities(policy, mine)), expected));
        CHECK(same_bits(all_of(other.log_probabilities(policy, mine)), expected_other));
    });
    options second = o;
    second.first_sample = 2;
    recorded_path<double> part;
    s.generate(exec::cpp, batch(x.data(), 4 * elements, 4), part, second);
    const auto of_part = part.log_probabilities(exec::cpp);
    for (std::size_t k = 0; k < of_part.transitions(); ++k)
        for (std::size_t i = 0; i < 4; ++i)
            CHECK(of_part.of(k)[i] == expected[k * samples + i + 2]);
}

TEST_CASE("mean and deviation of each stage, and the mean's slope in the output") {
    auto s = composed(solver::ancestral{});
    std::vector<double> x(samples * elements);
    recorded_path<double> p;
    s.generate(exec::cpp, batch(x, samples), p, {.steps = 6, .seed = 2});
    const double small = 1e-3;
    std::vector<std::vector<double>> means[2];
    std::vector<double> slopes;
    for (const int nudged : {0, 1}) {
        auto run = s.replay(exec::cpp, batch(x, samples), p);
        while (run) {
            network{}(run.input(), run.output(), run.level());
            if (nudged == 1) run.output().data[3] += small;
            const std::size_t before = run.transitions();
            run.advance();
            if (run.transitions() == before) continue;  // the step to the clean end
            means[nudged].emplace_back(run.mean().begin(), run.mean().end());
            CHECK(run.deviation() == p.deviation(before));
            double expected = 0;
            for (std::size_t e = 0; e < elements; ++e) {
                const double z =
                    (p.state(before + 1).sample(1)[e] - run.mean().sample(1)[e]) / run.deviation();
                expected -=
                    0.5 * z * z + std::log(run.deviation()) + 0.5 * std::log(2 * std::numbers::pi);
            }
            CHECK(run.log_probability()[1] == doctest::Approx(expected).epsilon(1e-12));
            slopes.push_back(run.mean_per_output());
        }
    }
    REQUIRE(means[0].size() == 5);
    for (std::size_t k = 0; k < 5; ++k) {
        CHECK(means[1][k][3] - means[0][k][3] == doctest::Approx(small * slopes[k]).epsilon(1e-9));
        CHECK(means[1][k][4] == means[0][k][4]);
    }
}

TEST_CASE("a record that begins anew") {
    auto s = composed(solver::ancestral{});
    std::vector<double> x(samples * elements), expected(samples * elements);
    recorded_path<double> p, of_8;
    auto run = s.start(exec::cpp, batch(x, samples), p, {.steps = 6, .seed = 7});
    network{}(run.input(), run.output(), run.level());
    run.advance();
    CHECK_FALSE(p.is_complete());
    run.restart(8);
    for (; run; run.advance())
        network{}(run.input(), run.output(), run.level());
    s.generate(exec::cpp, batch(expected, samples), of_8, {.steps = 6, .seed = 8});
    CHECK(same_bits(x, expected));
    CHECK(same_bits(all_of(p.log_probabilities(exec::cpp)),
                    all_of(of_8.log_probabilities(exec::cpp))));
}

TEST_CASE("a path from a given state over a part of the grid") {
    auto s = composed(solver::ancestral{});
    std::vector<double> x(samples * elements, 0.3), plain = x;
    options o{.steps = 6, .seed = 7, .end_step = 5};
    o.begin_step = 2;
    recorded_path<double> p;
    s.generate_from(exec::cpp, batch(plain, samples), o);
    s.generate_from(exec::cpp, batch(x, samples), p, o);
    CHECK(same_bits(x, plain));
    x.assign(x.size(), 0.3);
    auto run = s.start_from(exec::cpp, batch(x, samples), p, o);
    for (; run; run.advance())
        network{}(run.input(), run.output(), run.level());
    CHECK(same_bits(x, plain));
    CHECK(p.transitions() == 3);
    CHECK(p.state(0).data[0] == 0.3);
    CHECK(same_bits(std::vector<double>(p.state(3).begin(), p.state(3).end()), x));
    CHECK(same_bits(all_of(s.log_probabilities(exec::cpp, p)),
                    all_of(p.log_probabilities(exec::cpp))));
}

TEST_CASE("what is refused") {
    auto s = composed(solver::ancestral{});
    std::vector<double> x(samples * elements, 0.25);
    const std::vector<double> untouched = x;
    recorded_path<double> p;
    check_refused<bad_argument>([&] { static_cast<void>(s.log_probabilities(exec::cpp, p)); },
                                {"a path of which 0 of 0 transitions are recorded"});
    check_refused<bad_argument>([&] { static_cast<void>(p.state(0)); }, {"state 0 of a path of 0"});

    auto kinetic = composed(solver::underdamped_langevin{});
    check_refused<bad_argument>(
        [&] { kinetic.generate(exec::cpp, batch(x, samples), p, {.steps = 3}); },
        {"adds noise to registers 0 and 1", "stage 0 of step 0"});
    check_refused<bad_argument>(
        [&] {
            composed(solver::seeds<2>{}).generate(exec::cpp, batch(x, samples), p, {.steps = 3});
        },
        {"adds noise to registers"});
    CHECK(x == untouched);

    {
        auto run = s.start(exec::cpp, batch(x, samples), p, {.steps = 3});
        check_refused<bad_argument>([&] { static_cast<void>(run.mean()); }, {"drawn nothing yet"});
        network{}(run.input(), run.output(), run.level());
        run.advance();
        check_refused<bad_argument>([&] { static_cast<void>(s.log_probabilities(exec::cpp, p)); },
                                    {"a path of which 1 of 2 transitions"});
    }

    s.generate(exec::cpp, batch(x, samples), p, {.steps = 4});
    check_refused<bad_argument>([&] { static_cast<void>(p.state(4)); }, {"state 4 of a path of 3"});
    check_refused<bad_argument>([&] { static_cast<void>(p.deviation(3)); },
                                {"transition 3 of a path of 3"});
    std::vector<double> small(2 * elements, 0.25);
    check_refused<bad_shape>([&] { static_cast<void>(s.replay(exec::cpp, batch(small, 2), p)); },
                             {"a path of 6 samples of 5 elements", "a batch of 2 samples of 5"});
    CHECK(small == std::vector<double>(2 * elements, 0.25));
    const sampler elsewhere{schedule::linear_beta{.beta_max = 10}, kernel::variance_preserving{},
                            predicts(epsilon{}, network{}), solver::ancestral{}};
    check_refused<bad_argument>(
        [&] { static_cast<void>(elsewhere.log_probabilities(exec::cpp, p)); },
        {"a path whose level 0", "replayed by a sampler"});
    check_refused<bad_argument>(
        [&] { static_cast<void>(composed(solver::ddim{}).log_probabilities(exec::cpp, p)); },
        {"a path of 3 transitions", "that draws 0"});
    check_refused<bad_argument>(
        [&] {
            static_cast<void>(
                composed(solver::annealed_langevin{.steps = 1}).log_probabilities(exec::cpp, p));
        },
        {"a path of 3 transitions", "that draws 4"});
    check_refused<bad_argument>(
        [&] {
            auto heun = composed(solver::ancestral_of<solver::heun>{});
            static_cast<void>(heun.log_probabilities(exec::cpp, p));
        },
        {"transition 0 of a path is of step 0, stage 0", "it is of step 0, stage 1"});
}
