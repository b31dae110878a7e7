// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The structures by which libraries of arrays hand tensors to each other in one process: the stable
// binary interface of DLPack (https://dmlc.github.io/dlpack/latest/c_api.html, version 1), under
// names of diffgen. Members are named as there. What reads and makes tensors here takes the
// structures of a dlpack.h as well.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <concepts>
#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::dlpack {

/// DLDeviceType: the kinds of memory that a host or a CUDA device can read.
namespace device_type {
inline constexpr std::int32_t cpu = 1, cuda = 2, cuda_host = 3, rocm_host = 11, cuda_managed = 13;
}  // namespace device_type

/// DLDataTypeCode: the float and double of a state.
inline constexpr std::uint8_t floating_code = 2;

/// The version of the interface whose tensors are made here, and whose major number is read.
inline constexpr std::uint32_t major_version = 1, minor_version = 0;

/// The flag of a versioned tensor that must not be written to.
inline constexpr std::uint64_t read_only_flag = 1;

/// DLDevice
struct device {
    std::int32_t device_type;
    std::int32_t device_id;
};
/// DLDataType: `lanes` is 1 but for vectors of numbers as elements.
struct data_type {
    std::uint8_t code;
    std::uint8_t bits;
    std::uint16_t lanes;
};
/// DLTensor: shape and strides count elements, byte_offset leads from data to the first of them.
/// Null strides are those of memory without gaps, the last index fastest.
struct tensor {
    void* data;
    dlpack::device device;
    std::int32_t ndim;
    data_type dtype;
    std::int64_t* shape;
    std::int64_t* strides;
    std::uint64_t byte_offset;
};
/// DLManagedTensor, in a Python capsule "dltensor": whoever takes it calls deleter once.
struct managed_tensor {
    tensor dl_tensor;
    void* manager_ctx;
    void (*deleter)(managed_tensor*);
};
/// DLPackVersion
struct version_number {
    std::uint32_t major;
    std::uint32_t minor;
};
/// DLManagedTensorVersioned, in a Python capsule "dltensor_versioned".
struct managed_tensor_versioned {
    version_number version;
    void* manager_ctx;
    void (*deleter)(managed_tensor_versioned*);
    std::uint64_t flags;
    tensor dl_tensor;
};

/// These structures, and those of a dlpack.h.
template <class Tensor>
concept tensor_struct = requires(const Tensor& t) {
    static_cast<const void*>(t.data);
    t.device.device_type;
    t.device.device_id;
    t.dtype.code;
    t.dtype.bits;
    t.dtype.lanes;
    { t.shape[t.ndim] } -> std::convertible_to<std::int64_t>;
    { t.strides[t.ndim] } -> std::convertible_to<std::int64_t>;
    { t.byte_offset } -> std::convertible_to<std::uint64_t>;
};
template <class Managed>
concept managed_struct = requires(Managed& m) {
    requires tensor_struct<decltype(m.dl_tensor)>;
    m.manager_ctx;
    m.deleter(&m);
};
template <class Managed>
concept versioned_struct = managed_struct<Managed> && requires(Managed& m) {
    m.version.major;
    m.flags;
};

}  // namespace diffgen::inline DIFFGEN_ABI::dlpack

#include <diffgen/core/with_macros.hpp>
