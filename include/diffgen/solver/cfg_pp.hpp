// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// CFG++ (Chung et al. 2024, Manifold-constrained classifier free guidance, algorithm 2) around any
// method: the step goes to the guided estimate, and has the noise of the unconditional one.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/lanes/scalar.hpp>
#include <diffgen/solver/concepts.hpp>
#include <diffgen/solver/step.hpp>

namespace diffgen::inline DIFFGEN_ABI::solver {

/// The method, from the state alpha D + sigma eps_u in place of x = alpha D_u + sigma eps_u, where
/// D is the guided estimate and u the branch without a condition, branch 1 of classifier_free. The
/// state is moved so by the first evaluation of every step; around ddim that is x' = alpha' D +
/// sigma' eps_u. Weights of guidance are from 0 (the method without a condition) to 1.
/// Evaluations a step and noise: the method's. Order: none, since the guidance of a step does not
/// shrink with the step: around ddim a step at weight w is one of classifier-free guidance at
/// weight w / (1 - sigma' alpha / (sigma alpha')). The paper takes 0.6 where others take 7.5.
template <class Method, int Unconditional = 1>
struct cfg_pp {
    static_assert(!judging_solver<Method> && !self_tuning_solver<Method>,
                  "diffgen: cfg_pp is given a method that follows its grid: one that judges its "
                  "steps would move the state again at every try");
    static_assert(Method::rows < max_rows,
                  "diffgen: cfg_pp needs a row beside those of its method, which has max_rows");
    static constexpr int registers = Method::registers;
    static constexpr int rows = Method::rows + 1;
    static constexpr int draws = Method::draws;
    static constexpr int branches = Unconditional + 1;
    static constexpr bool restarts = requires { requires Method::restarts; };

    Method method{};

    void check() const { diffgen::detail::check(method); }

    [[nodiscard]] int stages(const step& s) const { return method.stages(s); }

    [[nodiscard]] stage plan(const step& s, int j) const {
        stage out = method.plan(s, j);
        if (!out.evaluates || !is_first(s, j)) return out;
        const int input = out.input_register;
        const linear_form moved = out.level.alpha * (symbol::D - symbol::D_of(Unconditional));
        bool is_written = false;
        for (int r = 0; r < out.rows; ++r) {
            auto& [target, form] = out.updates[static_cast<unsigned>(r)];
            form += form.registers[static_cast<unsigned>(input)] * moved;
            is_written = is_written || target == input;
        }
        // later stages of the step find the state where it was moved to
        return is_written ? out : out.write(input, symbol::reg(input) + moved);
    }

  private:
    /// Whether no stage of the step evaluates before stage j.
    [[nodiscard]] bool is_first(const step& s, int j) const {
        for (int i = 0; i < j; ++i)
            if (method.plan(s, i).evaluates) return false;
        return true;
    }
};

template <class Method>
cfg_pp(Method) -> cfg_pp<Method>;

}  // namespace diffgen::inline DIFFGEN_ABI::solver

#include <diffgen/core/with_macros.hpp>
