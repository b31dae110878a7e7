// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one process of all methods, and its samplers for a network of any kind.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>

#include "problem.hpp"

#include <functional>
#include <utility>

namespace truth {

/// Any network, so that there is one type of sampler.
using network = std::function<void(diffgen::batch_view<const double>, diffgen::batch_view<double>,
                                   const diffgen::noise_level&)>;

template <class Solver, class Predictor>
auto sampler_of(Solver solver, Predictor p) {
    return diffgen::sampler{diffgen::schedule::linear_beta{},
                            diffgen::kernel::variance_preserving{}, std::move(p), solver};
}

inline auto predictor_of(const problem& p) {
    return diffgen::predicts(diffgen::denoised{}, p.prior);
}

/// Times closer together towards the data.
struct quadratic_times {
    [[nodiscard]] std::vector<diffgen::noise_level> levels(const diffgen::process_view& p,
                                                           int n) const {
        std::vector<diffgen::noise_level> all;
        const double clean = p.clean().t;
        for (int k = n; k > 0; --k) {
            const double u = static_cast<double>(k) / n;
            all.push_back(p.level(clean + (p.t_max() - clean) * u * u));
        }
        all.push_back(p.clean());
        return all;
    }
};

inline matrix generate(const network& net, const problem& p, Index count,
                       const diffgen::options& o) {
    const auto s =
        sampler_of(diffgen::solver::ancestral{}, diffgen::predicts(diffgen::denoised{}, net));
    matrix x(p.prior.dimension(), count);
    s.generate(diffgen::exec::cpp,
               diffgen::batch(x.data(), static_cast<std::size_t>(x.size()),
                              static_cast<std::size_t>(count)),
               o);
    return x;
}

}  // namespace truth
