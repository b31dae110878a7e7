// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Exceptions of the user's own code, from a network, a functor inside a pass or an observer: they
// pass through as they are, the state is that of the last completed step, and all can be used on.

#include <diffgen/diffgen.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

constexpr std::size_t samples = 500;

using policies = std::tuple<exec::cpp_policy
#if DIFFGEN_HAS_OMP
                            ,
                            exec::omp_policy
#endif
#if DIFFGEN_HAS_TBB
                            ,
                            exec::tbb_policy
#endif
                            >;

/// What users throw: no std::exception, with a value of its own.
struct out_of_quota {
    int call;
};

struct network {
    int fails_at = -1;
    int call = 0;

    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level&) {
        if (call++ == fails_at) throw out_of_quota{fails_at};
        std::transform(in.begin(), in.end(), out.begin(), [](float v) { return v / 2; });
    }
};
struct functor {
    float fails_from;  ///< the time from which on down it throws

    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>& l) const {
        if (l.t <= static_cast<S>(fails_from)) throw out_of_quota{3};
        return broadcast<V>(S(0.5)) * x;
    }
};

template <class Net, class Solver>
auto sampler_of(Net net, Solver solver) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   predicts(denoised{}, net), solver};
}
/// The states after every step of a run that does not fail.
template <class Solver>
observe::recording undisturbed(Solver solver, int steps) {
    observe::recording r;
    std::vector<float> x(samples);
    auto s = sampler_of(network{}, solver);
    s.generate(exec::cpp, batch(x, samples), {.steps = steps, .seed = 5, .observe = record(r)});
    return r;
}
std::vector<double> widened(const std::vector<float>& x) {
    return {x.begin(), x.end()};
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("a network that throws", Exec, from_network) {
    const auto solver = solver::ancestral{};
    const auto right = undisturbed(solver, 6);
    for (const int k : {1, 3, 5}) {
        std::vector<float> x(samples);
        auto s = sampler_of(network{k}, solver);
        const options o{.steps = 6, .seed = 5};
        int caught = -1;
        try {
            s.generate(Exec{}, batch(x, samples), o);
        } catch (const out_of_quota& e) {
            caught = e.call;
        }
        CHECK(caught == k);
        CHECK(widened(x) == right.states[static_cast<std::size_t>(k) - 1]);
        // the same sampler goes through the next time: its network counts on
        CHECK(s.generate(Exec{}, batch(x, samples), o).finished);
        CHECK(widened(x) == right.states.back());
    }
}
TEST_CASE_TEMPLATE_APPLY(from_network, policies);

TEST_CASE_TEMPLATE_DEFINE("a network that throws in the middle of a step", Exec, within_step) {
    // heun evaluates twice a step: call 5 is the second of step 2, which leaves the state alone
    const auto right = undisturbed(solver::heun{}, 6);
    std::vector<float> x(samples);
    auto s = sampler_of(network{5}, solver::heun{});
    CHECK_THROWS_AS(s.generate(Exec{}, batch(x, samples), {.steps = 6, .seed = 5}), out_of_quota);
    CHECK(widened(x) == right.states[1]);
}
TEST_CASE_TEMPLATE_APPLY(within_step, policies);

TEST_CASE_TEMPLATE_DEFINE("a functor that throws inside the pass", Exec, from_functor) {
    const auto solver = solver::ancestral{};
    const auto right = undisturbed(solver, 6);
    options one_pass{.steps = 6, .seed = 5};
    options stepwise = one_pass;
    stepwise.observe.on_step = [](const observation&) { return true; };
    // step 3 of 6 evaluates at t = 0.5
    auto s = sampler_of(pointwise(functor{0.55f}), solver);
    std::vector<float> x(samples, 7.f);
    CHECK_THROWS_AS(s.generate(Exec{}, batch(x, samples), one_pass), out_of_quota);
    CHECK(x == std::vector<float>(samples, 7.f));  // no tile got through
    CHECK_THROWS_AS(s.generate(Exec{}, batch(x, samples), stepwise), out_of_quota);
    CHECK(widened(x) == right.states[2]);
    s.predictor.net.functor.fails_from = -1;
    CHECK(s.generate(Exec{}, batch(x, samples), one_pass).finished);
    CHECK(widened(x) == right.states.back());
}
TEST_CASE_TEMPLATE_APPLY(from_functor, policies);

TEST_CASE_TEMPLATE_DEFINE("an observer that throws", Exec, from_observer) {
    const auto solver = solver::ancestral{};
    const auto right = undisturbed(solver, 6);
    std::vector<float> x(samples);
    auto s = sampler_of(network{}, solver);
    options o{.steps = 6, .seed = 5};
    o.observe.on_step = [](const observation& seen) -> bool {
        if (seen.step == 4) throw std::runtime_error("the disk is full");
        return true;
    };
    CHECK_THROWS_WITH_AS(s.generate(Exec{}, batch(x, samples), o), "the disk is full",
                         std::runtime_error);
    CHECK(widened(x) == right.states[3]);
}
TEST_CASE_TEMPLATE_APPLY(from_observer, policies);

TEST_CASE("an observer that sees nothing does not stand in the way of another") {
    std::vector<float> x(samples);
    auto s = sampler_of(network{}, solver::ddim{});
    int seen = 0;
    const observer counts{[&](const observation&) { return ++seen < 4; }};
    for (const auto& both : {observer{} & counts, counts & observer{}}) {
        seen = 0;
        CHECK_FALSE(
            s.generate(exec::cpp, batch(x, samples), {.steps = 6, .observe = both}).finished);
        CHECK(seen == 4);
    }
}
