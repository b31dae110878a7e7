// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of the guiders of diffusers (diffusers.guiders, 0.42), and how they are read.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/unsupported.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/io/json_value.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

enum class guidance {
    classifier_free,
    zero_star,
    tangential,
    magnitude_aware,
    adaptive_projected,
};

/// Every member bears the option's name and its default; those of other classes do not count.
struct guider_options {
    diffusers::guidance guidance = guidance::classifier_free;
    double guidance_scale = 7.5;
    double guidance_rescale = 0;
    bool use_original_formulation = false;  ///< from the conditional output on, not the other
    double start = 0;                       ///< from this share of the steps on
    double stop = 1;                        ///< before this share of the steps
    int zero_init_steps = 1;                ///< zero star
    double alpha = 8;                       ///< magnitude-aware
    double eta = 1;                         ///< adaptive projected: of the parallel part
    double adaptive_projected_guidance_rescale = 15;  ///< its largest norm; 0: any
    std::optional<double> adaptive_projected_guidance_momentum{};
    /// The axes of its norms; none: all but the first, which is the batch.
    std::optional<std::vector<int>> adaptive_projected_guidance_norm_dim{};

    /// Throws bad_argument where a number is not finite, or start and stop are no part of 0 to 1.
    void check() const {
        const auto finite = [](const char* key, double v) {
            diffgen::detail::require(std::isfinite(v), "'", key, "' = ", v, "; must be finite");
        };
        finite("guidance_scale", guidance_scale);
        finite("guidance_rescale", guidance_rescale);
        finite("alpha", alpha);
        finite("eta", eta);
        finite("adaptive_projected_guidance_rescale", adaptive_projected_guidance_rescale);
        finite("adaptive_projected_guidance_momentum",
               adaptive_projected_guidance_momentum.value_or(0));
        diffgen::detail::require(start >= 0 && start < 1, "'start' = ", start,
                                 "; must be 0 or above, and below 1");
        diffgen::detail::require(stop >= start && stop <= 1, "'stop' = ", stop,
                                 "; must be 'start' or above, and at most 1");
    }
};

namespace detail {

/// The guidance of a class.
inline diffusers::guidance guidance_of(std::string_view name) {
    constexpr std::pair<std::string_view, diffusers::guidance> names[] = {
        {"ClassifierFreeGuidance", guidance::classifier_free},
        {"ClassifierFreeZeroStarGuidance", guidance::zero_star},
        {"TangentialClassifierFreeGuidance", guidance::tangential},
        {"MagnitudeAwareGuidance", guidance::magnitude_aware},
        {"AdaptiveProjectedGuidance", guidance::adaptive_projected},
    };
    for (const auto& [known, value] : names)
        if (known == name) return value;
    throw unsupported(
        diffgen::detail::text("diffgen: the guider '", std::string(name), "' of diffusers"));
}

}  // namespace detail

/// The options of the class `name` ("ClassifierFreeGuidance", ...), as its constructor takes them;
/// what is missing takes its default. Throws compat::unsupported for another class or option,
/// bad_argument for a value of the wrong kind; both name the key.
[[nodiscard]] inline guider_options read_guider(std::string_view name, const io::json& options) {
    guider_options o;
    o.guidance = detail::guidance_of(name);
    if (o.guidance == guidance::magnitude_aware) o.guidance_scale = 10;
    const auto one_of = [&](diffusers::guidance g) { return o.guidance == g; };
    for (const auto& [key, value] : options.members()) {
        const auto number = [&, &k = key](double& to) { to = options.get<double>(k); };
        if (key == "guidance_scale") {
            number(o.guidance_scale);
        } else if (key == "guidance_rescale") {
            number(o.guidance_rescale);
        } else if (key == "use_original_formulation") {
            o.use_original_formulation = options.get<bool>(key);
        } else if (key == "start") {
            number(o.start);
        } else if (key == "stop") {
            number(o.stop);
        } else if (key == "enabled" && options.get<bool>(key)) {
            continue;
        } else if (key == "zero_init_steps" && one_of(guidance::zero_star)) {
            o.zero_init_steps = options.get<int>(key);
        } else if (key == "alpha" && one_of(guidance::magnitude_aware)) {
            number(o.alpha);
        } else if (key == "eta" && one_of(guidance::adaptive_projected)) {
            number(o.eta);
        } else if (key == "adaptive_projected_guidance_rescale" &&
                   one_of(guidance::adaptive_projected)) {
            number(o.adaptive_projected_guidance_rescale);
        } else if (key == "adaptive_projected_guidance_momentum" &&
                   one_of(guidance::adaptive_projected)) {
            if (!value.is_null()) o.adaptive_projected_guidance_momentum = options.get<double>(key);
        } else if (key == "adaptive_projected_guidance_norm_dim" &&
                   one_of(guidance::adaptive_projected)) {
            if (value.is_array())
                o.adaptive_projected_guidance_norm_dim = options.get<std::vector<int>>(key);
            else if (!value.is_null())
                o.adaptive_projected_guidance_norm_dim = {options.get<int>(key)};
        } else {
            throw unsupported(
                diffgen::detail::text("diffgen: the option '", key, "' of ", std::string(name)));
        }
    }
    o.check();
    return o;
}

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
