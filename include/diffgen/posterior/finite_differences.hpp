// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network without derivatives, given them by differences: on request, since they cost two
// evaluations for each element.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/posterior/rows.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// Calls the network, and has vjp by central differences with the step `step` on every element of
/// its input. Of doubles 1e-5 of the state's size is a good step, of floats 1e-2.
template <class Net>
class finite_differences {
  public:
    /// Throws bad_argument unless step is above 0.
    explicit finite_differences(Net net, double step = 1e-5) : net_(std::move(net)), step_(step) {
        require(detail::is_positive(step), "finite_differences with step = ", step,
                "; must be above 0");
    }

    template <class T, class Level>
    void operator()(batch_view<const T> in, batch_view<T> out, const Level& level) {
        net_(in, out, level);
    }
    /// J'v of every row: element e is the slope of v'net in direction e.
    template <class T, class Level>
    void vjp(batch_view<const T> in, batch_view<const T> v, batch_view<T> out, const Level& level) {
        std::vector<T> moved(in.begin(), in.end()), after(in.size()), before(in.size());
        const auto evaluate = [&](std::size_t e, double by, std::vector<T>& to) {
            for (std::size_t i = 0; i < in.samples; ++i)
                moved[i * in.elements + e] = static_cast<T>(in.sample(i)[e] + by);
            net_(batch_view<const T>(moved.data(), in.samples, in.elements),
                 batch_view<T>(to.data(), in.samples, in.elements), level);
        };
        for (std::size_t e = 0; e < in.elements; ++e) {
            evaluate(e, step_, after);
            evaluate(e, -step_, before);
            for (std::size_t i = 0; i < in.samples; ++i) {
                double sum = 0;
                for (std::size_t k = i * in.elements; k < (i + 1) * in.elements; ++k)
                    sum += (static_cast<double>(after[k]) - static_cast<double>(before[k])) *
                           static_cast<double>(v.data[k]);
                out.sample(i)[e] = static_cast<T>(sum / (2 * step_));
                moved[i * in.elements + e] = in.sample(i)[e];
            }
        }
    }

  private:
    Net net_;
    double step_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
