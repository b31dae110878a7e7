// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One small run on any state: the tests of the adapters compare it with the run on a std::vector.

#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "mixture_as.hpp"
#include "mixtures.hpp"

#include <cstddef>
#include <vector>

namespace testing {

inline constexpr std::size_t container_samples = 6, container_elements = 2;
inline constexpr std::size_t container_size = container_samples * container_elements;

/// Fills the state with samples. Returns where the run wrote: the address that its view has.
template <class X>
auto sample_into(X&& x) {
    using namespace diffgen;
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
              batched_predictor(epsilon{}, three_in_2d), solver::ancestral{}};
    s.generate(exec::cpp, x, {.steps = 5, .seed = 6});
    return state_traits<std::remove_cvref_t<X>>::view(x).data;
}

/// The same for samples of one number.
template <class X>
auto sample_scalars(X&& x) {
    using namespace diffgen;
    const auto network = [](auto in, auto out, const noise_level& level) {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] =
                static_cast<std::remove_cvref_t<decltype(out.data[i])>>(level.sigma) * in.data[i];
    };
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
              solver::ancestral{}};
    s.generate(exec::cpp, x, {.steps = 5, .seed = 7});
    return state_traits<std::remove_cvref_t<X>>::view(x).data;
}

/// The samples that every container must hold after sample_into.
template <class T>
std::vector<T> expected_samples() {
    std::vector<T> x(container_size);
    sample_into(diffgen::batch(x, container_samples));
    return x;
}

/// Whether `size` numbers at p are the expected samples, to the bit.
template <class T>
bool holds_samples(const T* p) {
    return std::vector<T>(p, p + container_size) == expected_samples<T>();
}

}  // namespace testing
