// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a program does with the sampler that a configuration asks for: a run; and how it reads the
// configuration.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/read_config.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/json.hpp>
#include <diffgen/options.hpp>
#include <diffgen/sampler.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// The configuration in a scheduler_config.json. Throws bad_file, and what read_config throws.
[[nodiscard]] inline config load_config(const std::filesystem::path& file) {
    return io::detail::naming<unsupported>(file.string(),
                                           [&] { return read_config(io::read_json(file)); });
}
/// The configuration in a text. Throws bad_file, and what read_config throws.
[[nodiscard]] inline config parse_config(std::string_view text) {
    return read_config(io::parse_json(text, "the configuration of a scheduler"));
}

/// The time at which a run with these options starts, for sampler::generate_from.
template <class Sampler>
[[nodiscard]] double start_time(const Sampler& s, const options& o) {
    const double t = s.process.time(s.levels(o).front().log_snr);
    return std::min(t, s.process.t_max());  // an inverse can miss the last time by a rounding
}

/// A `use` of with_scheduler and its families: runs the sampler on x, from noise or from the x that
/// is given.
template <class Exec, class X>
struct generating {
    const Exec& exec;
    X& x;
    const options& given;  ///< seed, first_sample and observe count
    bool from_noise = true;

    template <class Sampler>
    run_summary operator()(Sampler& s, options o, double initial_sigma) const {
        o.seed = given.seed;
        o.first_sample = given.first_sample;
        o.observe = given.observe;
        const double start = start_time(s, o);
        if (from_noise) draw(s, initial_sigma);
        return s.generate_from(exec, start, x, o);
    }

  private:
    template <class Sampler>
    void draw(const Sampler& s, double sigma) const {
        const auto v = state_traits<std::remove_cv_t<X>>::view(x);
        exec::draw_prior(exec, v, sigma, exec::seeded(s.noise, given.seed), given.first_sample);
    }
};
template <class Exec, class X>
generating(const Exec&, X&, const options&) -> generating<Exec, X>;
template <class Exec, class X>
generating(const Exec&, X&, const options&, bool) -> generating<Exec, X>;

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
