// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a generative model can be asked, whatever it is made of. Measures and tasks see these and
// not what is inside.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/family/mapped.hpp>

#include <concepts>
#include <cstdint>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

/// Fills a batch from a seed, its parameters given.
template <class M, class T = float>
concept generates = requires(const M& m, const nn::parameters<T>& w, batch_view<T> out) {
    m.generate(exec::cpp, w, out, std::uint64_t{0});
};

/// Gives the exact log-density of points, 1 x N.
template <class M, class T = double>
concept has_log_density = requires(const M& m, const std::vector<nn::values<T>>& w,
                                   const nn::values<T>& x) {
    { m.log_density(w, x) } -> std::same_as<nn::values<T>>;
};

/// Maps points both ways, with log |det|.
template <class M, class T = double>
concept bijection = requires(const M& m, const std::vector<nn::values<T>>& w,
                             const nn::values<T>& x) {
    { m.forward(w, x) } -> std::same_as<mapped<nn::values<T>>>;
    { m.inverse(w, x) } -> std::same_as<mapped<nn::values<T>>>;
};

/// What a critic and a generator minimise, of the critic's outputs for real and generated samples.
template <class O, class T = double>
concept adversarial_objective = requires(const O& o, const nn::variable<T>& x) {
    { o.critic(x, x) } -> std::same_as<nn::variable<T>>;
    { o.generator(x, x) } -> std::same_as<nn::variable<T>>;
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
