// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Elements on a lattice of levels, each with probabilities of its own and independent of the
// others: an exact density, and in closed form the posterior of an element over its levels under
// any noise. Alone it is the histogram of pixels, the first row of every table; beside a network,
// what the network need not learn (with_levels.hpp).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/density/kind.hpp>
#include <diffgen/likelihood/functions.hpp>
#include <diffgen/likelihood/levels.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

class independent_levels {
  public:
    using kind = exact;

    /// probabilities: elements x levels, of any positive sum for each element. Throws bad_shape,
    /// bad_argument.
    independent_levels(likelihood::lattice levels, std::vector<double> probabilities)
        : levels_(levels), log_p_(std::move(probabilities)) {
        levels.check();
        if (log_p_.empty() || log_p_.size() % count() != 0)
            throw bad_shape(diffgen::detail::text(
                "diffgen: ", log_p_.size(), " probabilities for elements of ", count(), " levels"));
        for (std::size_t d = 0; d < elements(); ++d) {
            double total = 0;
            for (std::size_t k = 0; k < count(); ++k) {
                const double p = log_p_[d * count() + k];
                require(p >= 0 && std::isfinite(p), "level ", k, " of element ", d,
                        " has the probability ", p);
                total += p;
            }
            require(total > 0, "the levels of element ", d, " have no probability");
            for (std::size_t k = 0; k < count(); ++k)
                log_p_[d * count() + k] = std::log(log_p_[d * count() + k] / total);
        }
    }

    /// Every level as likely.
    [[nodiscard]] static independent_levels uniform(likelihood::lattice levels,
                                                    std::size_t elements) {
        return {levels, std::vector<double>(elements * static_cast<std::size_t>(levels.count), 1.)};
    }
    /// The shares of the levels in samples, with `pseudo` added to every count.
    template <class T>
    [[nodiscard]] static independent_levels counted(likelihood::lattice levels,
                                                    batch_view<const T> x, double pseudo = 0.3) {
        std::vector<double> counts(x.elements * static_cast<std::size_t>(levels.count), pseudo);
        for (std::size_t i = 0; i < x.size(); ++i)
            ++counts[i % x.elements * static_cast<std::size_t>(levels.count) +
                     static_cast<std::size_t>(levels.level(static_cast<double>(x.data[i])))];
        return {levels, std::move(counts)};
    }

    [[nodiscard]] const likelihood::lattice& levels() const { return levels_; }
    [[nodiscard]] std::size_t elements() const { return log_p_.size() / count(); }

    /// log P of the levels of each sample, in nats.
    template <class T>
    [[nodiscard]] log_densities<exact> log_density(batch_view<const T> x) const {
        check_elements(x.elements);
        log_densities<exact> found;
        for (std::size_t i = 0; i < x.samples; ++i) {
            double sum = 0;
            for (std::size_t d = 0; d < x.elements; ++d)
                sum += log_p_[d * count() + static_cast<std::size_t>(levels_.level(
                                                static_cast<double>(x.sample(i)[d])))];
            found.values.push_back(sum);
        }
        return found;
    }
    template <class T>
    [[nodiscard]] log_densities<exact> log_density(batch_view<T> x) const {
        return log_density(batch_view<const T>(x));
    }

    /// Mean and variance of element d given its noisy value x, with as much known besides as a
    /// normal measurement `beside` of deviation `deviation` tells; infinite: nothing.
    struct moments {
        double mean, variance;
    };
    [[nodiscard]] moments posterior(std::size_t d, double x, const noise_level& l,
                                    double beside = 0,
                                    double deviation = diffgen::detail::infinity) const {
        const double precision = 1 / (l.sigma * l.sigma), other = 1 / (deviation * deviation);
        const auto logit = [&](std::size_t k) {
            const double v = levels_.value(static_cast<int>(k)), r = x - l.alpha * v,
                         s = beside - v;
            return log_p_[d * count() + k] - 0.5 * (precision * r * r + other * s * s);
        };
        double top = -diffgen::detail::infinity;
        for (std::size_t k = 0; k < count(); ++k)
            top = std::max(top, logit(k));
        double sum = 0, first = 0, second = 0;
        for (std::size_t k = 0; k < count(); ++k) {
            const double w = std::exp(logit(k) - top), v = levels_.value(static_cast<int>(k));
            sum += w;
            first += w * v;
            second += w * v * v;
        }
        const double mean = first / sum;
        return {mean, second / sum - mean * mean};
    }

    // As a batched network of denoised estimates, with its Jacobian, which is diagonal.
    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out, const noise_level& l) const {
        (*this)(in, out, std::span<const noise_level>(&l, 1));
    }
    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out,
                    std::span<const noise_level> levels) const {
        each(in, levels, [&](std::size_t i, std::size_t, const moments& m, const noise_level&) {
            out.data[i] = static_cast<T>(m.mean);
        });
    }
    template <class T>
    void jvp(batch_view<const T> in, batch_view<const T> v, batch_view<T> out,
             const noise_level& l) const {
        each(in, {&l, 1}, [&](std::size_t i, std::size_t, const moments& m, const noise_level& at) {
            out.data[i] = static_cast<T>(slope(m, at) * static_cast<double>(v.data[i]));
        });
    }
    template <class T>
    void divergence(batch_view<const T> in, batch_view<T> out, const noise_level& l) const {
        for (std::size_t row = 0; row < in.samples; ++row)
            out.data[row] = T(0);
        each(in, {&l, 1},
             [&](std::size_t, std::size_t row, const moments& m, const noise_level& at) {
                 out.data[row] += static_cast<T>(slope(m, at));
             });
    }

  private:
    [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(levels_.count); }
    /// d E[x_0 | x] / dx.
    [[nodiscard]] static double slope(const moments& m, const noise_level& l) {
        return l.alpha / (l.sigma * l.sigma) * m.variance;
    }
    void check_elements(std::size_t n) const {
        if (n != elements())
            throw bad_shape(diffgen::detail::text("diffgen: samples of ", n,
                                                  " elements for the levels of ", elements()));
    }
    template <class T, class F>
    void each(batch_view<const T> in, std::span<const noise_level> levels, const F& f) const {
        check_elements(in.elements);
        for (std::size_t i = 0; i < in.size(); ++i) {
            const std::size_t row = i / in.elements;
            const noise_level& l = levels[levels.size() == 1 ? 0 : row];
            f(i, row, posterior(i % in.elements, static_cast<double>(in.data[i]), l), l);
        }
    }

    likelihood::lattice levels_;
    std::vector<double> log_p_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
