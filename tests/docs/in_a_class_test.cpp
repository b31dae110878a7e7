// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The section of docs/embedding.md on samplers in a class, and solvers that are chosen at run time.
#include <diffgen/diffgen.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

/// Stands for yours: eps of standard normal data.
struct my_network {
    template <class In, class Out>
    void operator()(const In& in, const Out& out, const noise_level& level) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = static_cast<float>(level.sigma) * in.data[i];
    }
};

// [member]
/// One function composes the sampler; its result has the type of the member.
inline auto composed(const my_network& net) {
    return sampler{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, net),
                   solver::ddim{}};
}

class decoder {
  public:
    explicit decoder(const my_network& net) : sampler_(composed(net)) {}

    void fill(std::span<float> x, std::size_t samples, std::uint64_t seed) const {
        sampler_.generate(exec::cpp, batch(x, samples), {.steps = 20, .seed = seed});
    }

  private:
    decltype(composed(std::declval<my_network>())) sampler_;
};
// [member]

// [choice]
/// Fills samples: whatever the composition, one type.
using fill = std::function<void(std::span<float> x, std::size_t samples, const options& o)>;

template <class Solver>
fill with(const Solver& solver) {
    return [s = sampler{schedule::cosine{}, kernel::variance_preserving{},
                        predicts(epsilon{}, my_network{}), solver}](
               std::span<float> x, std::size_t samples, const options& o) {
        s.generate(exec::cpp, batch(x, samples), o);
    };
}

fill solver_named(std::string_view name) {
    if (name == "ddim") return with(solver::ddim{});
    if (name == "ancestral") return with(solver::ancestral{});
    if (name == "unipc") return with(solver::unipc<2>{.start_up = solver::start_up::first_order});
    throw bad_argument("diffgen: no solver is called '" + std::string(name) + "'");
}

any_grid grid_named(std::string_view name) {
    if (name == "karras") return grid::karras{};
    return grid::straight{0.6};
}
// [choice]

}  // namespace

TEST_CASE("a sampler as a member") {
    std::vector<float> x(2 * 8), y = x;
    const decoder d{my_network{}};
    d.fill(x, 2, 7);
    composed(my_network{}).generate(exec::cpp, batch(y, 2), {.steps = 20, .seed = 7});
    CHECK(x == y);
}

TEST_CASE("a solver and a grid chosen at run time") {
    for (const char* name : {"ddim", "ancestral", "unipc"}) {
        std::vector<float> x(2 * 8), y = x;
        solver_named(name)(x, 2, {.steps = 9, .seed = 3, .grid = grid_named("karras")});
        solver_named(name)(y, 2, {.steps = 9, .seed = 3, .grid = grid_named("straight")});
        CHECK(x != y);
    }
    CHECK_THROWS_AS(solver_named("magic"), bad_argument);
    std::vector<float> x(2 * 8), y = x;
    solver_named("ddim")(x, 2, {.steps = 20, .seed = 7, .grid = grid_named("karras")});
    composed(my_network{})
        .generate(exec::cpp, batch(y, 2), {.steps = 20, .seed = 7, .grid = grid::karras{}});
    CHECK(x == y);
}
