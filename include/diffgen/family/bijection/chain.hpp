// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bijections one after the other, backwards, and of one type in any number.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/family/mapped.hpp>

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

namespace detail {

template <class X>
mapped<X> joined(const X& log_det, mapped<X> next) {
    next.log_det = log_det + next.log_det;
    return next;
}

}  // namespace detail

/// chain{a, b, c} maps x to c(b(a(x))).
template <class... Maps>
class chain {
    static_assert(sizeof...(Maps) >= 1, "diffgen: a chain has at least one map");

  public:
    explicit chain(Maps... maps) : maps_(std::move(maps)...) {}
    const std::tuple<Maps...>& maps() const { return maps_; }

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        auto m = std::get<0>(maps_).forward(w, x);
        return forward_from<1>(w, std::move(m));
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        auto m = std::get<sizeof...(Maps) - 1>(maps_).inverse(w, y);
        return inverse_from<sizeof...(Maps) - 1>(w, std::move(m));
    }

  private:
    template <std::size_t I, class W, class X>
    mapped<X> forward_from(const W& w, mapped<X> m) const {
        if constexpr (I == sizeof...(Maps))
            return m;
        else
            return forward_from<I + 1>(
                w, detail::joined(m.log_det, std::get<I>(maps_).forward(w, m.value)));
    }
    template <std::size_t I, class W, class X>
    mapped<X> inverse_from(const W& w, mapped<X> m) const {
        if constexpr (I == 0)
            return m;
        else
            return inverse_from<I - 1>(
                w, detail::joined(m.log_det, std::get<I - 1>(maps_).inverse(w, m.value)));
    }

    std::tuple<Maps...> maps_;
};

/// Maps of one type, as many as are known at run time.
template <class Map>
class repeated {
  public:
    /// Throws bad_argument for none.
    explicit repeated(std::vector<Map> maps) : maps_(std::move(maps)) {
        require(!maps_.empty(), "repeated{} of no maps");
    }
    const std::vector<Map>& maps() const { return maps_; }

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        auto m = maps_.front().forward(w, x);
        for (std::size_t i = 1; i < maps_.size(); ++i)
            m = detail::joined(m.log_det, maps_[i].forward(w, m.value));
        return m;
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        auto m = maps_.back().inverse(w, y);
        for (std::size_t i = maps_.size() - 1; i-- > 0;)
            m = detail::joined(m.log_det, maps_[i].inverse(w, m.value));
        return m;
    }

  private:
    std::vector<Map> maps_;
};

/// A bijection the other way round.
template <class Map>
struct inverse_of {
    Map map;

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        return map.inverse(w, x);
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        return map.forward(w, y);
    }
};

template <class Map>
inverse_of(Map) -> inverse_of<Map>;

/// A function of one feature (a spline, an affine one) of every feature, with parameters of its
/// own, the same for all samples.
template <class Function>
struct by_feature {
    Function function;
    std::vector<std::size_t> parameters;  ///< D x 1 each, Function::arity() of them

    template <class W, class X>
    mapped<X> forward(const W& w, const X& x) const {
        auto m = function.forward(list(w), x);
        m.log_det = sum_over_rows(broadcast_to(m.log_det, x.rows(), x.cols()));
        return m;
    }
    template <class W, class X>
    mapped<X> inverse(const W& w, const X& y) const {
        auto m = function.inverse(list(w), y);
        m.log_det = sum_over_rows(broadcast_to(m.log_det, y.rows(), y.cols()));
        return m;
    }

  private:
    template <class W>
    auto list(const W& w) const {
        std::vector<typename W::value_type> p;
        for (const std::size_t i : parameters)
            p.push_back(w[i]);
        return p;
    }
};

template <class Function>
by_feature(Function, std::vector<std::size_t>) -> by_feature<Function>;

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
