// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The runs that docs/concepts and docs/embedding.md show, checked to do what the pages say.
#include <diffgen/diffgen.hpp>
#include <diffgen/noise/per_sample_seeds.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <span>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace diffgen;

// [state]
/// Somebody else's container.
struct image_stack {
    std::vector<float> pixels;
    std::size_t count, width, height;
};

template <>
struct diffgen::state_traits<image_stack> {
    static auto view(image_stack& x) { return batch(x.pixels, x.count); }
};
// [state]

namespace {

/// A perfect eps of standard normal data.
const auto network = [](auto in, auto out, const noise_level& level) {
    for (std::size_t i = 0; i < in.size(); ++i)
        out.data[i] = static_cast<float>(level.sigma) * in.data[i];
};

/// A conditional one: normal data around the label, class 0 standing for "any".
const auto conditional = [](auto in, auto out, const noise_level& l, std::span<const int> labels) {
    for (std::size_t i = 0; i < in.samples; ++i)
        for (std::size_t e = 0; e < in.elements; ++e)
            out.sample(i)[e] =
                static_cast<float>(l.sigma * (in.sample(i)[e] - l.alpha * labels[i]));
};

auto make_sampler() {
    return sampler{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
                   solver::ancestral{}};
}

}  // namespace

TEST_CASE("a container with state_traits is a state") {
    auto s = make_sampler();
    image_stack x{std::vector<float>(3 * 16), 3, 4, 4};
    s.generate(exec::cpp, x, {.steps = 5, .seed = 1});
    std::vector<float> y(3 * 16);
    s.generate(exec::cpp, batch(y, 3), {.steps = 5, .seed = 1});
    CHECK(x.pixels == y);
}

TEST_CASE("guidance, then clipping") {
    // [guided]
    const std::vector<int> labels{1, 2};  // one a sample; 0 stands for none
    sampler s{schedule::cosine{}, kernel::variance_preserving{},
              clipped{guided{predicts(epsilon{}, labelled{conditional, labels, 0}),
                             classifier_free{.w = 2}},
                      -3, 3},
              solver::ddim{}};
    std::vector<float> x(2 * 256);
    s.generate(exec::cpp, batch(x, 2), {.steps = 20, .seed = 7});
    // [guided]
    CHECK(std::all_of(x.begin(), x.end(), [](float v) { return v >= -3 && v <= 3; }));
    // class 1 at weight 2 is normal around 2, cut at 3 to a mean of 1.92; that of 256 numbers has a
    // deviation below 1 / 16, and would be 1 without guidance
    double mean = 0;
    for (std::size_t i = 0; i < 256; ++i)
        mean += x[i] / 256;
    CHECK(std::fabs(mean - 1.92) < 0.4);
}

TEST_CASE("a time for every sample") {
    const auto rows = [](auto in, auto out, std::span<const noise_level> levels) {
        for (std::size_t i = 0; i < in.samples; ++i)
            for (std::size_t e = 0; e < in.elements; ++e)
                out.sample(i)[e] = static_cast<float>(levels[i].sigma) * in.sample(i)[e];
    };
    sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, rows),
              solver::ddim{}};
    std::vector<float> x(2 * 8, 1.0f);
    // [times]
    const std::vector<double> times{400, 150};
    s.add_noise(exec::cpp, times, batch(x, 2), {.seed = 7});
    s.generate_from(exec::cpp, times, batch(x, 2), {.steps = 20, .seed = 8});
    // [times]
    std::vector<float> one(8, 1.0f);
    sampler alone{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
                  solver::ddim{}};
    alone.add_noise(exec::cpp, 150, batch(one, 1), {.seed = 7, .first_sample = 1});
    alone.generate_from(exec::cpp, 150, batch(one, 1), {.steps = 20, .seed = 8, .first_sample = 1});
    CHECK(std::equal(one.begin(), one.end(), x.begin() + 8));
}

TEST_CASE("a seed a sample: the batch does not matter") {
    // [seeds]
    const std::vector<std::uint64_t> seeds{11, 12, 13};
    const noise::per_sample_seeds source{.seeds = seeds.data(), .elements = 8};
    sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
              solver::ancestral{}, source};
    // [seeds]
    std::vector<float> x(3 * 8), alone(8);
    s.generate(exec::cpp, batch(x, 3), {.steps = 5});
    s.noise.seeds = seeds.data() + 2;
    s.generate(exec::cpp, batch(alone, 1), {.steps = 5});
    CHECK(std::equal(alone.begin(), alone.end(), x.begin() + 2 * 8));
}

TEST_CASE("a batch in parts is the batch") {
    auto s = make_sampler();
    std::vector<float> x(10 * 4), y(10 * 4);
    s.generate(exec::cpp, batch(x, 10), {.steps = 5, .seed = 1});
    // [parts]
    s.generate(exec::cpp, batch(y.data(), 3 * 4, 3), {.steps = 5, .seed = 1});
    s.generate(exec::cpp, batch(y.data() + 3 * 4, 7 * 4, 7),
               {.steps = 5, .seed = 1, .first_sample = 3});
    // [parts]
    CHECK(x == y);
}

TEST_CASE("observers: a bar, a recording, a stop, one's own") {
    auto s = make_sampler();
    std::vector<float> x(4);
    std::ostringstream log;
    std::atomic<bool> stop{false};
    // [observe]
    observe::recording steps;
    const observer watch = observe::progress(log) & observe::record(steps) &
                           observe::stop_when(stop) & observer{[](const observation& o) {
                               return o.level.sigma_over_alpha() > 0.5;  // false ends the run here
                           }};
    const run_summary done =
        s.generate(exec::cpp, batch(x, 1), {.steps = 20, .seed = 7, .observe = watch});
    // [observe]
    CHECK_FALSE(done.finished);
    CHECK(done.steps == static_cast<int>(steps.states.size()));
    CHECK(steps.levels.back().sigma_over_alpha() <= 0.5);
    CHECK(steps.denoised.back().size() == 4);
    CHECK(log.str().find("/20") != std::string::npos);
}

TEST_CASE("to a noise level and back") {
    auto s = make_sampler();
    std::vector<float> x(2 * 4, 0.5f);
    // [from]
    const double t = 400;  // of 1,000
    s.add_noise(exec::cpp, t, batch(x, 2), {.seed = 7});
    s.generate_from(exec::cpp, t, batch(x, 2), {.steps = 20, .seed = 8});
    // [from]
    CHECK(std::all_of(x.begin(), x.end(), [](float v) { return v > -10 && v < 10; }));
    CHECK_THROWS_AS(s.generate_from(exec::cpp, t, batch(x, 2), {.grid = grid::leading{}}),
                    bad_argument);
}

TEST_CASE("data to their noise and back") {
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
              solver::heun{}};
    std::vector<float> x{0.5f, -1, 2, 0, 1, -0.25f, 0.75f, 1.5f};
    const std::vector<float> data = x;
    // [invert]
    const double t = 0.01;  // what the data are taken for: nearly clean
    const grid::inverted up{grid::uniform{.stop_at = t}};
    s.generate_from(exec::cpp, t, batch(x, 2), {.steps = 50, .grid = up});  // to their noise
    s.generate_from(exec::cpp, 1, batch(x, 2), {.steps = 50, .grid = up.main});
    // [invert]
    for (std::size_t i = 0; i < x.size(); ++i)
        CHECK(std::fabs(x[i] - data[i]) < 2e-2f);
}

TEST_CASE("errors are caught by type") {
    auto s = make_sampler();
    std::vector<float> x(4);
    std::string caught;
    // [errors]
    try {
        s.generate(exec::cpp, batch(x, 3), {.steps = 20});
    } catch (const bad_shape& e) {  // or diffgen::error for all of them
        caught = e.what();
    }
    // [errors]
    CHECK(caught == "diffgen: 4 numbers do not divide into 3 samples");
}

TEST_CASE("one sampler in several threads") {
    auto s = make_sampler();
    std::vector<float> x(4 * 64), y(4 * 64);
    s.generate(exec::cpp, batch(x, 64), {.steps = 20, .seed = 7});
    // [threads]
    std::vector<std::thread> threads;
    for (std::size_t first = 0; first < 64; first += 16)
        threads.emplace_back([&s, &y, first] {
            s.generate(exec::cpp, batch(y.data() + 4 * first, 4 * 16, 16),
                       {.steps = 20, .seed = 7, .first_sample = first});
        });
    for (std::thread& t : threads)
        t.join();
    // [threads]
    CHECK(x == y);
}

TEST_CASE("a request has one picture, whatever else is in its batch") {
    // [server]
    struct request {
        std::uint64_t seed;
        float* pixels;  // 16 of them
    };
    const auto serve = [](const std::vector<request>& requests) {
        std::vector<std::uint64_t> seeds;
        for (const request& r : requests)
            seeds.push_back(r.seed);
        // the source is a part of the sampler, so each batch has a sampler of its own: it is cheap
        const sampler s{schedule::cosine{}, kernel::variance_preserving{},
                        predicts(epsilon{}, network), solver::ancestral{},
                        noise::per_sample_seeds{.seeds = seeds.data(), .elements = 16}};
        std::vector<float> x(16 * requests.size());
        s.generate(exec::cpp, batch(x, requests.size()), {.steps = 20});
        for (std::size_t i = 0; i < requests.size(); ++i)
            std::copy_n(x.data() + 16 * i, 16, requests[i].pixels);
    };
    // [server]
    std::vector<float> a(16), b(16), again(16);
    serve({{5, a.data()}, {6, b.data()}});
    serve({{6, again.data()}});
    CHECK(again == b);
    CHECK(a != b);
}

TEST_CASE("a run on another thread is stopped, and shows where it is") {
    auto s = make_sampler();
    std::vector<float> x(16);
    int shown = 0;
    // [stop]
    std::atomic<bool> stop{false};  // any thread may set it
    observer preview{.on_step =
                         [&](const observation& seen) {
                             if (seen.step % 5 == 0) {
                                 const std::vector<double> now = seen.denoised();
                                 ++shown;  // stands for what you do with `now`
                             }
                             return true;
                         },
                     .wants_denoised = true};
    run_summary done;
    std::thread worker([&] {
        done = s.generate(exec::cpp, batch(x, 1),
                          {.steps = 20, .observe = preview & observe::stop_when(stop)});
    });
    worker.join();
    // [stop]
    CHECK(done.finished);
    CHECK(shown == 4);
}

TEST_CASE("what is not a number is reported with its place") {
    const auto broken = [](auto in, auto out, const noise_level& level) {
        network(in, out, level);
        if (level.t < 500) out.sample(1)[2] = std::nanf("");
    };
    sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, broken),
              solver::ddim{}};
    std::vector<float> x(2 * 4);
    int step = -1;
    std::uint64_t sample = 0;
    double time = 0;
    // [nan]
    try {
        s.generate(exec::cpp, batch(x, 2), {.steps = 20});
    } catch (const non_finite& e) {
        step = e.step();      // of 0 .. 19
        sample = e.sample();  // its number in the job: first_sample + its row
        time = e.time();      // the schedule's, where the step starts
    }
    // [nan]
    CHECK(step == 10);  // the eleventh evaluation, at t = 499
    CHECK(sample == 1);
    CHECK(time < 500);
    CHECK(std::isnan(x[6]));
}
