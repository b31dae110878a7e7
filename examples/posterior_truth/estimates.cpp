// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/methods/gradient.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>
#include <diffgen/posterior/methods/projection.hpp>

#include "methods.hpp"
#include "sampling.hpp"

namespace truth {

namespace {

/// The ancestral sampler on the estimate that make(problem) changes.
template <class Make>
method changed(std::string name, Make make) {
    return {std::move(name), [make](const problem& p, int evaluations, Index count) {
                auto predictor = posterior::given(predictor_of(p), p.given, make(p));
                return generate(predictor.network(), p, count,
                                {.steps = evaluations, .seed = 5, .grid = quadratic_times{}});
            }};
}

}  // namespace

std::vector<method> estimates() {
    std::vector<method> all;
    all.push_back({"exact score", [](const problem& p, int evaluations, Index count) {
                       return generate(
                           p.exact, p, count,
                           {.steps = evaluations, .seed = 5, .grid = quadratic_times{}});
                   }});
    all.push_back({"prior", [](const problem& p, int evaluations, Index count) {
                       return generate(
                           p.prior, p, count,
                           {.steps = evaluations, .seed = 5, .grid = quadratic_times{}});
                   }});
    all.push_back(changed("moment_matching", [](const problem&) {
        return posterior::moment_matching{{.iterations = 5}};
    }));
    all.push_back(changed("row_sums", [](const problem&) { return posterior::row_sums{}; }));
    all.push_back(changed("prior_covariance", [](const problem& p) {
        return posterior::prior_covariance(p.prior.covariance());
    }));
    all.push_back(changed("pseudo_inverse_guidance",
                          [](const problem&) { return posterior::pseudo_inverse_guidance{}; }));
    all.push_back(
        changed("dps, inflation 1", [](const problem&) { return posterior::dps{.inflation = 1}; }));
    all.push_back(changed("proximal", [](const problem&) { return posterior::proximal{}; }));
    all.push_back(
        changed("null_space", [](const problem& p) { return posterior::null_space(p.op.a); }));
    return all;
}

}  // namespace truth
