// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a network of levels predicts, and how it is called.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/discrete/total_noise.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// A time of the corruption, as a network is told it. At the clean end nothing is corrupted,
/// whatever the schedule says of t = 0.
struct moment {
    double t = 0;      ///< from 1, noise, to 0, data
    double kept = 1;   ///< the probability that a level is still that of the data
    double total = 0;  ///< the total noise, -log(kept)
    double rate = 0;   ///< its derivative
};

template <noise_schedule S>
[[nodiscard]] moment moment_at(const S& s, double t) {
    return {t, kept(s, t), s.total(t), s.rate(t)};
}

// The predictions. Each turns the exponentials of a network's answers for one element into its
// origins: weights of its clean levels, proportional to p(x_0 | the other elements of x_t). From
// these every step follows, see steps.hpp. A constant that is added to all answers of an element
// changes nothing.

/// log p(x_0 | x_t), of all elements of x_t: cross-entropy trains it.
struct clean {
    static constexpr const char* name = "clean";

    template <class Step>
    static void to_origins(const Step& s, int x, std::span<double> row) {
        for (std::size_t y = 0; y < row.size(); ++y) {
            const double seen = s.forward(static_cast<int>(y), x);
            row[y] = seen > 0 ? row[y] / seen : 0;
        }
    }
};

/// log p(x_0 | all of x_t but this element): what D3PM's bound trains (Austin et al. 2021, eq. 4).
/// The same as `clean` for masked elements, which tell nothing of themselves.
struct clean_given_others {
    static constexpr const char* name = "clean_given_others";

    template <class Step>
    static void to_origins(const Step&, int, std::span<double>) {}
};

/// The logarithm of the concrete score p_t(y) / p_t(x_t) (Lou et al. 2024): score entropy trains
/// it.
struct concrete_score {
    static constexpr const char* name = "concrete_score";
    static constexpr bool needs_finite_noise = true;

    template <class Step>
    static void to_origins(const Step& s, int, std::span<double> row) {
        s.without_noise(row);
    }
};

/// A network and what its answers mean. It is called with batches,
///     net(batch_view<const Level> x, batch_view<Number> answers, const moment& now),
/// where x has `samples` x `elements` levels and answers `samples` x (elements x states) numbers,
/// those of an element side by side.
template <class Output, class Net, class Number>
struct network_predictor {
    using output_type = Output;
    using number_type = Number;

    Output output;
    Net net;
};

/// predicts(clean{}, net), or predicts<double>(...) for a network that answers in doubles.
template <std::floating_point Number = float, class Output, class Net>
[[nodiscard]] network_predictor<Output, Net, Number> predicts(Output output, Net net) {
    return {std::move(output), std::move(net)};
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
