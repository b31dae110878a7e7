// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// What docs/concepts/run.md does with given pictures: image-to-image by strength, pictures that are
// noisy already, edits on the way, and runs that are saved.
#include <diffgen/diffgen.hpp>
#include <diffgen/run_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

using namespace diffgen;

namespace {

/// A perfect eps of standard normal data.
const auto network = [](auto in, auto out, const noise_level& level) {
    for (std::size_t i = 0; i < in.size(); ++i)
        out.data[i] = static_cast<float>(level.sigma) * in.data[i];
};

template <class Solver>
auto sampler_of(const Solver& solver) {
    return sampler{schedule::scaled_linear{1000, 0.00085, 0.012}, kernel::variance_preserving{},
                   predicts(epsilon{}, network), solver};
}

}  // namespace

TEST_CASE("image-to-image by strength does the last part of the grid") {
    const auto s = sampler_of(solver::ddim{});
    std::vector<float> x(2 * 16, 0.5f);
    // [strength]
    const double strength = 0.6;
    options o{.steps = 50, .seed = 7, .grid = grid::trailing{}};
    o.begin_step = o.steps - static_cast<int>(strength * o.steps);  // 20: 30 steps are left
    const double t = s.levels(o)[20].t;                             // 599
    s.add_noise(exec::cpp, t, batch(x, 2), o);
    const run_summary done = s.generate_from(exec::cpp, batch(x, 2), o);  // 30 evaluations
    // [strength]
    CHECK(t == 599);
    CHECK(done.evaluations == 30);
    std::vector<float> y(2 * 16, 0.5f);
    s.add_noise(exec::cpp, 599, batch(y, 2), {.seed = 7});
    options from_time{.steps = 30, .seed = 7, .grid = grid::times{{}}};
    std::vector<double> times;
    for (std::size_t k = 20; k <= 50; ++k)
        times.push_back(s.levels(o)[k].t);
    from_time.grid = grid::times{times};
    s.generate_from(exec::cpp, 599, batch(y, 2), from_time);
    CHECK(x == y);
}

TEST_CASE("the step of a picture whose noise is known") {
    const auto s = sampler_of(solver::ddim{});
    const double known = 0.7;
    std::vector<float> x(16, 0.5f);
    // [noisy]
    // x / alpha has noise of deviation 0.7 beside the data
    const noise_level l = process_view(s.process).level_of_log_snr(-2 * std::log(known));
    for (float& v : x)
        v *= static_cast<float>(l.alpha);  // the state that the network knows
    s.generate_from(exec::cpp, l.t, batch(x, 1), {.steps = 20});
    // [noisy]
    CHECK(l.sigma_over_alpha() == doctest::Approx(known));
    CHECK(l.t > s.process.t_min());
    CHECK(l.t < s.process.t_max());
}

TEST_CASE("known pixels are put back after every step") {
    const auto s = sampler_of(solver::ddim{});
    std::vector<float> x(2 * 16), known(2 * 16, 0.25f);
    std::vector<bool> mask(2 * 16);
    for (std::size_t i = 0; i < mask.size(); i += 2)
        mask[i] = true;
    const options o{.steps = 20, .seed = 7};
    std::vector<float> noise(2 * 16);
    s.draw_prior(exec::cpp, batch(noise, 2), {.seed = 8});
    const auto levels = s.levels(o);
    // [edit]
    int steps = 0;
    auto run = s.start(exec::cpp, batch(x, 2), o);
    while (run) {
        network(run.input(), run.output(), run.level());
        run.advance();
        if (run.steps(0) == steps) continue;  // in the middle of a step
        const noise_level& reached = levels[static_cast<std::size_t>(++steps)];
        for (std::size_t i = 0; i < x.size(); ++i)  // run.state() is x
            if (mask[i])
                x[i] = static_cast<float>(reached.alpha * known[i] + reached.sigma * noise[i]);
    }
    // [edit]
    CHECK(steps == 20);
    for (std::size_t i = 0; i < x.size(); ++i)
        CHECK((x[i] == 0.25f) == mask[i]);
}

TEST_CASE("an edit between two steps stays under a corrector too") {
    // data 0, known to the network: every step only scales the state
    const auto zero = [](auto, auto out, const noise_level&) {
        std::fill(out.begin(), out.end(), 0.f);
    };
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(denoised{}, zero),
                    solver::unipc<2>{.start_up = solver::start_up::first_order}};
    const options o{.steps = 8, .grid = grid::uniform{.stop_at = 0.1}};
    const auto end_after = [&](float change) {
        std::vector<float> x(1);
        auto run = s.start(exec::cpp, batch(x, 1), o);
        for (int k = 0; run; ++k) {
            zero(run.input(), run.output(), run.level());
            run.advance();
            if (k == 3) x[0] += change;
        }
        return x[0];
    };
    const auto levels = s.levels(o);
    CHECK(end_after(1) - end_after(0) == doctest::Approx(levels[8].sigma / levels[4].sigma));
}

TEST_CASE("a run goes on in another process") {
    const auto s = sampler_of(solver::ancestral{});
    const options o{.steps = 20, .seed = 7};
    std::vector<float> x(2 * 16), expected(2 * 16);
    s.generate(exec::cpp, batch(expected, 2), o);
    const auto file = std::filesystem::temp_directory_path() / "diffgen_docs_half.safetensors";
    {
        // [save]
        auto run = s.start(exec::cpp, batch(x, 2), o);
        for (int k = 0; k < 10; ++k, run.advance())
            network(run.input(), run.output(), run.level());
        save_run(run, file);  // #include <diffgen/run_file.hpp>
        // [save]
    }
    std::fill(x.begin(), x.end(), 0.f);
    {
        // [load]
        auto run = s.start(exec::cpp, batch(x, 2), o);  // the same sampler, options and batch
        load_run(run, file);
        for (; run; run.advance())
            network(run.input(), run.output(), run.level());
        // [load]
    }
    CHECK(x == expected);
    std::filesystem::remove(file);
}

TEST_CASE("a base model and a refiner share a grid") {
    auto base = sampler_of(solver::ddim{}), refiner = sampler_of(solver::ddim{});
    std::vector<float> x(2 * 16), expected(2 * 16);
    // [parts]
    options first{.steps = 50, .seed = 7, .end_step = 40}, last{.steps = 50, .seed = 7};
    last.begin_step = 40;
    base.generate(exec::cpp, batch(x, 2), first);         // steps 0 .. 39
    refiner.generate_from(exec::cpp, batch(x, 2), last);  // steps 40 .. 49
    // [parts]
    base.generate(exec::cpp, batch(expected, 2), {.steps = 50, .seed = 7});
    CHECK(x == expected);
}
