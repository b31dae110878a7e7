// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The rules of other implementations. They draw one after the other, so that each sample of
// deepinv's is a run by itself.

#include <diffgen/compat/azula/measured_samplers.hpp>
#include <diffgen/compat/deepinv/ddrm.hpp>
#include <diffgen/compat/deepinv/posterior_diffusion.hpp>
#include <diffgen/posterior/methods/moment_matching.hpp>

#include "methods.hpp"
#include "sampling.hpp"

#include <cmath>
#include <utility>

namespace truth {

namespace {

namespace azula = diffgen::compat::azula;
namespace deepinv = diffgen::compat::deepinv;

/// Normals, one draw after the other.
struct draws {
    std::uint32_t next = 1000;
    matrix operator()(Index rows, Index cols) { return normals(rows, cols, next++); }
    vector operator()(Index count) { return normals(count, 1, next++); }
};

/// From pure noise at t = 1, on azula's variance-preserving schedule.
template <class Run>
matrix with_azula(const problem& p, int evaluations, Index count, Run run) {
    const auto levels =
        azula::schedule{.alpha_min = 0.01, .sigma_min = 0.01}.levels(1, 0, evaluations);
    draws d;
    const matrix start = levels[0].sigma * d(p.prior.dimension(), count);
    return run(levels, start, d);
}

matrix azula_dps(const problem& p, int evaluations, Index count) {
    return with_azula(p, evaluations, count, [&](const auto& levels, const matrix& x, draws& d) {
        return azula::dps(1, predictor_of(p), p.given, levels, x, d).back();
    });
}
matrix azula_pgdm(const problem& p, int evaluations, Index count) {
    return with_azula(p, evaluations, count, [&](const auto& levels, const matrix& x, draws& d) {
        return azula::pgdm(1, predictor_of(p), p.given, levels, x, d).back();
    });
}
matrix azula_mmps(const problem& p, int evaluations, Index count) {
    return with_azula(p, evaluations, count, [&](const auto& levels, const matrix& x, draws& d) {
        return azula::sample(azula::sampler::ddpm, 1,
                             posterior::given(predictor_of(p), p.given,
                                              posterior::moment_matching{{.iterations = 1}}),
                             levels, x, d)
            .samples.back();
    });
}
matrix azula_tds(const problem& p, int evaluations, Index count) {
    return with_azula(p, evaluations, count, [&](const auto& levels, const matrix& x, draws& d) {
        std::uint64_t drawn = 0;
        const auto uniforms = [&](Index n) {
            std::vector<double> u;
            for (Index i = 0; i < n; ++i)
                u.push_back(diffgen::noise::philox{3}.uniform<double>(
                    diffgen::noise::stream::acceptance, 0, drawn++));
            return u;
        };
        matrix all(x.rows(), count);
        for (Index g = 0; g < count; g += 64)
            all.middleCols(g, 64) =
                azula::tds(1, predictor_of(p), p.given, levels, x.middleCols(g, 64), d, uniforms)
                    .samples.back();
        return all;
    });
}

matrix deepinv_ddrm(const problem& p, int evaluations, Index count) {
    const auto& svd = p.op.a.svd();
    const Eigen::JacobiSVD<matrix> whole(posterior::matrix_of(p.op.a),
                                         Eigen::ComputeFullU | Eigen::ComputeFullV);
    vector values = vector::Zero(p.prior.dimension());
    values.head(svd.values.size()) = svd.values;
    std::vector<double> sigmas;
    for (int i = 0; i < evaluations; ++i)
        sigmas.push_back(20 * std::pow(0.01 / 20, static_cast<double>(i) / (evaluations - 1)));
    draws d;
    matrix x(p.prior.dimension(), count);
    for (Index i = 0; i < count; ++i)
        x.col(i) = deepinv::ddrm{}(predictor_of(p), whole.matrixU(), values, whole.matrixV(),
                                   vector(p.given.y(0)), p.given.sigma(), sigmas, d)
                       .result;
    return x;
}

matrix deepinv_dps(const problem& p, int evaluations, Index count) {
    deepinv::posterior_diffusion s;
    s.fidelity.form = deepinv::fidelity::kind::dps_norm;
    s.solver = deepinv::sde_solver::ddpm;
    s.minus_one_one = false;
    std::vector<double> times;
    for (int i = 0; i <= evaluations; ++i)
        times.push_back(1 - static_cast<double>(i) / evaluations);
    draws d;
    matrix x(p.prior.dimension(), count);
    for (Index i = 0; i < count; ++i)
        x.col(i) = s(predictor_of(p), p.given, times, d(x.rows()), d).result;
    return x;
}

}  // namespace

std::vector<method> peers() {
    return {{"azula: DPSSampler", azula_dps},    {"azula: PGDMSampler", azula_pgdm},
            {"azula: MMPSDenoiser", azula_mmps}, {"azula: TDSSampler, 64", azula_tds},
            {"deepinv: DDRM", deepinv_ddrm},     {"deepinv: DPS", deepinv_dps}};
}

}  // namespace truth
