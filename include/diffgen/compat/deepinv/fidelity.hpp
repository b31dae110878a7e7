// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The data fidelities of deepinv (deepinv/sampling/noisy_datafidelity.py): what their gradient at a
// noisy state is, and what their clip does to the denoised estimate.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/deepinv/denoiser.hpp>
#include <diffgen/posterior/operators/singular_values.hpp>

#include <cmath>
#include <optional>

namespace diffgen::inline DIFFGEN_ABI::compat::deepinv {

struct fidelity {
    enum class kind { none, dps_norm, dps_annealed, noisy, ald, score_sde, ilvr, pigdm, moment };
    kind form = kind::none;
    double weight = 1;
    deepinv::clip clip{};           ///< of the estimate, under dps; the unconditional part too
    std::optional<double> gamma{};  ///< of ald, score_sde, ilvr; the state's noise where none
    int cg_iterations = 50;
    double cg_tolerance = 1e-3, cg_eps = 1e-8;
    bool decomposable = false;  ///< pigdm by the operator's own solution

    [[nodiscard]] bool clips() const {
        return clip && (form == kind::dps_norm || form == kind::dps_annealed);
    }

    /// At u = x_0 + su eps with the estimate d. draw(count) gives the next normals; score_sde and
    /// ilvr draw as many as there are measurements.
    template <class Denoiser, class Operator, class Draw>
    [[nodiscard]] vector gradient(Denoiser& net, const vector& u, double su, const vector& d,
                                  const posterior::measured<Operator>& m, Draw&& draw) const {
        const auto& a = m.op();
        const double noise = m.variance();
        switch (form) {
            case kind::none:
                return vector::Zero(u.size());
            case kind::dps_norm:
            case kind::dps_annealed: {
                const vector e = a.apply(clipped(d, clip)) - m.y(0);
                vector back = a.adjoint(e);
                if (clip)
                    for (Index i = 0; i < d.size(); ++i)
                        if (d[i] < clip->low || d[i] > clip->high) back[i] = 0;
                const double scale = form == kind::dps_norm ? 1 / e.norm() : 1 / (noise + su * su);
                return weight * scale * net.vjp(u, back, su);
            }
            case kind::noisy:
                return weight * a.adjoint(a.apply(u) - m.y(0));
            case kind::ald:
            case kind::score_sde:
            case kind::ilvr: {
                vector y = m.y(0);
                if (form != kind::ald) y += su * draw(y.size());
                const double g = gamma.value_or(su);
                const vector e = a.apply(u) - y;
                const vector back = form == kind::ilvr
                                        ? posterior::pseudo_inverse(posterior::svd_of(a), e)
                                        : vector(a.adjoint(e));
                return weight / (noise + g * g) * back;
            }
            case kind::pigdm:
            case kind::moment:
                break;
        }
        const vector e = a.apply(d) - m.y(0);
        const bool identity = form == kind::pigdm;
        const double spread = identity ? su * su / (1 + su * su) : su * su;
        const auto system = [&](const vector& q) -> vector {
            vector back = a.adjoint(q);
            if (!identity) back = net.vjp(u, back, su);
            return spread * a.apply(back) + noise * q;
        };
        const vector q = identity && decomposable ? vector(a.solve(spread, noise, e))
                                                  : conjugate_gradients(system, e);
        return weight * net.vjp(u, a.adjoint(q), su);
    }

  private:
    template <class System>
    [[nodiscard]] vector conjugate_gradients(System system, const vector& right) const {
        vector x = vector::Zero(right.size()), r = right, p = right;
        double rr = r.squaredNorm();
        const double enough = rr * cg_tolerance * cg_tolerance;
        for (int turn = 0; turn < cg_iterations; ++turn) {
            const vector mp = system(p);
            const double step = rr / (p.dot(mp) + cg_eps);
            x += step * p;
            r -= step * mp;
            const double next = r.squaredNorm();
            if (next < enough) break;
            p = r + next / (rr + cg_eps) * p;
            rr = next;
        }
        return x;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::deepinv

#include <diffgen/core/with_macros.hpp>
