// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A state, as an execution policy sees it: the checks that every function makes that takes one.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/concepts.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>

#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// The view of a state whose memory is where the policy runs.
template <class Exec, class X>
[[nodiscard]] auto state_view(const Exec& e, X&& x) {
    static_assert(state<X>,
                  "diffgen: this is not a state; use batch(x, samples) for contiguous memory, or "
                  "include the container's adapter from diffgen/adapt");
    auto v = state_traits<std::remove_cvref_t<X>>::view(x);
    using V = decltype(v);
    static_assert(std::is_same_v<typename V::space_type, typename Exec::space>,
                  "diffgen: the state's memory is not where the execution policy runs: CUDA "
                  "memory needs exec::cuda(stream), host memory exec::cpp, omp or tbb");
    static_assert(std::is_same_v<typename V::value_type, float> ||
                      std::is_same_v<typename V::value_type, double>,
                  "diffgen: a state is made of floats or doubles");
    diffgen::detail::check(e);
    return v;
}

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
