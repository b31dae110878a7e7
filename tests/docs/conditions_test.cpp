// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What docs/concepts/conditions.md shows, checked to do what the page says. The data of every
// network is normal around its condition, so that the samples tell which one they were made under.
#include <diffgen/diffgen.hpp>
#include <diffgen/noise/per_sample_seeds.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t elements = 64;

/// The mean of sample i.
double mean(const std::vector<float>& x, std::size_t i = 0) {
    double sum = 0;
    for (std::size_t e = 0; e < elements; ++e)
        sum += x[i * elements + e];
    return sum / elements;
}
/// A mean of 64 normals of deviation 0.1 is within 0.1 of its own but once in 1e15 times.
bool is_near(double found, double expected) {
    return std::fabs(found - expected) < 0.1;
}

/// D of data of deviation 0.1 around the condition.
float estimate(float x, const noise_level& l, float condition) {
    const double total = 0.01 * l.alpha * l.alpha + l.sigma * l.sigma;
    return static_cast<float>(condition + 0.01 * l.alpha * (x - l.alpha * condition) / total);
}

// [reference]
/// Stands for a network that holds its condition.
struct conditioned_network {
    float condition = 0;

    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& level) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = estimate(in.data[i], level, condition);
    }
};
// [reference]

// [rows]
/// What the rows of a batch are told: two conditions at once, of which either may be left out.
struct instruction {
    float image = 0, text = 0;
};
const auto of_rows = [](auto in, auto out, const noise_level& level,
                        std::span<const instruction> rows) {
    for (std::size_t i = 0; i < in.samples; ++i)
        for (std::size_t e = 0; e < in.elements; ++e)
            out.sample(i)[e] = estimate(in.sample(i)[e], level, rows[i].image + rows[i].text);
};
// [rows]

// [own]
/// Stands for a network that takes a condition for each row, and finds them in a table.
struct looks_up {
    const std::vector<float>* table;

    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& level,
                    guidance_rows rows) const {
        for (std::size_t r = 0; r < in.samples; ++r) {
            const bool has_condition = rows.branch_of(r) == 0;
            const float condition = has_condition ? (*table)[rows.sample_of(r)] : 0;
            for (std::size_t e = 0; e < in.elements; ++e)
                out.sample(r)[e] = estimate(in.sample(r)[e], level, condition);
        }
    }
};
// [own]

// [functor]
/// A functor that follows a pointer when it is bound to a level, and is told its branch.
struct small_conditional {
    struct bound {
        noise_level level;
        float condition;

        template <class V>
        DIFFGEN_VALUE V operator()(const V& x, guidance_branch branch) const {
            using S = typename value_traits<V>::scalar;
            const double a = level.alpha, total = 0.01 * a * a + level.sigma * level.sigma;
            const double gain = 0.01 * a / total;
            const double m = branch.index == 0 ? double{condition} : 0.;
            return fma(broadcast<V>(static_cast<S>(gain)), x,
                       broadcast<V>(static_cast<S>(m - gain * a * m)));
        }
    };
    const float* condition;

    template <class S>
    [[nodiscard]] bound bind(const level_of<S>& l) const {
        noise_level level;
        level.alpha = static_cast<double>(l.alpha);
        level.sigma = static_cast<double>(l.sigma);
        return {level, *condition};
    }
};
// [functor]

// [two_prompts]
/// FlowEdit's difference of two prompts (Kulikov et al. 2024), reduced to one step of Euler: the
/// stages say under which condition the network is asked.
struct difference_of_prompts {
    static constexpr int registers = 2;
    static constexpr int rows = 1;
    static constexpr int draws = 0;

    [[nodiscard]] static int stages(const step&) { return 2; }
    [[nodiscard]] static stage plan(const step& s, int j) {
        using namespace symbol;
        if (j == 0) return evaluation_stage(s.from()).under(0).write(1, D);
        return evaluation_stage(s.from()).under(1).write(0, x + D - reg(1));
    }
};
// [two_prompts]

template <class Predictor>
auto with(Predictor p) {
    return sampler{schedule::cosine{}, kernel::variance_preserving{}, std::move(p), solver::ddim{}};
}

}  // namespace

TEST_CASE("a copy, a reference, a pointer") {
    std::vector<float> x(elements);
    // [by_reference]
    conditioned_network net{.condition = 2};
    sampler copied{schedule::cosine{}, kernel::variance_preserving{}, predicts(denoised{}, net),
                   solver::ddim{}};
    sampler referred{schedule::cosine{}, kernel::variance_preserving{},
                     predicts(denoised{}, std::ref(net)), solver::ddim{}};
    net.condition = -1;                        // the reference sees it, the copy does not
    copied.predictor.network().condition = 3;  // the sampler's own
    // [by_reference]
    copied.generate(exec::cpp, batch(x, 1), {.steps = 20});
    CHECK(is_near(mean(x), 3));
    referred.generate(exec::cpp, batch(x, 1), {.steps = 20});
    CHECK(is_near(mean(x), -1));
    // [by_pointer]
    float wanted = 2;
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              guided{predicts(denoised{}, pointwise(small_conditional{&wanted})),
                     classifier_free{.w = 1.5}},
              solver::ddim{}};
    auto kept = s.keep(exec::cpp, batch(x, 1), {.steps = 20});
    kept(1);      // around 1.5 times 2
    wanted = -1;  // nothing is made anew
    kept(2);      // around -1.5
    // [by_pointer]
    CHECK(is_near(mean(x), -1.5));
    wanted = 2;
    kept(1);
    CHECK(is_near(mean(x), 3));
}

TEST_CASE("rows: a condition for every sample, by branch") {
    std::vector<float> x(2 * elements);
    // [labelled]
    const std::vector<instruction> both{{1, 2}, {1, -1}}, image{{1, 0}, {1, 0}}, none(2);
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              guided{predicts(denoised{}, labelled{of_rows, std::vector{both, image, none}}),
                     instruct_pix2pix(1.5, 2)},
              solver::ddim{}};
    s.generate(exec::cpp, batch(x, 2), {.steps = 20});
    // [labelled]
    CHECK(is_near(mean(x, 0), 1.5 * 1 + 2 * 2));
    CHECK(is_near(mean(x, 1), 1.5 * 1 + 2 * -1));
    // [relabel]
    s.predictor.network().labels()[1] = {1, 0.5f};  // branch 0 of sample 1, from the next call on
    s.generate(exec::cpp, batch(x, 2), {.steps = 20});
    // [relabel]
    CHECK(is_near(mean(x, 0), 1.5 * 1 + 2 * 2));
    CHECK(is_near(mean(x, 1), 1.5 * 1 + 2 * 0.5));
}

TEST_CASE("a network for each branch") {
    std::vector<float> x(elements);
    // [autoguidance]
    conditioned_network strong{2}, unconditional{1}, weak{1.5f};
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              guided{predicts(denoised{},
                              by_branch{std::ref(strong), std::ref(unconditional), std::ref(weak)}),
                     autoguided(1.5, 2)},
              solver::ddim{}};
    s.generate(exec::cpp, batch(x, 1), {.steps = 20});
    // [autoguidance]
    CHECK(is_near(mean(x), 2 + 0.5 * (2 - 1) + 1 * (2 - 1.5)));
}

TEST_CASE("a request in every row: its condition, its weight, its seed") {
    // [requests]
    std::vector<float> conditions{1, -1, 0.5f};  // one row for each request; so the others
    std::vector<float> weights{1, 2, 4};
    std::vector<std::uint64_t> seeds{11, 12, 13};
    sampler s{
        schedule::cosine{}, kernel::variance_preserving{},
        guided{predicts(denoised{}, looks_up{&conditions}), classifier_free_by_sample{weights}},
        solver::ancestral{}, noise::per_sample_seeds{.seeds = seeds.data(), .elements = 64}};
    std::vector<float> x(3 * 64);
    auto serve = s.keep(exec::cpp, batch(x, 3), {.steps = 20});
    serve(0);
    conditions[1] = 3;  // another request has row 1: nothing is made anew
    weights[1] = 0.5;
    seeds[1] = 99;
    serve(0);
    // [requests]
    CHECK(is_near(mean(x, 0), 1));
    CHECK(is_near(mean(x, 1), 1.5));
    CHECK(is_near(mean(x, 2), 2));
    // the row of a request is that of the request alone
    std::vector<float> one{3}, weight{0.5}, alone(64);
    std::vector<std::uint64_t> seed{99};
    sampler single{schedule::cosine{}, kernel::variance_preserving{},
                   guided{predicts(denoised{}, looks_up{&one}), classifier_free_by_sample{weight}},
                   solver::ancestral{},
                   noise::per_sample_seeds{.seeds = seed.data(), .elements = 64}};
    single.generate(exec::cpp, batch(alone, 1), {.steps = 20});
    CHECK(std::equal(alone.begin(), alone.end(), x.begin() + 64));
}

TEST_CASE("bounds for each element") {
    std::vector<float> x(3);
    conditioned_network net{2};
    // [limits]
    const std::vector<float> lowest{-1, -2, 0}, highest{1, 2.5f, 0.5f};  // one for each joint
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              clipped{predicts(denoised{}, net), lowest, highest}, solver::ddim{}};
    s.generate(exec::cpp, batch(x, 1), {.steps = 20});
    // [limits]
    for (std::size_t e = 0; e < 3; ++e)
        CHECK((x[e] >= lowest[e] && x[e] <= highest[e]));
}

TEST_CASE("conditions that change from stage to stage") {
    std::vector<float> x(elements);
    // [switch]
    const conditioned_network first{-2}, then{1};
    const auto switched = [&](auto in, auto out, const noise_level& level) {
        (level.log_snr < 0 ? first : then)(in, out, level);  // half noise, half data
    };
    sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(denoised{}, switched),
              solver::ddim{}};
    // [switch]
    s.generate(exec::cpp, batch(x, 1), {.steps = 20});
    // 1 + 0.1 (z - 3 alpha / sqrt(0.01 alpha^2 + sigma^2)), alpha = sigma at the switch: some 0.7
    CHECK(is_near(mean(x), 0.7));
    // [by_stage]
    const std::vector<conditioned_network> prompts{{.condition = -1}, {.condition = 2}};
    const auto by_prompt = [&](auto in, auto out, const noise_level& level) {
        prompts[static_cast<std::size_t>(level.condition)](in, out, level);
    };
    sampler editing{schedule::cosine{}, kernel::variance_preserving{},
                    predicts(denoised{}, by_prompt), difference_of_prompts{}};
    // [by_stage]
    std::vector<float> source(elements, 0.25f);
    editing.generate_from(exec::cpp, 900, batch(source, 1), {.steps = 1, .grid = grid::uniform{}});
    CHECK(
        is_near(mean(source), 0.25 + 2 - -1));  // there D is the condition and next to nothing else
}
