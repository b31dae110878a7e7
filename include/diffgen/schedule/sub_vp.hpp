// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The schedule that the sub-VP SDE follows when the beta(t) of a VP schedule drives it: the kernel
// keeps the VP's alpha but has sigma = 1 - alpha^2 (Song et al. 2021, eq. 14).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>

namespace diffgen::inline DIFFGEN_ABI::schedule {

/// log_snr = 2 log(alpha / (1 - alpha^2)), where alpha^2 = sigmoid(log_snr of the VP schedule).
template <class VP>
struct sub_vp {
    VP driver{};

    void check() const { detail::check(driver); }
    [[nodiscard]] double log_snr(double t) const {
        const double l = driver.log_snr(t);
        return 2 * detail::softplus(l) - detail::softplus(-l);
    }
    [[nodiscard]] double log_snr_rate(double t) const {
        const double l = driver.log_snr(t);
        return driver.log_snr_rate(t) * (2 * detail::sigmoid(l) + detail::sigmoid(-l));
    }
    [[nodiscard]] double t_min() const { return driver.t_min(); }
    [[nodiscard]] double t_max() const { return driver.t_max(); }
    [[nodiscard]] double t_clean() const requires requires(const VP& v) { v.t_clean(); }
    { return driver.t_clean(); }
};

template <class VP>
sub_vp(VP) -> sub_vp<VP>;

}  // namespace diffgen::inline DIFFGEN_ABI::schedule

#include <diffgen/core/with_macros.hpp>
