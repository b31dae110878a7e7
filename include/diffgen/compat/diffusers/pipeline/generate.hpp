// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a program does with the sampler that a configuration asks for: a run; and how it reads the
// configuration.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/read_config.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/json.hpp>
#include <diffgen/options.hpp>
#include <diffgen/sampler.hpp>

#include <algorithm>
#include <cstddef>
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

/// The time at which a run with these options starts: that of the step with which it begins.
template <class Sampler>
[[nodiscard]] double start_time(const Sampler& s, const options& o) {
    const auto levels = s.levels(o);
    static_cast<void>(diffgen::detail::end_of(o, static_cast<int>(levels.size()) - 1));
    const double t = s.process.time(levels[static_cast<std::size_t>(o.begin_step)].log_snr);
    return std::min(t, s.process.t_max());  // an inverse can miss the last time by a rounding
}

/// What a run of a configuration begins with.
enum class start {
    noise,  ///< that of the grid's first level, drawn
    given,  ///< x as it stands
    data,   ///< x, to which the noise of the run's first level is added
};

/// A `use` of with_scheduler and its families: runs the sampler on x. Nothing is written to x where
/// the run cannot be planned.
template <class Exec, class X>
struct generating {
    const Exec& exec;
    X& x;
    const options& given;  ///< all but steps and grid count
    start from = start::noise;

    template <class Sampler>
    run_summary operator()(Sampler& s, options o, double initial_sigma) const {
        require_one_beginning(o);
        o.seed = given.seed;
        o.first_sample = given.first_sample;
        o.observe = given.observe;
        o.begin_step = std::max(o.begin_step, given.begin_step);
        o.end_step = given.end_step;
        auto run = s.keep_from(exec, x, o);
        const auto v = state_traits<std::remove_cv_t<X>>::view(x);
        const auto source = exec::seeded(s.noise, o.seed);
        using T = typename decltype(v)::value_type;
        if (from == start::noise) exec::draw_prior(exec, v, initial_sigma, source, o.first_sample);
        if (from == start::data) {
            const noise_level l = s.levels(o)[static_cast<std::size_t>(o.begin_step)];
            exec::add_noise_to(exec, v, exec::single_cohort<level_of<T>>{cast_level<T>(l)},
                               noise::stream::forward, source, o.first_sample);
        }
        return run(o.seed);
    }

  private:
    void require_one_beginning(const options& o) const {
        diffgen::detail::require(o.begin_step == 0 || given.begin_step == 0,
                                 "both 'strength' and options::begin_step = ", given.begin_step);
        const int begin = std::max(o.begin_step, given.begin_step);
        diffgen::detail::require(
            begin == 0 || from != start::noise, "a run from noise that begins at step ", begin,
            " by 'strength' or options::begin_step; give it data (generate_from_data) or the state "
            "there (generate_from)");
    }
};
template <class Exec, class X>
generating(const Exec&, X&, const options&) -> generating<Exec, X>;
template <class Exec, class X>
generating(const Exec&, X&, const options&, start) -> generating<Exec, X>;

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
