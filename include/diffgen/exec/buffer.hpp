// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory of a run, in the space of its execution policy; zeroed, allocated once at the start.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#if DIFFGEN_HAS_CUDA
#include <cuda_runtime.h>
#endif

namespace diffgen::exec {

/// Made with the policy whose passes will use it: on a device everything happens in the order of
/// the policy's stream.
template <class T, class Space>
class buffer;

template <class T>
class buffer<T, space::host> {
  public:
    buffer() = default;
    template <class Exec>
    buffer(const Exec&, std::size_t n) : values_(n) {}
    template <class Exec>
    buffer(const Exec&, std::vector<T> values) : values_(std::move(values)) {}
    [[nodiscard]] T* data() { return values_.data(); }
    /// Replaces the first numbers; there is room for all of them.
    template <class Exec>
    void write(const Exec&, const std::vector<T>& values) {
        std::copy(values.begin(), values.end(), values_.begin());
    }
    /// Copies to host memory; complete when it returns.
    template <class Exec>
    static void read(const Exec&, const T* from, std::size_t n, T* to) {
        std::copy_n(from, n, to);
    }

  private:
    std::vector<T> values_;
};

#if DIFFGEN_HAS_CUDA
template <class T>
class buffer<T, space::cuda> {
  public:
    buffer() = default;
    template <class Exec>
    buffer(const Exec& e, std::size_t n) {
        if (n == 0) return;
        allocate(n);
        check(cudaMemsetAsync(data_.get(), 0, n * sizeof(T), e.stream));
    }
    /// The copy has left `values` when this returns, since a vector is pageable memory.
    template <class Exec>
    buffer(const Exec& e, const std::vector<T>& values) {
        if (values.empty()) return;
        allocate(values.size());
        write(e, values);
    }
    [[nodiscard]] T* data() { return data_.get(); }
    /// Replaces the first numbers, in the order of the stream; there is room for all of them.
    template <class Exec>
    void write(const Exec& e, const std::vector<T>& values) {
        check(cudaMemcpyAsync(data_.get(), values.data(), values.size() * sizeof(T),
                              cudaMemcpyHostToDevice, e.stream));
    }
    /// Copies to host memory what the stream has written; complete when it returns.
    template <class Exec>
    static void read(const Exec& e, const T* from, std::size_t n, T* to) {
        check(cudaMemcpyAsync(to, from, n * sizeof(T), cudaMemcpyDeviceToHost, e.stream));
        check(cudaStreamSynchronize(e.stream));
    }

  private:
    /// cudaFree waits for the passes that still use the memory, on whichever device it is.
    struct release {
        void operator()(T* p) const { cudaFree(p); }
    };
    void allocate(std::size_t n) {
        void* p = nullptr;
        check(cudaMalloc(&p, n * sizeof(T)));
        data_.reset(static_cast<T*>(p));
    }
    static void check(cudaError_t e) {
        if (e == cudaSuccess) return;
        cudaGetLastError();  // forgotten here, or the next launch would be blamed
        throw bad_device(diffgen::detail::text("diffgen: CUDA: ", cudaGetErrorString(e)));
    }
    std::unique_ptr<T, release> data_;
};
#endif

}  // namespace diffgen::exec
