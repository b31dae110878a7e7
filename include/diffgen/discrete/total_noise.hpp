// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Noise schedules of levels: the total noise sigma(t), so that a corruption that redraws keeps a
// level to time t with probability e^-sigma(t), and its rate sigma'(t). t runs from 0, data, to 1
// (Lou et al. 2024, section 3.3 and appendix C.1; Sahoo et al. 2024, appendix E.1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>

#include <cmath>
#include <concepts>

namespace diffgen::inline DIFFGEN_ABI::discrete {

template <class S>
concept noise_schedule = requires(const S& s, double t) {
    { s.total(t) } -> std::convertible_to<double>;
    { s.rate(t) } -> std::convertible_to<double>;
};

/// The probability that a level is kept to time t, and minus its derivative: what formulas that
/// stay finite where sigma does not are written in.
template <noise_schedule S>
[[nodiscard]] double kept(const S& s, double t) {
    if constexpr (requires { s.kept(t); })
        return s.kept(t);
    else
        return std::exp(-s.total(t));
}

namespace detail {

inline constexpr double half_pi = 1.57079632679489661923;

inline void check_least(double least, const char* name) {
    diffgen::detail::require(least >= 0 && least < 1, name, " keeps at least ", least,
                             "; must be in [0, 1)");
}

}  // namespace detail

/// kept = 1 - (1 - least) t: the share of masks grows along a line. At least = 0 nothing of the
/// data is left at t = 1, and sigma is infinite there.
struct log_linear {
    double least = 1e-3;

    [[nodiscard]] double total(double t) const { return -std::log1p(-(1 - least) * t); }
    [[nodiscard]] double rate(double t) const { return (1 - least) / kept(t); }
    [[nodiscard]] double kept(double t) const { return 1 - (1 - least) * t; }
    void check() const { detail::check_least(least, "log_linear"); }
};

/// kept = least + (1 - least) cos(pi t / 2).
struct cosine {
    double least = 1e-3;

    [[nodiscard]] double total(double t) const { return -std::log(kept(t)); }
    [[nodiscard]] double rate(double t) const {
        return (1 - least) * detail::half_pi * std::sin(detail::half_pi * t) / kept(t);
    }
    [[nodiscard]] double kept(double t) const {
        return least + (1 - least) * std::cos(detail::half_pi * t);
    }
    void check() const { detail::check_least(least, "cosine"); }
};

/// kept = least + (1 - least) cos^2(pi t / 2).
struct cosine_squared {
    double least = 1e-3;

    [[nodiscard]] double total(double t) const { return -std::log(kept(t)); }
    [[nodiscard]] double rate(double t) const {
        return (1 - least) * detail::half_pi * std::sin(2 * detail::half_pi * t) / kept(t);
    }
    [[nodiscard]] double kept(double t) const {
        const double c = std::cos(detail::half_pi * t);
        return least + (1 - least) * c * c;
    }
    void check() const { detail::check_least(least, "cosine_squared"); }
};

/// sigma = first^(1 - t) last^t. There is some noise at t = 0 too; a run ends with a step without.
struct geometric {
    double first = 1e-3, last = 20;

    [[nodiscard]] double total(double t) const {
        return std::pow(first, 1 - t) * std::pow(last, t);
    }
    [[nodiscard]] double rate(double t) const { return total(t) * std::log(last / first); }
    void check() const {
        diffgen::detail::require(first > 0 && first < last && std::isfinite(last),
                                 "geometric noise from ", first, " to ", last,
                                 "; must rise from above 0");
    }
};

/// sigma = first + (last - first) t.
struct linear {
    double first = 0, last = 20;

    [[nodiscard]] double total(double t) const { return first + (last - first) * t; }
    [[nodiscard]] double rate(double) const { return last - first; }
    void check() const {
        diffgen::detail::require(first >= 0 && first < last && std::isfinite(last),
                                 "linear noise from ", first, " to ", last,
                                 "; must rise from 0 or above");
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
