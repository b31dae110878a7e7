// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samples as tensors of other libraries, by DLPack.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/adapt/dlpack/abi.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/strided_batch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::dlpack {

/// What a batch does not say of a tensor.
struct tensor_options {
    std::vector<std::int64_t> sample_shape{};  ///< extents of a sample; empty: all in one index
    std::int32_t device_id = 0;                ///< number of the CUDA device
};

/// Calls a tensor's own deleter.
struct call_deleter {
    template <managed_struct Managed>
    void operator()(Managed* m) const {
        if (m->deleter) m->deleter(m);
    }
};
/// A tensor to be handed over: release() is what a Python capsule holds.
template <managed_struct Managed>
using tensor_handle = std::unique_ptr<Managed, call_deleter>;

namespace detail {

/// A tensor with all that it points to; Owner keeps its elements.
template <class Managed, class Owner>
struct held_tensor {
    Managed managed{};
    std::vector<std::int64_t> extents, strides;
    Owner owner;
};

inline std::vector<std::int64_t> tensor_extents(std::size_t samples, std::size_t elements,
                                                const std::vector<std::int64_t>& of_sample) {
    std::vector<std::int64_t> extents{static_cast<std::int64_t>(samples)};
    if (of_sample.empty()) extents.push_back(static_cast<std::int64_t>(elements));
    std::size_t product = 1;
    bool fits = true;
    for (const std::int64_t extent : of_sample) {
        const auto count = static_cast<std::size_t>(extent);
        fits = fits && extent > 0 && count <= elements / product;
        if (fits) product *= count;
        extents.push_back(extent);
    }
    if (!of_sample.empty() && !(fits && product == elements))
        throw bad_shape(diffgen::detail::text(
            "diffgen: a sample of ", elements, " numbers as a tensor of the extents ",
            diffgen::detail::list_text({extents.begin() + 1, extents.end()})));
    return extents;
}

template <class Managed, class T, class Space, class Owner>
tensor_handle<Managed> make_tensor(batch_view<T, Space> x, Owner&& owner, const tensor_options& o) {
    static_assert(
        versioned_struct<Managed> || !std::is_const_v<T>,
        "diffgen: a DLManagedTensor cannot say that its memory is only to be read; make a "
        "versioned one");
    using held = held_tensor<Managed, std::decay_t<Owner>>;
    x = batch<Space>(x.data, x.size(), x.samples);
    auto extents = tensor_extents(x.samples, x.elements, o.sample_shape);
    auto strides = diffgen::detail::adjacent_strides({extents.begin(), extents.end()});
    auto keep = std::make_unique<held>(
        held{{}, std::move(extents), {strides.begin(), strides.end()}, std::forward<Owner>(owner)});
    Managed& m = keep->managed;
    auto& t = m.dl_tensor;
    using kind = decltype(t.device.device_type);
    constexpr bool on_device = std::is_same_v<Space, space::cuda>;
    t.data = const_cast<std::remove_const_t<T>*>(x.data);
    t.device.device_type = static_cast<kind>(on_device ? device_type::cuda : device_type::cpu);
    t.device.device_id = on_device ? o.device_id : 0;
    t.ndim = static_cast<std::int32_t>(keep->extents.size());
    t.dtype.code = floating_code;
    t.dtype.bits = 8 * sizeof(T);
    t.dtype.lanes = 1;
    t.shape = keep->extents.data();
    t.strides = keep->strides.data();
    t.byte_offset = 0;
    if constexpr (versioned_struct<Managed>) {
        m.version.major = major_version;
        m.version.minor = minor_version;
        m.flags = std::is_const_v<T> ? read_only_flag : 0;
    }
    m.manager_ctx = keep.get();
    m.deleter = [](Managed* managed) { delete static_cast<held*>(managed->manager_ctx); };
    return tensor_handle<Managed>(&keep.release()->managed);
}

}  // namespace detail

/// The memory of a batch as a tensor of the extents samples x sample_shape, which must not be used
/// after its owner has given it back. Managed: a versioned tensor, or another structure of DLPack.
/// Throws bad_shape where the batch is empty or sample_shape is not of its numbers.
template <managed_struct Managed = managed_tensor_versioned, class T, class Space>
[[nodiscard]] tensor_handle<Managed> to_tensor(batch_view<T, Space> x,
                                               const tensor_options& o = {}) {
    return detail::make_tensor<Managed>(x, nullptr, o);
}
/// The numbers of a vector, which lives as long as the tensor. Throws bad_shape as above, and where
/// the numbers do not divide into the samples; the vector then stays as it was.
template <managed_struct Managed = managed_tensor_versioned, class T>
[[nodiscard]] tensor_handle<Managed> to_tensor(std::vector<T>&& x, std::size_t samples,
                                               const tensor_options& o = {}) {
    return detail::make_tensor<Managed>(batch(x, samples), std::move(x), o);
}

}  // namespace diffgen::inline DIFFGEN_ABI::dlpack

#include <diffgen/core/with_macros.hpp>
