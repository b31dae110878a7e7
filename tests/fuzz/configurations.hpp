// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Configurations of another implementation's schedulers, up to the levels of a run.

#include <diffgen/compat/diffusers/pipeline.hpp>

#include "fuzzing.hpp"

#include <cmath>
#include <cstddef>

namespace fuzz {

struct quartering {
    void operator()(diffgen::batch_view<const double> in, diffgen::batch_view<double> out,
                    const diffgen::noise_level&) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = in.data[i] / 4;
    }
};

inline void scheduler_config(input data) {
    namespace diffusers = diffgen::compat::diffusers;
    const scratch_file file(data);
    diffusers::config c;
    if (!accepts(file.path().string(), [&] { c = diffusers::load_config(file.path()); })) return;
    accepts("", [&] {
        diffusers::with_scheduler(
            c, {.num_inference_steps = 3}, quartering{},
            [](auto& s, const diffgen::options& o, double sigma) {
                require(sigma == sigma, "an initial deviation of NaN");
                for (const auto& level : s.levels(o))
                    require(level.sigma == level.sigma && level.alpha == level.alpha,
                            "a level of NaN");
            });
    });
}

}  // namespace fuzz
