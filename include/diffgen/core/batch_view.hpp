// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A batch of samples in memory that someone else owns: how every container enters the library.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <ranges>
#include <span>
#include <type_traits>

namespace diffgen::inline DIFFGEN_ABI {

/// Where memory lives.
namespace space {
struct host {};
struct cuda {};
}  // namespace space

/// `samples` samples of `elements` numbers each, one after the other without gaps.
/// T is float or double, of levels (discrete::sampler) also a whole number of up to four bytes;
/// const where the batch is only read.
template <class T, class Space = space::host>
struct batch_view {
    using value_type = std::remove_const_t<T>;
    using space_type = Space;

    T* data = nullptr;
    std::size_t samples = 0;
    std::size_t elements = 0;

    [[nodiscard]] std::size_t size() const { return samples * elements; }
    [[nodiscard]] T* begin() const { return data; }
    [[nodiscard]] T* end() const { return data + size(); }
    [[nodiscard]] T* sample(std::size_t i) const { return data + i * elements; }
    batch_view() = default;
    batch_view(T* d, std::size_t count, std::size_t size)
        : data(d), samples(count), elements(size) {}
    /// A view to read from, of one to write to.
    template <class U>
    requires(std::is_same_v<const U, T> && !std::is_same_v<U, T>)
        batch_view(const batch_view<U, Space>& other)
        : batch_view(other.data, other.samples, other.elements) {}
};

namespace detail {

/// Memory without gaps that can say so: std::vector, std::array, std::span. data() and size() alone
/// say nothing of strides.
template <class X>
concept contiguous = std::ranges::contiguous_range<X> && std::ranges::sized_range<X>;

/// What a batch can be made of.
template <class T>
inline constexpr bool holds_numbers = std::is_same_v<T, float> || std::is_same_v<T, double> ||
                                      (std::is_integral_v<T> && !std::is_same_v<T, bool> &&
                                       sizeof(T) <= 4);

/// An X&& whose memory is still there when the expression that made it is over: it has a name, or
/// it is a view, which the standard library knows as std::ranges::enable_view or
/// enable_borrowed_range.
template <class X>
inline constexpr bool outlives_its_expression =
    std::is_lvalue_reference_v<X> || std::ranges::enable_borrowed_range<std::remove_cv_t<X>> ||
    std::ranges::enable_view<std::remove_cv_t<X>>;

}  // namespace detail

/// `size` numbers at `data` seen as `samples` samples. Throws bad_shape where they do not divide.
template <class Space = space::host, class T>
[[nodiscard]] batch_view<T, Space> batch(T* data, std::size_t size, std::size_t samples) {
    static_assert(
        detail::holds_numbers<std::remove_cv_t<T>>,
        "diffgen: a state is made of floats or doubles, of a discrete sampler also of whole "
        "numbers of up to four bytes, not of these elements; convert the numbers, or sample "
        "into floats and convert the samples");
    if (samples == 0 || size == 0)
        throw bad_shape(detail::text("diffgen: an empty batch (", size, " numbers, ", samples,
                                     " samples); size the container before it is filled"));
    if (size % samples != 0)
        throw bad_shape(
            detail::text("diffgen: ", size, " numbers do not divide into ", samples, " samples"));
    if (data == nullptr)
        throw bad_shape(detail::text("diffgen: a batch of ", size, " numbers at a null pointer"));
    return {data, samples, size / samples};
}

/// How a container becomes a batch_view: specialise with `static auto view(X&)`.
/// The adapters of diffgen/adapt do it for Eigen, xtensor and views with strides.
template <class X>
struct state_traits;

namespace detail {

template <class X>
concept adapted = requires(X& x) {
    state_traits<std::remove_cv_t<X>>::view(x);
};

}  // namespace detail

/// A contiguous container seen as `samples` samples. Throws bad_shape where they do not divide.
template <class X>
requires(detail::contiguous<std::remove_reference_t<X>> &&
         !detail::adapted<std::remove_reference_t<X>> && detail::outlives_its_expression<X>)
    [[nodiscard]] auto batch(X&& x, std::size_t samples) {
    return batch(std::data(x), static_cast<std::size_t>(std::size(x)), samples);
}
/// The same of a container that has an adapter, which says whether its memory is without gaps.
template <class X>
requires(detail::adapted<X>) [[nodiscard]] auto batch(X& x, std::size_t samples) {
    const auto whole = state_traits<std::remove_cv_t<X>>::view(x);
    return batch<typename decltype(whole)::space_type>(whole.data, whole.size(), samples);
}
/// A temporary that owns its memory is gone before the view is used: give it a name.
template <class X>
requires(detail::contiguous<std::remove_reference_t<X>> &&
         !detail::adapted<std::remove_reference_t<X>> &&
         !detail::outlives_its_expression<X>) auto batch(X&& x, std::size_t samples) = delete;
/// Memory that may have gaps.
template <class X>
requires(!detail::contiguous<X> && !detail::adapted<X>) auto batch(X&, std::size_t) {
    static_assert(detail::contiguous<X>,
                  "diffgen: batch(x, samples) takes a contiguous range, which this is not; include "
                  "the container's adapter from diffgen/adapt, or use batch(pointer, size, "
                  "samples)");
}

template <class T, class Space>
struct state_traits<batch_view<T, Space>> {
    static batch_view<T, Space> view(const batch_view<T, Space>& x) {
        return batch<Space>(x.data, x.size(), x.samples);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

/// The memory outlives a view that is a temporary, so that this too becomes a std::span.
template <class T, class Space>
inline constexpr bool std::ranges::enable_borrowed_range<diffgen::batch_view<T, Space>> = true;

#include <diffgen/core/with_macros.hpp>
