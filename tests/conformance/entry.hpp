// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the conformance tests know of a solver: its name, what it promises, and its plans, without
// its type, so that every check is compiled once for all solvers.

#include <diffgen/core/linear_form.hpp>
#include <diffgen/core/stage.hpp>
#include <diffgen/solver/step.hpp>

#include <memory>
#include <string>
#include <typeindex>
#include <typeinfo>
#include <utility>

namespace conformance {

enum class limit {
    flow,       ///< the probability flow
    sde,        ///< the reverse SDE with eta times its noise
    marginals,  ///< some process with the marginals of the forward process
    none,       ///< as the grid is refined, nothing that is independent of the constants
};

struct promise {
    limit tends_to = limit::none;
    double eta = 0;
    int order = 1;                 ///< at which mean and variance tend to the limit, at least
    bool exact_on_a_point = true;  ///< the moments of one-point data in any number of steps
    bool from_pure_noise = true;   ///< can start at alpha = 0
    bool ends_clean = true;        ///< the step to the clean end gives the denoised estimate
    bool turns_back = true;        ///< a flow: on a grid that rises it draws nothing either
};

constexpr promise flow(int order) {
    return {.tends_to = limit::flow, .order = order};
}
constexpr promise sde(double eta, int order) {
    return {.tends_to = limit::sde, .eta = eta, .order = order};
}
constexpr promise marginals(int order) {
    return {.tends_to = limit::marginals, .order = order};
}
/// Steps of no limit that are exact for a network that knows their ends.
constexpr promise jumps() {
    return {};
}
constexpr promise no_limit() {
    return {.exact_on_a_point = false};
}
constexpr promise not_exact(promise p) {
    p.exact_on_a_point = false;
    return p;
}
constexpr promise not_from_pure_noise(promise p) {
    p.from_pure_noise = false;
    return p;
}
constexpr promise stays_noisy(promise p) {
    p.ends_clean = false;
    return p;
}

constexpr promise adds_noise_upwards(promise p) {
    p.turns_back = false;
    return p;
}

struct counts {
    int registers, rows, draws;
    friend bool operator==(const counts&, const counts&) = default;
};

/// Plans as the solver that it was made from; as a part of a sampler it claims all that there is.
class any_solver {
  public:
    static constexpr int registers = diffgen::max_registers;
    static constexpr int rows = diffgen::max_rows;
    static constexpr int draws = diffgen::max_draws;

    template <class Solver>
    explicit any_solver(Solver s) : solver_(std::make_shared<const model<Solver>>(std::move(s))) {}

    [[nodiscard]] int stages(const diffgen::step& s) const { return solver_->stages(s); }
    [[nodiscard]] diffgen::stage plan(const diffgen::step& s, int j) const {
        return solver_->plan(s, j);
    }
    [[nodiscard]] counts declared() const { return solver_->declared(); }
    [[nodiscard]] std::type_index type() const { return solver_->type(); }
    [[nodiscard]] bool tunes() const { return solver_->tunes(); }

  private:
    struct interface {
        interface() = default;
        interface(const interface&) = delete;
        interface& operator=(const interface&) = delete;
        virtual ~interface() = default;
        [[nodiscard]] virtual int stages(const diffgen::step&) const = 0;
        [[nodiscard]] virtual diffgen::stage plan(const diffgen::step&, int) const = 0;
        [[nodiscard]] virtual counts declared() const = 0;
        [[nodiscard]] virtual std::type_index type() const = 0;
        [[nodiscard]] virtual bool tunes() const = 0;
    };
    template <class Solver>
    struct model final : interface {
        Solver solver;
        explicit model(Solver s) : solver(std::move(s)) {}
        [[nodiscard]] int stages(const diffgen::step& s) const override { return solver.stages(s); }
        [[nodiscard]] diffgen::stage plan(const diffgen::step& s, int j) const override {
            return solver.plan(s, j);
        }
        [[nodiscard]] counts declared() const override {
            return {Solver::registers, Solver::rows, Solver::draws};
        }
        [[nodiscard]] std::type_index type() const override { return typeid(Solver); }
        [[nodiscard]] bool tunes() const override {
            return requires {
                typename Solver::tuner;
            };
        }
    };
    std::shared_ptr<const interface> solver_;
};

struct entry {
    std::string name;
    any_solver solver;
    promise promises;

    template <class Solver>
    entry(std::string n, Solver s, promise p)
        : name(std::move(n)), solver(std::move(s)), promises(p) {}
};

}  // namespace conformance
