// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: this posterior method differentiates the network, which has no member
// vjp
#include <diffgen/posterior/finite_differences.hpp>
#include <diffgen/posterior/given.hpp>
#include <diffgen/posterior/methods/gradient.hpp>
#include <diffgen/posterior/operators/selection.hpp>

using namespace diffgen;

struct network {
    template <class Level>
    void operator()(batch_view<const double> in, batch_view<double> out, const Level&) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = in.data[i] / 2;
    }
};

void use(batch_view<const double> in, batch_view<double> out) {
#ifdef TWIN
    const posterior::finite_differences net{network{}};
#else
    const network net{};
#endif
    auto p = posterior::given(
        predicts(denoised{}, net),
        posterior::measured(posterior::identity(2), posterior::vector::Ones(2), 0.1),
        posterior::dps{});
    p.call(in, out, noise_level{.alpha = 0.8, .sigma = 0.6});
}
