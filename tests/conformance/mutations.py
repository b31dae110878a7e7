# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""The errors that tools/mutation_check seeds: name, file, text, its replacement, and the tests of
this folder that must notice, the likeliest first."""
import typing


class Mutation(typing.NamedTuple):
    name: str
    file: str
    old: str
    new: str
    tests: tuple


def solver(name, file, old, new, *tests):
    return Mutation(name, f"include/diffgen/solver/{file}.hpp", old, new, tests)


def process(name, file, old, new, *tests):
    return Mutation(name, f"include/diffgen/process/{file}.hpp", old, new, tests)


MUTATIONS = [
    solver("ancestral: missing square root", "ancestral",
           "eta * std::sqrt(v) * z", "eta * v * z", "exact"),
    solver("ancestral: noise on the step to the clean end", "ancestral",
           "out.draws = eta > 0 && !to.is_clean()", "out.draws = eta > 0", "declared"),
    solver("ancestral: draws with eta 0", "ancestral",
           "out.draws = eta > 0 && !to.is_clean()", "out.draws = !to.is_clean()", "declared"),
    solver("ancestral: the variances exchanged", "ancestral",
           "variance == solver::variance::posterior ?", "variance != solver::variance::posterior ?",
           "exact"),
    solver("ancestral: alpha of the wrong level", "ancestral",
           "next = to.alpha * D", "next = from.alpha * D", "exact"),
    solver("ddim: wrong sigma", "ddim", "(to.sigma - c) * (to.sigma + c)",
           "(from.sigma - c) * (from.sigma + c)", "exact"),
    solver("ddim: missing square root", "ddim", "std::sqrt(posterior(from, to).variance)",
           "posterior(from, to).variance", "limit"),
    solver("ddim: noise not taken from eps", "ddim", "(to.sigma - c) * (to.sigma + c)",
           "to.sigma * to.sigma", "exact"),
    solver("ddim: alpha for alpha bar", "ddim", "next = to.alpha * D",
           "next = std::sqrt(to.alpha) * D", "exact"),
    solver("euler_maruyama: score not twice the flow's", "euler_maruyama",
           "f * x - g2 * grad_log_q(from)", "f * x - 0.5 * g2 * grad_log_q(from)", "exact"),
    solver("euler_maruyama: coefficients at the end", "euler_maruyama",
           "f = s.process.drift(from.t)", "f = s.process.drift(to.t)", "exact"),
    solver("euler_maruyama: missing square root of the step", "euler_maruyama",
           "std::sqrt(g2 * -dt)", "std::sqrt(g2) * -dt", "exact"),
    solver("euler_maruyama: normal not counted", "euler_maruyama",
           "        out.draws = 1;\n        const double f", "        const double f", "declared"),
    solver("reverse_diffusion: the forward scale", "euler_maruyama",
           "(2 - a) * x", "a * x", "exact"),
    solver("reverse_diffusion: wrong sign of the score", "euler_maruyama",
           "+ G2 * grad_log_q(from)", "- G2 * grad_log_q(from)", "exact"),
    solver("runge_kutta: missing 1/2 in the probability flow", "runge_kutta",
           "0.5 * s.process.diffusion_squared", "s.process.diffusion_squared", "exact"),
    solver("runge_kutta: swapped weights of rk4", "tableau",
           "b{1. / 6, 1. / 3, 1. / 3, 1. / 6}", "b{1. / 3, 1. / 6, 1. / 6, 1. / 3}", "limit"),
    solver("runge_kutta: wrong weights of heun", "tableau",
           "c{0, 1}, b{0.5, 0.5}", "c{0, 1}, b{1, 0}", "limit"),
    solver("runge_kutta: off by one in the slopes", "runge_kutta",
           "weights[static_cast<unsigned>(i)] * symbol::reg(2 + i)",
           "weights[static_cast<unsigned>(i)] * symbol::reg(1 + i)", "exact"),
    solver("runge_kutta: first register for every evaluation", "runge_kutta",
           "const int input = j == 0 ? 0 : 1;\n        const noise_level here",
           "const int input = 0;\n        const noise_level here", "exact"),
    solver("runge_kutta: scale of the wrong level", "runge_kutta",
           "linear_form y = x / V::scale(from)", "linear_form y = x / V::scale(to)", "exact"),
    solver("churn: missing square root", "churn",
           "std::sqrt(product(high, high) - product(low, low))", "high - low", "exact"),
    solver("churn: method from the unraised level", "churn",
           "method.plan(s, j - 1, raised)", "method.plan(s, j - 1)", "exact"),
    solver("churn: noise where gamma is 0", "churn",
           "if (!(gamma(s) > 0)) return method.plan(s, j);\n",
           "if (gamma(s) < 0) return method.plan(s, j);\n", "declared"),
    solver("multistep: off by one in the history", "exponential_multistep",
           "symbol::reg(slot(newest - i))", "symbol::reg(slot(newest - i + 1))", "declared",
           "limit"),
    solver("multistep: nodes of the wrong levels", "exponential_multistep",
           "s.level(newest - i)) - start", "s.level(newest - i + 1)) - start", "limit"),
    solver("multistep: dropped history", "exponential_multistep",
           "const int count = std::min(most, newest - first(s) + 1)",
           "const int count = std::min(most, 1)", "limit"),
    solver("multistep: history not written", "exponential_multistep",
           "        if (history > 0) out.write(slot(s.index), value);\n", "", "declared"),
    solver("multistep: start-up of first order", "exponential_multistep",
           "s.index - first(s) + 1 < Order", "s.index - first(s) + 1 < 1", "declared", "limit"),
    solver("multistep: no corrector", "exponential_multistep",
           "Corrector > 0 && s.index > first(s) ? retaken(s, value) : x",
           "Corrector > 9 && s.index > first(s) ? retaken(s, value) : x", "limit"),
    solver("multistep: normal twice in the corrected state", "exponential_multistep",
           "symbol::reg(carried) +", "symbol::reg(carried) + symbol::z +", "declared"),
    solver("exponential: wrong factor of the noise", "exponential_basis",
           "-std::expm1(-2 * tau * tau", "-std::expm1(-tau * tau", "exact"),
    solver("exponential: wrong rate", "exponential_basis",
           "return 1 + product(tau, tau); }", "return 1 + tau; }", "limit"),
    solver("exponential: wrong sign of the recurrence", "exponential",
           "(1 - product(static_cast<double>(k), psi[k - 1])) / x",
           "(1 + product(static_cast<double>(k), psi[k - 1])) / x", "exact", "grids"),
    solver("exponential: wrong term of the series", "exponential",
           "-x / (k + j + 1)", "-x / (k + j)", "exact"),
    solver("singlestep: inner level at the end", "exponential_single",
           "{0, product(middle, h), product(2. / 3, h)}", "{0, h, product(2. / 3, h)}", "limit"),
    solver("singlestep: one register too many", "exponential_single",
           "Order == 1 ? 0 : 2;", "Order == 1 ? 0 : 3;", "declared"),
    solver("langevin: missing 1/2", "langevin",
           "x + 0.5 * delta * grad_log_q", "x + delta * grad_log_q", "exact"),
    solver("langevin: missing square root", "langevin",
           "std::sqrt(delta) * z", "delta * z", "exact"),
    solver("annealed_langevin: sigma for its square", "langevin",
           "step * level.sigma * level.sigma", "step * level.sigma", "exact"),
    solver("annealed_langevin: alpha not restated", "langevin",
           "to.alpha / from.alpha);", "1);", "exact"),
    solver("predictor_corrector: corrects at the old level", "predictor_corrector",
           "corrector.correct(s.to())", "corrector.correct(s.from())", "exact"),
    solver("predictor_corrector: one correction too few", "predictor_corrector",
           "(s.to().is_clean() ? 0 : corrections)", "(s.to().is_clean() ? 0 : corrections - 1)",
           "exact"),
    process("posterior: wrong variance", "transition",
            "product(-t.sigma * t.sigma,", "product(-s.sigma * s.sigma,", "exact"),
    process("posterior: alpha ratio upside down", "transition",
            "ratio * t.alpha / s.alpha : 0", "ratio * s.alpha / t.alpha : 0", "exact"),
    process("transition: levels exchanged", "transition",
            "return {s.alpha / t.alpha,", "return {t.alpha / s.alpha,", "exact"),
]
