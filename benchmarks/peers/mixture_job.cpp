// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Euler-Maruyama on the exact score of eight Gaussians in the plane, in one pass.

#include <diffgen/diffgen.hpp>
#include <diffgen/noise/recorded.hpp>

#include "job.hpp"

#include <cstdint>
#include <memory>

namespace peers {
namespace {

using namespace diffgen;

constexpr std::size_t components = 8;

gaussian_mixture<2, components> mixture_of(const json& description) {
    const auto weights = description.get<std::vector<double>>("weights");
    const auto means = description.get<std::vector<std::vector<double>>>("means");
    const auto variances = description.get<std::vector<std::vector<double>>>("variances");
    if (weights.size() != components || means.size() != components ||
        variances.size() != components)
        throw bad_argument("diffgen: the comparison is of a mixture of eight Gaussians");
    gaussian_mixture<2, components> m;
    for (std::size_t k = 0; k < components; ++k) {
        m.weights[k] = weights[k];
        for (std::size_t d = 0; d < 2; ++d) {
            m.means[k][d] = means[k].at(d);
            m.variances[k][d] = variances[k].at(d);
        }
    }
    return m;
}

}  // namespace

job mixture_job(const json& description) {
    const auto make = [schedule = schedule::linear_beta{description.get<double>("beta_min"),
                                                        description.get<double>("beta_max")},
                       m = mixture_of(description)](auto source) {
        return sampler{schedule, kernel::variance_preserving{}, exact(m), solver::euler_maruyama{},
                       source};
    };
    const options o{.steps = description.get<int>("steps"), .seed = 7, .grid = grid::uniform{}};
    const auto initial = read_floats(description, "initial"),
               noise = read_floats(description, "noise");
    const auto x =
        std::make_shared<std::vector<float>>(2 * description.get<std::size_t>("particles"));
    return {[=] {
                const noise::recorded<float> recorded{
                    noise.data(), initial.size(),
                    static_cast<std::uint32_t>(noise.size() / initial.size())};
                auto s = make(recorded);
                std::vector<float> given = initial;
                s.generate_from(exec::cpp, 1., batch(given, given.size() / 2), o);
                return given;
            },
            [=] {
                auto s = make(noise::philox{});
                const auto start = clock::now();
                s.generate(exec::cpp, batch(*x, x->size() / 2), o);
                return std::chrono::duration<double>(clock::now() - start).count();
            }};
}

}  // namespace peers
