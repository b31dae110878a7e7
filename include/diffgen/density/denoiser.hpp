// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A predictor asked for denoised estimates in double precision, and for the divergence of the
// estimate: what bounds and flows need of it. Rows are given with a level for all or one for each.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/density/functor_rows.hpp>
#include <diffgen/density/network_products.hpp>
#include <diffgen/exec/functor.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// T: the numbers that network or functor see. The predictor must outlive it.
template <class T, class Predictor>
class denoiser {
    using predictor_type = std::remove_const_t<Predictor>;
    static_assert(
        predictor_type::combiner_type::copies == 1 && !predictor_type::hook_type::present,
        "diffgen: densities are of a plain predictor, predicts{...}: guidance and hooks change the "
        "estimate, and the samples are then of no density that is known");
    static constexpr granularity way = predictor_type::kind;
    /// Whether the network can be called with a level for each row.
    template <class P>
    static constexpr bool takes_span() {
        if constexpr (P::kind == granularity::batched)
            return P::template takes<batch_view<const T>, batch_view<T>,
                                     std::span<const noise_level>>;
        else
            return false;
    }
    static constexpr bool takes_levels = takes_span<predictor_type>();

  public:
    denoiser(Predictor& predictor, std::size_t elements)
        : predictor_(&predictor), elements_(elements) {
        if constexpr (way == granularity::samplewise)
            if (elements != static_cast<std::size_t>(predictor_type::elements))
                throw bad_shape(diffgen::detail::text("diffgen: samples of ", elements,
                                                      " elements for a functor of ",
                                                      predictor_type::elements));
    }

    [[nodiscard]] std::size_t elements() const { return elements_; }

    /// Writes the estimates of all rows of x. levels: one for all, or one a row.
    void estimate(std::span<const double> x, std::span<const noise_level> levels,
                  std::span<double> out) {
        if constexpr (takes_levels)
            if (levels.size() > 1) return with_own_levels(x, levels, out);
        by_level<false>(x, levels, out, {}, {}, 0);
    }

    /// The same, and for each row the trace of the estimate's Jacobian, or v' J v of each of
    /// `count` probes v (rows x count x elements; 0: the trace).
    void estimate(std::span<const double> x, std::span<const noise_level> levels,
                  std::span<double> out, std::span<double> products, std::span<const double> v,
                  std::size_t count) {
        by_level<true>(x, levels, out, products, v, count);
    }

  private:
    static bool same(const noise_level& a, const noise_level& b) {
        return a.t == b.t && a.alpha == b.alpha && a.sigma == b.sigma;
    }

    /// Rows that follow each other at one level are asked about in one call.
    template <bool Products>
    void by_level(std::span<const double> x, std::span<const noise_level> levels,
                  std::span<double> out, std::span<double> products, std::span<const double> v,
                  std::size_t count) {
        const std::size_t rows = x.size() / elements_;
        const std::size_t per_row = rows == 0 ? 0 : products.size() / rows;
        for (std::size_t first = 0; first < rows;) {
            const noise_level& l = levels.size() == 1 ? levels[0] : levels[first];
            std::size_t last = first + 1;
            while (last < rows && (levels.size() == 1 || same(levels[last], l)))
                ++last;
            const std::size_t n = last - first;
            part<Products>(
                x.subspan(first * elements_, n * elements_), l,
                out.subspan(first * elements_, n * elements_),
                products.subspan(first * per_row, n * per_row),
                v.empty() ? v : v.subspan(first * count * elements_, n * count * elements_), count);
            first = last;
        }
    }

    void with_own_levels(std::span<const double> x, std::span<const noise_level> levels,
                         std::span<double> out) {
        const std::size_t rows = levels.size();
        std::vector<noise_level> told;
        std::vector<conversion> made;
        in_.resize(x.size());
        out_.resize(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (i % elements_ == 0) {
                told.push_back(predictor_->with_network_time(levels[i / elements_]));
                made.push_back(predictor_->to_denoised(told.back()));
            }
            in_[i] = static_cast<T>(made.back().input_scale * x[i]);
        }
        predictor_->call(batch_view<const T>(in_.data(), rows, elements_),
                         batch_view<T>(out_.data(), rows, elements_),
                         std::span<const noise_level>(told));
        for (std::size_t i = 0; i < x.size(); ++i) {
            const conversion& c = made[i / elements_];
            out[i] = c.state_factor * x[i] + c.output_factor * static_cast<double>(out_[i]);
        }
    }

    template <bool Products>
    void part(std::span<const double> x, const noise_level& at, std::span<double> out,
              std::span<double> products, std::span<const double> v, std::size_t count) {
        const noise_level l = predictor_->with_network_time(at);
        const conversion c = predictor_->to_denoised(l);
        const std::size_t rows = x.size() / elements_;
        copy(in_, x, c.input_scale);
        copy(v_, v, 1);
        out_.resize(in_.size());
        products_.assign(products.size(), T(0));
        if constexpr (way == granularity::batched)
            ask_network<Products>(rows, l, count);
        else
            ask_functor(rows, l, count);
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = c.state_factor * x[i] + c.output_factor * static_cast<double>(out_[i]);
        const double slope = c.output_factor * c.input_scale;
        for (std::size_t i = 0; i < products.size(); ++i)
            products[i] =
                slope * static_cast<double>(products_[i]) + c.state_factor * squared_length(v, i);
    }
    /// |v|^2 of the probe of product i; without probes, the trace of the identity.
    [[nodiscard]] double squared_length(std::span<const double> v, std::size_t i) const {
        if (v.empty()) return static_cast<double>(elements_);
        double sum = 0;
        for (const double each : v.subspan(i * elements_, elements_))
            sum += each * each;
        return sum;
    }
    static void copy(std::vector<T>& to, std::span<const double> from, double scale) {
        to.resize(from.size());
        std::transform(from.begin(), from.end(), to.begin(),
                       [scale](double v) { return static_cast<T>(scale * v); });
    }

    void ask_functor(std::size_t rows, const noise_level& l, std::size_t count) {
        constexpr int D = way == granularity::pointwise ? 0 : predictor_type::elements;
        const auto f = exec::bind_level<T>(predictor_->functor(), cast_level<T>(l));
        functors_.template ask<D>(f, in_, v_, out_, products_, rows, elements_, count);
    }

    template <bool Products>
    void ask_network(std::size_t rows, const noise_level& l, std::size_t count) {
        const batch_view<const T> in(in_.data(), rows, elements_);
        predictor_->call(in, batch_view<T>(out_.data(), rows, elements_), l);
        if constexpr (Products) network_products(in, l, count);
    }
    void network_products(batch_view<const T> in, const noise_level& l, std::size_t count) {
        const std::size_t rows = in.samples;
        auto& net = predictor_->network();
        using net_type = std::remove_reference_t<decltype(net)>;
        if constexpr (has_divergence<net_type, T>)
            if (count == 0) return net.divergence(in, batch_view<T>(products_.data(), rows, 1), l);
        std::vector<T> along(in_.size()), product(in_.size());
        const bool trace = count == 0;
        for (std::size_t p = 0; p < (trace ? elements_ : count); ++p) {
            for (std::size_t i = 0; i < rows; ++i)
                for (std::size_t d = 0; d < elements_; ++d)
                    along[i * elements_ + d] =
                        trace ? T(d == p ? 1 : 0) : v_[(i * count + p) * elements_ + d];
            detail::jacobian_product<T>(net, in, {along.data(), rows, elements_},
                                        {product.data(), rows, elements_}, l);
            for (std::size_t i = 0; i < rows; ++i)
                for (std::size_t d = 0; d < elements_; ++d)
                    products_[trace ? i : i * count + p] +=
                        along[i * elements_ + d] * product[i * elements_ + d];
        }
    }

    Predictor* predictor_;
    std::size_t elements_;
    std::vector<T> in_, out_, v_, products_;
    detail::functor_rows<T> functors_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
