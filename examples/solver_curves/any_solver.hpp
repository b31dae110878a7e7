// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A solver without its type, so that one sampler is compiled for all of them.

#include <diffgen/core/linear_form.hpp>
#include <diffgen/core/stage.hpp>
#include <diffgen/solver/step.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace curves {

class any_solver {
  public:
    static constexpr int registers = diffgen::max_registers;
    static constexpr int rows = diffgen::max_rows;
    static constexpr int draws = 1;

    template <class Solver>
    requires(!std::is_same_v<std::remove_cvref_t<Solver>, any_solver>)
        any_solver(Solver s)  // NOLINT(google-explicit-constructor): a solver is an any_solver
        : stages_([s](const diffgen::step& k) { return s.stages(k); }),
          plan_([s](const diffgen::step& k, int j) { return s.plan(k, j); }) {
        static_assert(Solver::draws <= draws);
    }

    [[nodiscard]] int stages(const diffgen::step& k) const { return stages_(k); }
    [[nodiscard]] diffgen::stage plan(const diffgen::step& k, int j) const { return plan_(k, j); }

  private:
    std::function<int(const diffgen::step&)> stages_;
    std::function<diffgen::stage(const diffgen::step&, int)> plan_;
};

}  // namespace curves
