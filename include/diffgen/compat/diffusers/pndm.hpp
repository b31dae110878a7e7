// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// PNDMScheduler of diffusers: pseudo numerical methods (Liu et al. 2022), which move along DDIM's
// step with a mean of outputs. A network call is a step here, as in the peer.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/compat/diffusers/estimate.hpp>
#include <diffgen/compat/diffusers/timesteps.hpp>
#include <diffgen/solver/pndm.hpp>
#include <diffgen/solver/step.hpp>

#include <algorithm>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The timesteps of the network calls. After a start by Runge-Kutta steps (three, of four calls) or
/// by one step with two calls (skip_prk_steps), a call a step.
/// Throws bad_argument where there are fewer than 4 timesteps for Runge-Kutta steps.
[[nodiscard]] inline std::vector<int> pndm_timesteps(const config& c, int n) {
    std::vector<int> t = spaced_timesteps(c, n);
    if (c.skip_prk_steps) {
        if (t.size() > 1) t.insert(t.begin() + 1, t[1]);
        return t;
    }
    if (t.size() < 4)
        throw bad_argument(
            diffgen::detail::text("diffgen: 'num_inference_steps' is ", n,
                                  " in PNDMScheduler; at least 4 without 'skip_prk_steps'"));
    const int half = stride_of(c, n) / 2;
    std::vector<int> calls;
    for (std::size_t i = 0; i < 3; ++i)
        calls.insert(calls.end(), {t[i], t[i + 1] + half, t[i + 1] + half, t[i + 1]});
    calls.insert(calls.end(), t.begin() + 3, t.end());
    return calls;
}

/// PNDMScheduler on pndm_timesteps. Its predictor is predicts(output, net): nothing is clipped.
/// Noise: none.
struct pndm {
    static constexpr int registers = 6;  ///< state, step's start, Runge-Kutta sum, three outputs
    static constexpr int rows = 4;
    static constexpr int draws = 0;

    model_output output{};
    int stride = 1;  ///< T / n
    bool set_alpha_to_one = false;
    bool skip_prk_steps = false;

    /// Throws bad_argument for predictions that the scheduler has not.
    pndm(const config& c, int n)
        : output{c.prediction_type, false},
          stride(stride_of(c, n)),
          set_alpha_to_one(c.set_alpha_to_one),
          skip_prk_steps(c.skip_prk_steps) {
        if (c.prediction_type == prediction_type::sample)
            throw bad_argument(
                "diffgen: 'prediction_type' is 'sample', which PNDMScheduler has not");
    }

    [[nodiscard]] static int stages(const step&) { return 1; }

    [[nodiscard]] stage plan(const step& s, int) const {
        return !skip_prk_steps && s.remembered() < 12 ? runge_kutta(s) : multistep(s);
    }

  private:
    static constexpr solver::history outputs{3, 3};

    [[nodiscard]] stage runge_kutta(const step& s) const {
        using namespace symbol;
        const int number = s.remembered(), call = number % 4, t = static_cast<int>(s.from().t);
        // the peer takes the start's timestep from the grid's first calls, wherever the run begins
        const int start = static_cast<int>(s.level(number - call).t);
        const int to = call % 2 == 0 ? t - stride / 2 : t;
        stage out = evaluation_stage(s.from());
        if (call == 0)
            return out.write(0, moved(s, start, to, x, network))
                .write(1, x)
                .write(2, network / 6)
                .write(outputs.slot(number / 4), network);
        if (call == 3) return out.write(0, moved(s, start, to, reg(1), reg(2) + network / 6));
        return out.write(0, moved(s, start, to, reg(1), network)).write(2, reg(2) + network / 3);
    }

    [[nodiscard]] stage multistep(const step& s) const {
        using namespace symbol;
        const int t = static_cast<int>(s.from().t);
        stage out = evaluation_stage(s.from());
        if (skip_prk_steps && s.remembered() == 1)  // the first step again
            return out.write(0, moved(s, t + stride, t, reg(1), (network + outputs.value(0)) / 2));
        const int i = skip_prk_steps ? std::max(s.remembered() - 1, 0) : s.remembered() - 9;
        out.write(0, moved(s, t, t - stride, x, solver::adams_bashforth(outputs, network, i, i)));
        if (s.remembered() == 0) out.write(1, x);
        return out.write(outputs.slot(i), network);
    }

    /// DDIM's step of a state between two timesteps, with this output of the network.
    [[nodiscard]] linear_form moved(const step& s, int from_timestep, int to_timestep,
                                    linear_form state, linear_form net) const {
        const noise_level from = indexed_level(s.process, from_timestep);
        const noise_level to = level_or_end(s.process, to_timestep, set_alpha_to_one);
        const linear_form eps = output.type == prediction_type::v_prediction
                                    ? from.alpha * net + from.sigma * state
                                    : net;
        return solver::transferred(from, to, state, eps);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
