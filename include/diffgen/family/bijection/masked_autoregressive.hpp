// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Masked autoregressive flow (Papamakarios et al. 2017, equations 3 to 5): each feature goes
// through a function whose parameters a masked network makes of the features before it. One pass
// forward; D passes back.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/bijection/coupling.hpp>
#include <diffgen/family/mapped.hpp>

#include <utility>

namespace diffgen::inline DIFFGEN_ABI::family {

template <class Function, class Network>
class masked_autoregressive {
  public:
    masked_autoregressive(int features, Function function, Network network,
                          const parameter_layout& layout = {})
        : features_(features),
          function_(std::move(function)),
          network_(std::move(network)),
          rows_(layout, function_.arity(), features) {
        require(features >= 1, "an autoregressive map of ", features, " features");
        diffgen::detail::check(function_);
    }
    const Network& network() const { return network_; }

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        check_features(x, features_, "an autoregressive map");
        auto m = function_.forward(parameters(w, x), x);
        m.log_det = sum_over_rows(m.log_det);
        return m;
    }
    /// After pass k the first k features of the order are right, whatever the order is.
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        check_features(y, features_, "an autoregressive map");
        mapped<X> m{filled_like(y, number_of<X>(0)), y};
        for (int pass = 0; pass < features_; ++pass)
            m = function_.inverse(parameters(w, m.value), y);
        m.log_det = sum_over_rows(m.log_det);
        return m;
    }

  private:
    template <class W, class X>
    auto parameters(const W& w, const X& x) const {
        return rows_.read(network_(w, x));
    }

    int features_;
    Function function_;
    Network network_;
    parameter_rows rows_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
