// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tensors of other libraries as states, by DLPack.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/adapt/dlpack/abi.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/strided_batch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::dlpack {

namespace detail {

/// "cuda:1"
inline std::string device_text(std::int32_t kind, std::int32_t number) {
    const std::string text = kind == device_type::cpu         ? "cpu"
                             : kind == device_type::cuda      ? "cuda"
                             : kind == device_type::cuda_host ? "cuda_host"
                             : kind == device_type::rocm_host ? "rocm_host"
                             : kind == device_type::cuda_managed
                                 ? "cuda_managed"
                                 : "device type " + std::to_string(kind);
    return text + ":" + std::to_string(number);
}

/// "float64", "float32 x 4"
inline std::string type_text(std::uint8_t code, unsigned bits, unsigned lanes) {
    static constexpr const char* names[] = {"int",    "uint",    "float", "handle",
                                            "bfloat", "complex", "bool"};
    std::string text =
        (code < std::size(names) ? names[code]
                                 : "type code " + std::to_string(code) + " of bits ") +
        std::to_string(bits);
    return lanes == 1 ? text : text + " x " + std::to_string(lanes);
}

/// Whether code for `Space` can use memory of a kind of device.
template <class Space>
constexpr bool reaches(std::int32_t kind) {
    if constexpr (std::is_same_v<Space, space::cuda>)
        return kind == device_type::cuda || kind == device_type::cuda_managed;
    else
        return kind == device_type::cpu || kind == device_type::cuda_host ||
               kind == device_type::rocm_host || kind == device_type::cuda_managed;
}

template <class Managed>
void release(void* managed) {
    auto* const m = static_cast<Managed*>(managed);
    if (m->deleter) m->deleter(m);
}

}  // namespace detail

/// The elements of a tensor that stays with its owner: the first index is the sample. T is float or
/// double, const where it is only read. A DLTensor alone does not say whether it may be written to.
/// Throws bad_argument where its elements are not of type T, or misaligned; bad_device where its
/// memory is not in Space; bad_shape where it has no index, no element, or is not one sample after
/// the other without gaps. Which of several CUDA devices it is on is for the caller to see to.
template <class T, class Space = space::host, tensor_struct Tensor>
[[nodiscard]] batch_view<T, Space> view(const Tensor& t) {
    using diffgen::detail::require;
    const std::int32_t kind = t.device.device_type;
    if (!detail::reaches<Space>(kind))
        throw bad_device(diffgen::detail::text(
            "diffgen: a DLPack tensor on ", detail::device_text(kind, t.device.device_id),
            " where memory of ", std::is_same_v<Space, space::cuda> ? "a CUDA device" : "the host",
            " is asked for"));
    const std::uint8_t code = t.dtype.code;
    require(code == floating_code && t.dtype.bits == 8 * sizeof(T) && t.dtype.lanes == 1,
            "a DLPack tensor of ", detail::type_text(code, t.dtype.bits, t.dtype.lanes), " where ",
            detail::type_text(floating_code, 8 * sizeof(T), 1), " is asked for");
    const auto rank = t.ndim > 0 && t.shape ? static_cast<std::size_t>(t.ndim) : 0;
    std::vector<std::ptrdiff_t> extents(t.shape, t.shape + rank);
    for (const std::ptrdiff_t extent : extents)
        if (extent < 0)
            throw bad_shape(diffgen::detail::text("diffgen: a DLPack tensor of the extents ",
                                                  diffgen::detail::list_text(extents)));
    const auto strides = t.strides ? std::vector<std::ptrdiff_t>(t.strides, t.strides + rank)
                                   : diffgen::detail::adjacent_strides(extents);
    const auto address = reinterpret_cast<std::uintptr_t>(t.data) + t.byte_offset;
    require(address % alignof(T) == 0, "a DLPack tensor whose elements of ", sizeof(T),
            " bytes begin at the address ", address, ", which is not a multiple of ", alignof(T));
    auto* const data = static_cast<std::byte*>(t.data);
    return strided_batch<Space>(reinterpret_cast<T*>(data ? data + t.byte_offset : data), extents,
                                strides);
}

/// A tensor that has been handed over, as a state: its deleter is called once, when this ends, or
/// before its constructor throws. Movable.
template <class T, class Space = space::host>
class imported {
  public:
    /// Takes a DLManagedTensor or DLManagedTensorVersioned over, whatever comes of it. Throws as
    /// view() does, and bad_argument for a null pointer, another major version, and memory that is
    /// only to be read where T is not const.
    template <managed_struct Managed>
    explicit imported(Managed* m) : owner_(m, &detail::release<Managed>), view_(checked(m)) {}

    [[nodiscard]] batch_view<T, Space> view() const { return view_; }

  private:
    template <class Managed>
    static batch_view<T, Space> checked(const Managed* m) {
        using diffgen::detail::require;
        require(m != nullptr, "a DLPack tensor at a null pointer");
        if constexpr (versioned_struct<Managed>) {
            require(m->version.major == major_version, "a DLPack tensor of version ",
                    m->version.major, ".", m->version.minor, "; major version ", major_version,
                    " is read");
            require(std::is_const_v<T> || (m->flags & read_only_flag) == 0,
                    "a DLPack tensor that is only to be read, as a state to be written; read it as "
                    "one of const elements, or ask its library for a copy");
        }
        return dlpack::view<T, Space>(m->dl_tensor);
    }

    std::unique_ptr<void, void (*)(void*)> owner_;
    batch_view<T, Space> view_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::dlpack

namespace diffgen::inline DIFFGEN_ABI {

template <class T, class Space>
struct state_traits<dlpack::imported<T, Space>> {
    static batch_view<T, Space> view(const dlpack::imported<T, Space>& x) { return x.view(); }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
