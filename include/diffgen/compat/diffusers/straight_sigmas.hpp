// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// 'use_flow_sigmas': the levels of a straight path, for the solvers of diffusers that work in
// lambda.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/config.hpp>
#include <diffgen/core/lanes/scalar.hpp>

#include <cmath>
#include <optional>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

namespace detail {

/// n levels of a straight path, in the peer's own floating-point operations: timesteps are whole
/// parts of their multiples.
inline std::vector<double> straight_sigmas(const config& c, int n) {
    const double last = 1. / c.num_train_timesteps, step = (last - 1) / n;
    const auto point = [&](int i) {
        return i == n ? last : product(static_cast<double>(i), step) + 1;
    };
    std::vector<double> sigmas;
    for (int i = 0; i < n; ++i)
        sigmas.push_back(c.scheduler == scheduler::unipc_multistep ? point(i) : 1 - point(n - i));
    return sigmas;
}

/// The same shifted (Esser et al. 2024, eq. 23), and stretched to 'shift_terminal'.
inline std::vector<double> flow_sigmas(const config& c, std::vector<double> sigmas) {
    for (double& s : sigmas)
        s = product(c.flow_shift, s) / (1 + product(c.flow_shift - 1, s));
    if (c.scheduler != scheduler::unipc_multistep) return sigmas;
    if (c.shift_terminal && *c.shift_terminal != 0) {
        const double stretch = (1 - sigmas.back()) / (1 - *c.shift_terminal);
        for (double& s : sigmas)
            s = 1 - (1 - s) / stretch;
    }
    if (std::abs(sigmas[0] - 1) < 1e-6) sigmas[0] -= 1e-6;
    return sigmas;
}

}  // namespace detail

/// The configuration with its 'flow_shift' replaced by that of `mu`. Throws compat::unsupported.
[[nodiscard]] inline config shifted(config c, const std::optional<double>& mu) {
    const bool unipc = c.scheduler == scheduler::unipc_multistep;
    if (unipc && !c.use_dynamic_shifting) return c;
    const bool exponential = c.time_shift_type == time_shift_type::exponential;
    if (unipc ? !mu : mu && !(c.use_dynamic_shifting && exponential))
        throw unsupported(diffgen::detail::text("diffgen: 'use_dynamic_shifting' is ",
                                                c.use_dynamic_shifting, ", 'time_shift_type' is '",
                                                name(c.time_shift_type), "' and a mu is ",
                                                mu ? "given" : "missing"));
    if (mu) c.flow_shift = exponential ? std::exp(*mu) : *mu;
    return c;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
