// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A constant of a rule of guidance: one number for the whole batch, or one for each sample.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>

#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI {

/// A number, or a number for each sample of the batch. Of a container it keeps the address: the
/// container must outlive it, and may change between two evaluations.
class of_rows {
  public:
    constexpr of_rows(double all) : all_(all) {}
    template <class X>
    requires(detail::contiguous<std::remove_reference_t<X>>&& detail::outlives_its_expression<X>)
        of_rows(X&& each)  // NOLINT(bugprone-forwarding-reference-overload): it is no container
        : samples_(static_cast<std::size_t>(std::size(each))) {
        set(std::data(each));
    }

    /// The number of a sample.
    [[nodiscard]] double at(std::size_t sample) const {
        return doubles_ != nullptr  ? doubles_[sample]
               : floats_ != nullptr ? static_cast<double>(floats_[sample])
                                    : all_;
    }

    /// Throws bad_argument, naming `what`, where the one number of all rows is not finite.
    void check(const char* what) const {
        if (!is_each()) detail::require(std::isfinite(all_), what, " = ", all_, "; must be finite");
    }
    /// Throws bad_shape where there are numbers of each sample, but not `samples` of them.
    void check_count(const char* what, std::size_t samples) const {
        if (is_each() && samples_ != samples)
            throw bad_shape(detail::text("diffgen: ", samples_, " numbers as ", what,
                                         " for a batch of ", samples, " samples; one a sample"));
    }
    /// The same, and bad_argument where one of them is not finite.
    void check_batch(const char* what, std::size_t samples) const {
        check_count(what, samples);
        if (!is_each()) return;
        for (std::size_t i = 0; i < samples; ++i)
            detail::require(std::isfinite(at(i)), what, " = ", at(i), " for sample ", i,
                            "; must be finite");
    }

    /// Whether there is one for each sample.
    [[nodiscard]] bool is_each() const { return doubles_ != nullptr || floats_ != nullptr; }

  private:
    void set(const double* each) { doubles_ = each; }
    void set(const float* each) { floats_ = each; }

    double all_ = 0;
    const double* doubles_ = nullptr;
    const float* floats_ = nullptr;
    std::size_t samples_ = 0;
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
