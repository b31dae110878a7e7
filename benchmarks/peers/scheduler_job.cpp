// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Runs of diffusers' schedulers with the options of the job, whose network's output is there before
// the clock starts.

#include <diffgen/compat/diffusers/ddim.hpp>
#include <diffgen/compat/diffusers/ddpm.hpp>
#include <diffgen/compat/diffusers/dpm_multistep.hpp>
#include <diffgen/compat/diffusers/lambda_levels.hpp>
#include <diffgen/compat/diffusers/pipeline/generate.hpp>
#include <diffgen/compat/diffusers/schedule.hpp>
#include <diffgen/compat/diffusers/unipc.hpp>
#include <diffgen/diffgen.hpp>
#include <diffgen/noise/recorded.hpp>

#include "job.hpp"

#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

namespace peers {
namespace {

using namespace diffgen;
namespace diffusers = diffgen::compat::diffusers;

/// A stand-in that both sides round alike: x / (1 + |x|) + t / 10000, t the timestep.
struct network {
    void operator()(batch_view<const float> in, batch_view<float> out, const noise_level& l) const {
        const auto shift = static_cast<float>(1e-4 * l.network_time);
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = in.data[i] / (1 + std::abs(in.data[i])) + shift;
    }
};

/// What of a description no scheduler changes.
struct setting {
    diffusers::config config;
    int steps;
    std::size_t samples;
    std::vector<float> initial;
};

/// Runs a sampler from the initial state, which it leaves in x. The time of advance() alone.
template <class Sampler>
double run(const setting& s, const Sampler& sampler, const options& o, std::vector<float>& x) {
    x = s.initial;
    auto r =
        sampler.start_from(exec::cpp, diffusers::start_time(sampler, o), batch(x, s.samples), o);
    clock::duration time{};
    for (; r;) {
        network{}(r.input(), r.output(), r.level());
        const auto start = clock::now();
        r.advance();
        time += clock::now() - start;
    }
    return std::chrono::duration<double>(time).count();
}

/// The two members of a job: the samples with the given noise, the time with diffgen's own.
template <class Make>
job runs_of(const setting& given, const any_grid& grid, const noise::recorded<float>& recorded,
            std::shared_ptr<const std::vector<float>> noise_memory, Make make) {
    const auto s = std::make_shared<const setting>(given);
    const options o{.steps = s->steps, .grid = grid};
    const auto x = std::make_shared<std::vector<float>>();
    return {[=, kept = std::move(noise_memory)] {
                run(*s, make(recorded), o, *x);
                return *x;
            },
            [=] { return run(*s, make(noise::philox{}), o, *x); }};
}

/// Refuses options that ask for another predictor than `predicts(epsilon{}, network{})`.
void require_plain(const diffusers::config& c, bool clips) {
    if (c.prediction_type != diffusers::prediction_type::epsilon || c.thresholding ||
        c.use_flow_sigmas || clips)
        throw bad_argument("diffgen: the comparison is of epsilon predictions that nothing clips");
}

}  // namespace

job scheduler_job(const json& description) {
    const setting s{diffusers::read_config(description.at("config")), description.get<int>("steps"),
                    description.get<std::size_t>("samples"), read_floats(description, "initial")};
    const diffusers::config& c = s.config;
    const auto noise = std::make_shared<std::vector<float>>();
    if (description.contains("noise")) *noise = read_floats(description, "noise");
    const noise::recorded<float> recorded{
        noise->data(), s.initial.size(),
        static_cast<std::uint32_t>(noise->size() / s.initial.size())};

    const auto by_timestep = [&](auto solver) {
        require_plain(c, c.clip_sample);
        return runs_of(s, diffusers::at_timesteps(diffusers::spaced_timesteps(c, s.steps)),
                       recorded, noise, [c, solver](auto source) {
                           return sampler{diffusers::noise_schedule(c),
                                          kernel::variance_preserving{},
                                          predicts(epsilon{}, network{}), solver, source};
                       });
    };
    const auto by_lambda = [&](auto solver) {
        require_plain(c, false);  // these classes have no option that clips
        const auto grid = diffusers::lambda_levels(c, s.steps);
        const double first = grid.values.front().sigma_over_alpha();
        const schedule::edm any{first / 2, first * (1 + 1e-12)};  // the levels are given
        return runs_of(s, grid, recorded, noise, [any, c, solver](auto source) {
            return sampler{any, diffusers::config_kernel(c), predicts(epsilon{}, network{}), solver,
                           source};
        });
    };
    switch (c.scheduler) {
        case diffusers::scheduler::ddpm:
            return by_timestep(diffusers::ddpm{c.variance_type});
        case diffusers::scheduler::ddim:
            return by_timestep(diffusers::ddim(c, s.steps));
        case diffusers::scheduler::dpm_solver_multistep:
            return by_lambda(diffusers::dpm_multistep(c));
        case diffusers::scheduler::unipc_multistep:
            return by_lambda(diffusers::unipc(c));
        default:
            throw bad_argument("diffgen: the comparison has no " +
                               std::string(diffusers::name(c.scheduler)));
    }
}

}  // namespace peers
