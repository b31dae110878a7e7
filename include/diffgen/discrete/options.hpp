// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of a discrete run, and its states.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/observe/observer.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// All have defaults: s.generate(exec::cpp, batch(x, 64), {.steps = 20, .seed = 7}).
struct options {
    int steps = 64;                  ///< at least 1; orders by elements a step count their own
    std::uint64_t seed = 0;          ///< of the draws
    std::uint64_t first_sample = 0;  ///< number of the batch's first sample in the whole job
    /// The times of the steps, falling from where the run begins (1) to 0; empty: equidistant.
    std::vector<double> times{};
    /// Sees as `level` the time, what is kept as alpha, and 1 - alpha as sigma.
    observer observe{};
};

/// What levels can be stored in: numbers of up to four bytes, and doubles.
template <class T>
concept level_number = std::floating_point<T> ||
    (std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 4);

namespace detail {

template <level_number L>
void require_room(int states) {
    if constexpr (std::integral<L>)
        diffgen::detail::require(static_cast<std::int64_t>(states) - 1 <=
                                     static_cast<std::int64_t>(std::numeric_limits<L>::max()),
                                 states, " states in numbers that end at ",
                                 static_cast<std::int64_t>(std::numeric_limits<L>::max()));
}

/// The view of a state to which a run of so many states may write. Throws bad_argument.
template <class Exec, class X>
[[nodiscard]] auto level_view(const Exec& e, X&& x, int states) {
    auto v = state_traits<std::remove_cvref_t<X>>::view(x);
    using V = decltype(v);
    static_assert(
        std::is_same_v<typename V::space_type, space::host> &&
            std::is_same_v<typename Exec::space, space::host>,
        "diffgen: a discrete sampler runs on the host: exec::cpp, omp or tbb, and a state "
        "in host memory");
    static_assert(level_number<typename V::value_type>,
                  "diffgen: levels are stored in float, double or whole numbers of up to four "
                  "bytes");
    static_assert(!std::is_const_v<std::remove_pointer_t<decltype(v.data)>>,
                  "diffgen: a run writes to its state, and the elements of this one are const");
    diffgen::detail::check(e);
    require_room<typename V::value_type>(states);
    return v;
}

/// Throws bad_argument with the first number that is no level.
template <class Number>
void require_levels(const Number* x, std::size_t size, std::size_t elements, int states) {
    for (std::size_t i = 0; i < size; ++i) {
        const double v = static_cast<double>(x[i]);
        if (!(v >= 0 && v < states && v == std::floor(v)))
            diffgen::detail::require(false, "element ", i % elements, " of sample ", i / elements,
                                     " is ", v, ", not one of the levels 0 to ", states - 1);
    }
}

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
