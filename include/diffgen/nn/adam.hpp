// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Adam with bias correction (Kingma and Ba 2015, algorithm 1) and decoupled weight decay
// (Loshchilov and Hutter 2019, algorithm 2).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/matrix.hpp>

#include <cmath>
#include <cstdint>
#include <span>

namespace diffgen::inline DIFFGEN_ABI::nn {

struct adam {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;

    /// Update number `step` (from 1 on) of weights w by the gradient g, which is first multiplied
    /// by `scale`; m and v are the running moments. All of one length.
    template <class T>
    void update(std::span<T> w, std::span<const T> g, std::span<T> m, std::span<T> v,
                std::int64_t step, double rate, double scale = 1) const {
        using array = Eigen::Array<T, Eigen::Dynamic, 1>;
        const auto n = static_cast<extent>(w.size());
        Eigen::Map<array> weights(w.data(), n), first(m.data(), n), second(v.data(), n);
        const Eigen::Map<const array> gradient(g.data(), n);
        const double correction1 = 1 - std::pow(beta1, static_cast<double>(step));
        const double correction2 = 1 - std::pow(beta2, static_cast<double>(step));
        const T b1 = static_cast<T>(beta1), c1 = static_cast<T>((1 - beta1) * scale);
        const T b2 = static_cast<T>(beta2), c2 = static_cast<T>((1 - beta2) * scale * scale);
        first = b1 * first + c1 * gradient;
        second = b2 * second + c2 * gradient.square();
        // m / correction1 / (sqrt(v / correction2) + epsilon), with the corrections taken out.
        const T pace = static_cast<T>(rate * std::sqrt(correction2) / correction1);
        const T floor = static_cast<T>(epsilon * std::sqrt(correction2));
        weights = static_cast<T>(1 - rate * weight_decay) * weights -
                  pace * first / (second.sqrt() + floor);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
