// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Levels by block in every way that a run can be carried out: back ends, tiles, splits of the
// batch, a functor or a network, guidance, files.

#include <diffgen/blocks/rules.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/run_file.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/runge_kutta.hpp>

#include "../io/io_testing.hpp"
#include "bits_equal.hpp"
#include "blockwise.hpp"
#include "check_refused.hpp"
#include "same_bits.hpp"

#include <doctest/doctest.h>

#include <span>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 6, elements = 40, size = samples * elements;
const blocks::pyramid rule{8, 2};
const options in_five{.steps = 5, .seed = 21, .first_sample = 3};

/// testing::shrink as a network; under guidance, the second half of the rows shrinks more.
struct shrinking_network {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, std::span<const noise_level> levels) const {
        const std::size_t each = in.size() / levels.size();
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = testing::shrink{}(in.data[i], cast_level<float>(levels[i / each]));
    }
    template <class In, class Out>
    void operator()(const In& in, const Out& out, std::span<const noise_level> levels,
                    guidance_rows rows) const {
        (*this)(in, out, levels);
        CHECK(levels.size() == in.samples * 8);
        for (std::size_t i = rows.conditioned * in.elements; i < in.size(); ++i)
            out.data[i] = 0.5f * out.data[i];
    }
};

template <class Predictor, class Solver = solver::ancestral>
auto sampler_of(const Predictor& p, const Solver& solver = {}) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{}, p, solver};
}
const auto network = predicts(denoised{}, shrinking_network{});
const auto functor = predicts(denoised{}, pointwise{testing::shrink{}});

template <class Sampler, class Exec>
std::vector<float> sampled(const Sampler& s, const Exec& e,
                           const std::vector<std::size_t>& parts = {samples}) {
    std::vector<float> x(size);
    options o = in_five;
    float* to = x.data();
    for (const std::size_t n : parts) {
        s.generate(e, rule, batch(to, n * elements, n), o);
        o.first_sample += n;
        to += n * elements;
    }
    return x;
}

}  // namespace

TEST_CASE("every way to carry out a run by blocks has the same bits") {
    const auto expected = sampled(sampler_of(network), exec::cpp);
    testing::on_all_back_ends([&](auto policy, const char* name) {
        CAPTURE(name);
        CHECK(differences(sampled(sampler_of(network), policy), expected) == 0);
        CHECK(differences(sampled(sampler_of(functor), policy), expected) == 0);
        CHECK(differences(sampled(sampler_of(functor), policy, {1, 2, 3}), expected) == 0);
        for (const int tile : {4, 16, 64}) {  // smaller than a block of five, and larger
            policy.tile = tile;
            CHECK(differences(sampled(sampler_of(network), policy), expected) == 0);
        }
    });
    // a uniform table of a functor, which without blocks is one pass
    std::vector<float> x(size), y(size);
    sampler_of(functor).generate(exec::cpp, batch(x, samples), in_five);
    sampler_of(functor).generate(exec::cpp, blocks::uniform{8}, batch(y, samples), in_five);
    CHECK(differences(x, y) == 0);
}

TEST_CASE("under guidance each copy of a row has its blocks' levels") {
    const auto guided_by = [](double w) {
        return sampled(sampler_of(guided{network, classifier_free{w}}), exec::cpp);
    };
    CHECK(differences(guided_by(1), sampled(sampler_of(network), exec::cpp)) == 0);
    CHECK(differences(guided_by(2), guided_by(1)) == size);
    const auto clip = sampled(sampler_of(clipped{network, -0.1, 0.1}), exec::cpp);
    CHECK(*std::max_element(clip.begin(), clip.end()) == 0.1f);
}

TEST_CASE("a run by blocks is saved to a file in the middle, and taken up") {
    const scratch_folder folder;
    const auto path = folder.path / "run.safetensors";
    const auto s = sampler_of(network, solver::heun{});
    const auto evaluate = [&](auto& run) {
        shrinking_network{}(run.input(), run.output(), run.levels());
        run.advance();
    };
    std::vector<float> x(size), y(size), expected(size);
    const blocks::after_prefix known{2, blocks::pyramid{6, 2}};
    for (auto run = s.start_from(exec::cpp, known, batch(expected, samples), in_five); run;)
        evaluate(run);
    auto first = s.start_from(exec::cpp, known, batch(x, samples), in_five);
    for (int k = 0; k < 8; ++k)
        evaluate(first);
    save_run(first, path);
    auto second = s.start_from(exec::cpp, known, batch(y, samples), in_five);
    load_run(second, path);
    while (second)
        evaluate(second);
    CHECK(differences(y, expected) == 0);
    auto other = s.start_from(exec::cpp, blocks::pyramid{8, 3}, batch(y, samples), in_five);
    check_refused<bad_argument>([&] { load_run(other, path); }, {"a saved run"});
    auto plain = s.start_from(exec::cpp, batch(y, samples), in_five);
    check_refused<bad_argument>([&] { load_run(plain, path); }, {"cohorts"});
}
