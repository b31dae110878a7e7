// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A library of arrays that hands tensors out, and counts how often it got them back.

#include <diffgen/adapt/dlpack/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace testing {

template <class Managed>
class dlpack_source {
  public:
    Managed managed{};
    int returned = 0;

    template <class T>
    dlpack_source(T* data, std::vector<std::int64_t> extents, std::vector<std::int64_t> strides)
        : extents_(std::move(extents)), strides_(std::move(strides)) {
        auto& t = managed.dl_tensor;
        t.data = data;
        t.device = {diffgen::dlpack::device_type::cpu, 0};
        t.ndim = static_cast<std::int32_t>(extents_.size());
        t.dtype = {diffgen::dlpack::floating_code, 8 * sizeof(T), 1};
        t.shape = extents_.data();
        t.strides = strides_.empty() ? nullptr : strides_.data();
        managed.manager_ctx = this;
        managed.deleter = [](Managed* m) {
            ++static_cast<dlpack_source*>(m->manager_ctx)->returned;
        };
        if constexpr (diffgen::dlpack::versioned_struct<Managed>) managed.version = {1, 1};
    }
    dlpack_source(const dlpack_source&) = delete;
    dlpack_source& operator=(const dlpack_source&) = delete;

  private:
    std::vector<std::int64_t> extents_, strides_;
};

}  // namespace testing
