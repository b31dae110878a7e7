// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The denoised estimate of a predictor outside of a run, and the product of its Jacobian's
// transpose with vectors, whatever the predictor's output: D = state x + output net(input x).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/posterior/matrices.hpp>
#include <diffgen/posterior/rows.hpp>
#include <diffgen/predictor/predicts.hpp>

#include <functional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// Whether a network gives J'v of its output: vjp(in, v, out, level), all batches of the same size.
template <class Net, class T = double>
concept differentiable_network = requires(Net& net, batch_view<const T> in, batch_view<T> out,
                                          noise_level l) {
    net.vjp(in, in, out, l);
};

namespace detail {

/// The network itself, where a predictor refers to it by std::ref.
template <class Net>
Net& unwrapped(Net& net) {
    return net;
}
template <class Net>
Net& unwrapped(std::reference_wrapper<Net>& net) {
    return net.get();
}
template <class Net>
Net& unwrapped(const std::reference_wrapper<Net>& net) {
    return net.get();
}

}  // namespace detail

/// Evaluates a predictor on the host. T: the numbers that its network takes.
/// Predictor may be a reference.
template <class Predictor, class T = double>
class estimator {
    using predictor_type = std::remove_reference_t<Predictor>;
    static_assert(
        std::is_same_v<typename predictor_type::combiner_type, take_output> &&
            !predictor_type::hook_type::present,
        "diffgen: a posterior method asks for the denoised estimate of a predictor of one "
        "output for each sample; guide or clip what posterior::given returns instead");
    static_assert(predictor_type::kind == granularity::batched,
                  "diffgen: a posterior method calls a batched network on the host; for a functor "
                  "write posterior::as_network<D>(functor)");
    using network_type = std::remove_reference_t<decltype(detail::unwrapped(
        std::declval<predictor_type&>().network()))>;

  public:
    static constexpr bool differentiable = differentiable_network<network_type, T>;

    explicit estimator(Predictor p) : predictor_(std::forward<Predictor>(p)) {}

    [[nodiscard]] predictor_type& predictor() { return predictor_; }

    /// D of every column of x. Level: noise_level, or std::span<const noise_level> with one a
    /// column.
    template <class Level>
    [[nodiscard]] matrix denoised(const matrix& x, const Level& level) {
        const auto levels = timed(level);
        const std::vector<T> in = input(x, levels);
        std::vector<T> out(in.size());
        predictor_.call(view<const T>(in, x), view<T>(out, x), seen(levels, level));
        return affine(x, out, levels);
    }

    /// J'v of every column, J the Jacobian of D in x. Two evaluations' worth of work, mostly.
    template <class Level>
    [[nodiscard]] matrix vjp(const matrix& x, const matrix& v, const Level& level) {
        static_assert(
            differentiable,
            "diffgen: this posterior method differentiates the network, which has no "
            "member vjp(batch_view<const T> in, batch_view<const T> v, batch_view<T> out, "
            "level) that writes J'v of each row; give it one, wrap it in "
            "posterior::finite_differences, or take a method that needs none (null_space, "
            "proximal, prior_covariance)");
        if constexpr (differentiable) {
            const auto levels = timed(level);
            const std::vector<T> in = input(x, levels), of = numbers(v);
            std::vector<T> out(in.size());
            detail::unwrapped(predictor_.network())
                .vjp(view<const T>(in, x), view<const T>(of, x), view<T>(out, x),
                     seen(levels, level));
            matrix d = to_matrix(out, x);
            for (Index i = 0; i < x.cols(); ++i) {
                const conversion c = conversion_at(levels, i);
                d.col(i) = c.state_factor * v.col(i) + (c.output_factor * c.input_scale) * d.col(i);
            }
            return d;
        } else {
            return v;
        }
    }

  private:
    /// The levels with the time that the network is given.
    [[nodiscard]] std::vector<noise_level> timed(const noise_level& l) const {
        return {predictor_.with_network_time(l)};
    }
    [[nodiscard]] std::vector<noise_level> timed(std::span<const noise_level> l) const {
        std::vector<noise_level> all;
        for (const noise_level& each : l)
            all.push_back(predictor_.with_network_time(each));
        return all;
    }
    static const noise_level& seen(const std::vector<noise_level>& l, const noise_level&) {
        return l[0];
    }
    static std::span<const noise_level> seen(const std::vector<noise_level>& l,
                                             std::span<const noise_level>) {
        return l;
    }
    [[nodiscard]] conversion conversion_at(const std::vector<noise_level>& l, Index i) const {
        return predictor_.to_denoised(l.size() == 1 ? l[0] : l[static_cast<std::size_t>(i)]);
    }
    [[nodiscard]] std::vector<T> input(const matrix& x, const std::vector<noise_level>& l) const {
        matrix in = x;
        for (Index i = 0; i < x.cols(); ++i)
            in.col(i) *= conversion_at(l, i).input_scale;
        return numbers(in);
    }
    [[nodiscard]] matrix affine(const matrix& x, const std::vector<T>& out,
                                const std::vector<noise_level>& l) const {
        matrix d = to_matrix(out, x);
        for (Index i = 0; i < x.cols(); ++i) {
            const conversion c = conversion_at(l, i);
            d.col(i) = c.state_factor * x.col(i) + c.output_factor * d.col(i);
        }
        return d;
    }
    [[nodiscard]] static std::vector<T> numbers(const matrix& m) {
        return {m.data(), m.data() + m.size()};
    }
    [[nodiscard]] static matrix to_matrix(const std::vector<T>& v, const matrix& shape) {
        return Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>>(
                   v.data(), shape.rows(), shape.cols())
            .template cast<double>();
    }
    template <class U, class V>
    [[nodiscard]] static batch_view<U> view(V& v, const matrix& x) {
        return {v.data(), static_cast<std::size_t>(x.cols()), static_cast<std::size_t>(x.rows())};
    }

    Predictor predictor_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
