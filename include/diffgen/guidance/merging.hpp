// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rules of guidance that look at whole samples, such as one that needs the norm of a difference.
// They merge the branches of a row on the host, between the evaluation and the solver's pass.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/predictor/own_numbers.hpp>

#include <cmath>
#include <cstddef>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI {

/// In which quantity a rule merges branches: in what the network predicts, or in the denoised
/// estimates that follow from it.
enum class merged_in { prediction, denoised };

/// The branches of one row, and what they are merged to. Numbers are read and written as doubles.
template <class T>
struct guidance_row {
    const T* input;      ///< what the network saw
    const T* outputs;    ///< of branch 0; those of branch b are b * apart further
    std::size_t apart;   ///< between the outputs of two branches
    T* merged;           ///< to be written
    std::size_t size;    ///< elements of the sample
    std::size_t sample;  ///< its place in the batch
    const noise_level* level;
    conversion to_denoised;  ///< D = state_factor input / input_scale + output_factor output

    /// The branches in one quantity: view(b, i) is element i of branch b, write(i, v) the result.
    struct view {
        const guidance_row& row;
        double of_input, of_output;  ///< value = of_input input + of_output output

        [[nodiscard]] double operator()(int b, std::size_t i) const {
            return value(row.outputs[static_cast<std::size_t>(b) * row.apart + i], i);
        }
        [[nodiscard]] double merged(std::size_t i) const { return value(row.merged[i], i); }
        void write(std::size_t i, double v) const {
            const double from_input =
                of_input == 0 ? v : v - product(of_input, static_cast<double>(row.input[i]));
            row.merged[i] = static_cast<T>(of_output == 1 ? from_input : from_input / of_output);
        }

      private:
        [[nodiscard]] double value(T output, std::size_t i) const {
            const double v = product(of_output, static_cast<double>(output));
            return of_input == 0 ? v : product(of_input, static_cast<double>(row.input[i])) + v;
        }
    };
    [[nodiscard]] view in(merged_in quantity) const {
        if (quantity == merged_in::prediction) return {*this, 0, 1};
        return {*this, to_denoised.state_factor / to_denoised.input_scale,
                to_denoised.output_factor};
    }
};

/// The sum of a(i) b(i) over i < n, in an order that is always the same.
template <class A, class B>
[[nodiscard]] double sum_of_products(std::size_t n, const A& a, const B& b) {
    double sums[4] = {0, 0, 0, 0};
    for (std::size_t i = 0; i < n; ++i)
        sums[i % 4] += product(a(i), b(i));
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// The sums of products of two branches: what the rules need of a sample.
struct branch_products {
    double cc, cu, uu;  ///< c.c, c.u and u.u

    template <class View>
    [[nodiscard]] static branch_products of(const View& x, std::size_t n, int c = 0, int u = 1) {
        const auto first = [&](std::size_t i) { return x(c, i); };
        const auto second = [&](std::size_t i) { return x(u, i); };
        return {sum_of_products(n, first, first), sum_of_products(n, first, second),
                sum_of_products(n, second, second)};
    }
};

namespace detail {

/// A rule that merges whole rows, by merge(const guidance_row<T>&).
template <class Rule>
concept merges_rows = requires(Rule& rule, const guidance_row<double>& row) {
    rule.merge(row);
};

/// Merges a row by any rule, also by one that merges element by element.
template <class Rule, class T>
void merge_row(Rule& rule, const guidance_row<T>& row) {
    if constexpr (merges_rows<std::remove_const_t<Rule>>) {
        rule.merge(row);
    } else {
        constexpr int own = own_numbers_of<std::remove_const_t<Rule>>;
        for (std::size_t i = 0; i < row.size; ++i) {
            T outputs[std::size_t{Rule::inputs}], numbers[own > 0 ? std::size_t{own} : 1];
            for (std::size_t b = 0; b < std::size_t{Rule::inputs}; ++b)
                outputs[b] = row.outputs[b * row.apart + i];
            if constexpr (own > 0)
                for (int k = 0; k < own; ++k)
                    numbers[k] = rule.template number<T>(k, row.sample, i);
            row.merged[i] = diffgen::detail::merged(static_cast<const Rule&>(rule),
                                                    static_cast<const T*>(outputs),
                                                    static_cast<const T*>(numbers));
        }
    }
}

/// How many branches, from the first on, a rule looks at where the noise has this level.
template <class Rule>
[[nodiscard]] int branches_at(const Rule& rule, const noise_level& l) {
    if constexpr (requires { rule.branches_at(l); })
        return rule.branches_at(l);
    else
        return Rule::inputs;
}

/// What the solver's pass takes of such a rule: the output behind those of the branches.
template <int Inputs>
struct take_merged {
    static constexpr int copies = Inputs + 1;
    static constexpr int inputs = Inputs;

    template <class V>
    DIFFGEN_VALUE static V combine(const V* outputs) {
        return outputs[Inputs];
    }
};

template <class Combiner>
inline constexpr bool is_merged = false;
template <int Inputs>
inline constexpr bool is_merged<take_merged<Inputs>> = true;

/// The level of a row, where there is one for the whole batch or one for each row.
template <class Level>
[[nodiscard]] const noise_level& level_of_row(const Level& l, [[maybe_unused]] std::size_t row) {
    if constexpr (std::is_same_v<Level, noise_level>)
        return l;
    else
        return l[row];
}

}  // namespace detail

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
