// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A whole run in one pass: plans all stages on the host, then launches the trajectory.

#include <diffgen/exec/evaluate.hpp>
#include <diffgen/exec/options.hpp>
#include <diffgen/exec/run.hpp>
#include <diffgen/exec/trajectory.hpp>
#include <diffgen/exec/with_lanes.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace diffgen::exec {

/// Runs all stages in one pass. Nothing is written to a tile in which a number ceased to be finite.
template <class Exec, class Sampler, class T, class Space>
run_summary run_fused(const Exec& e, const Sampler& s, batch_view<T, Space> x,
                      const std::vector<noise_level>& levels, const options& o, bool from_prior) {
    using solver_type = typename Sampler::solver_type;
    using predictor_type = typename Sampler::predictor_type;
    using shape = shape_of<solver_type>;
    using prepared_type = decltype(bind_level<T>(s.predictor.functor(), level_of<T>{}));
    constexpr int D = elements_of_call<predictor_type>;
    if (from_prior) check_prior<T>(levels.front());
    std::vector<instruction<T, shape>> stages;
    std::vector<prepared_type> prepared;
    run_summary summary;
    std::uint32_t draws = 0;
    step at{process_view(s.process), levels, 0};
    for (const int n = at.count(); n > at.index; ++at.index)
        for (int j = 0; j == 0 || j < s.solver.stages(at); ++j) {
            const prepared_stage p = prepare(s, at, j);
            stages.push_back(compile<T, shape>(
                p.stage, p.to_denoised, {!predictor_type::hook_type::present, false, draws}));
            prepared.push_back(bind_level<T>(s.predictor.functor(), cast_level<T>(p.stage.level)));
            draws += static_cast<std::uint32_t>(p.stage.draws);
            summary.evaluations += p.stage.evaluates ? 1 : 0;
        }
    summary.steps = at.count();
    const int count = static_cast<int>(stages.size());
    buffer<instruction<T, shape>, Space> stage_memory(e, std::move(stages));
    buffer<prepared_type, Space> prepared_memory(e, std::move(prepared));
    buffer<std::uint64_t, Space> failed(e, std::vector<std::uint64_t>{failure::none});
    using pass = trajectory_pass<T, shape, typename predictor_type::combiner_type,
                                 typename predictor_type::hook_type, typename Sampler::noise_type,
                                 D, prepared_type, Exec::tile_capacity>;
    const std::size_t calls = D == 0 ? x.size() : x.samples;
    constexpr std::size_t tile = static_cast<std::size_t>(pass::tile);
    e.for_each(
        (calls + tile - 1) / tile,
        with_lanes<T, pass>{
            {stage_memory.data(), prepared_memory.data(), count, x.data, calls, x.elements,
             o.first_sample * x.elements, from_prior ? static_cast<T>(levels.front().sigma) : T(0),
             s.predictor.combiner(), s.predictor.hook(), seeded(s.noise, o.seed), failed.data()}});
    std::uint64_t code = failure::none;
    buffer<std::uint64_t, Space>::read(e, failed.data(), 1, &code);
    if (code != failure::none) {
        at.index = 0;
        throw_non_finite(code, s.solver, at, o.first_sample);
    }
    return summary;
}

}  // namespace diffgen::exec
