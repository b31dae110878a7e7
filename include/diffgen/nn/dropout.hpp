// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Dropout (Srivastava et al. 2014): in training, units between layers fall out at random and the
// others are scaled up. A network need not know: the weights that it is given say whether it is
// trained.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/noise/source.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// Leaves of a tape with which a network drops units. Which ones is a function of the seed, the
/// step, the sample (the number of a column) and how often units were dropped before in this
/// evaluation.
template <class T>
class dropping {
  public:
    using value_type = variable<T>;

    /// `first` is the number of the sample in column 0. Throws bad_argument unless 0 <= rate < 1.
    dropping(const std::vector<variable<T>>& leaves, double rate, noise::philox random,
             std::uint32_t step, std::uint64_t first)
        : leaves_(&leaves), rate_(rate), random_(random), step_(step), first_(first) {
        require(rate >= 0 && rate < 1, "dropout of ", rate, "; must be from 0 to below 1");
    }
    const variable<T>& operator[](std::size_t i) const { return (*leaves_)[i]; }
    std::size_t size() const { return leaves_->size(); }

    /// x with units dropped.
    variable<T> drop(const variable<T>& x) const {
        const std::uint64_t call = calls_++;
        if (!(rate_ > 0)) return x;
        const auto kept = x.owner().constant(matrix<T>::Zero(x.rows(), x.cols()));
        auto scale = kept.result();
        const T up = static_cast<T>(1 / (1 - rate_));
        const auto limit = static_cast<std::uint32_t>(rate_ * 4294967296.0);
        for (extent j = 0; j < x.cols(); ++j)
            for (extent i = 0; i < x.rows(); i += 4) {
                const std::uint64_t block = (call << 48) |
                                            ((first_ + static_cast<std::uint64_t>(j)) << 20) |
                                            static_cast<std::uint64_t>(i / 4);
                const auto words = random_.words(noise::stream::dropout, step_, block);
                for (extent k = i; k < i + 4 && k < x.rows(); ++k)
                    scale(k, j) = words.word[k - i] < limit ? T(0) : up;
            }
        return x * kept;
    }

  private:
    const std::vector<variable<T>>* leaves_;
    double rate_;
    noise::philox random_;
    std::uint32_t step_;
    std::uint64_t first_;
    mutable std::uint64_t calls_ = 0;
};

/// What a network does to its units between layers: nothing, unless its weights say so.
template <class W, class X>
X dropped(const W& w, const X& h) {
    if constexpr (requires { w.drop(h); })
        return w.drop(h);
    else
        return h;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
