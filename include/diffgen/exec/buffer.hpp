// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory of a run, in the space of its execution policy; zeroed, allocated once at the start.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#if DIFFGEN_HAS_CUDA
#include <cuda_runtime.h>
#endif

namespace diffgen::inline DIFFGEN_ABI::exec {

/// Memory for numbers of a trivially copyable type, made with the policy whose passes will use it:
/// on a device everything happens in the order of the policy's stream. Specialise it for the memory
/// space of a policy of your own.
template <class T, class Space>
class buffer;

template <class T>
class buffer<T, space::host> {
  public:
    buffer() = default;
    /// n numbers, all zero.
    template <class Exec>
    buffer(const Exec&, std::size_t n) : values_(n) {}
    [[nodiscard]] T* data() { return values_.data(); }
    [[nodiscard]] const T* data() const { return values_.data(); }
    /// Replaces the first numbers; there is room for all of them. Complete when it returns.
    template <class Exec>
    void write(const Exec& e, const T* values, std::size_t n) {
        e.wait();
        std::copy_n(values, n, values_.begin());
    }
    /// The first n numbers are zero again.
    template <class Exec>
    void clear(const Exec& e, std::size_t n) {
        e.wait();
        std::fill_n(values_.begin(), n, T{});
    }
    /// All bits are ones.
    template <class Exec>
    void fill_with_ones(const Exec& e) {
        e.wait();
        std::memset(static_cast<void*>(values_.data()), 0xff, values_.size() * sizeof(T));
    }
    /// Copies to host memory what the passes have written; complete when it returns.
    template <class Exec>
    static void read(const Exec& e, const T* from, std::size_t n, T* to) {
        e.wait();
        std::copy_n(from, n, to);
    }
    /// Copies from host memory; complete when it returns.
    template <class Exec>
    static void write_to(const Exec& e, const T* from, std::size_t n, T* to) {
        e.wait();
        std::copy_n(from, n, to);
    }
    /// Copies within the space, in the order of the policy's passes.
    template <class Exec>
    static void copy(const Exec& e, const T* from, std::size_t n, T* to) {
        e.wait();
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
    buffer(const Exec& e, std::size_t n) : size_(n) {
        if (n == 0) return;
        void* p = nullptr;
        check(cudaMalloc(&p, n * sizeof(T)));
        data_ = {static_cast<T*>(p), release{e.stream}};
        clear(e, n);
    }
    [[nodiscard]] T* data() { return data_.get(); }
    [[nodiscard]] const T* data() const { return data_.get(); }
    template <class Exec>
    void write(const Exec& e, const T* values, std::size_t n) {
        write_to(e, values, n, data_.get());
    }
    template <class Exec>
    void clear(const Exec& e, std::size_t n) {
        if (n > 0) check(cudaMemsetAsync(data_.get(), 0, n * sizeof(T), e.stream));
    }
    template <class Exec>
    void fill_with_ones(const Exec& e) {
        if (size_ > 0) check(cudaMemsetAsync(data_.get(), 0xff, size_ * sizeof(T), e.stream));
    }
    template <class Exec>
    static void read(const Exec& e, const T* from, std::size_t n, T* to) {
        check(cudaMemcpyAsync(to, from, n * sizeof(T), cudaMemcpyDeviceToHost, e.stream));
        check(cudaStreamSynchronize(e.stream));
    }
    /// Waits, since the memory that is copied from is the caller's and may be pageable.
    template <class Exec>
    static void write_to(const Exec& e, const T* from, std::size_t n, T* to) {
        check(cudaMemcpyAsync(to, from, n * sizeof(T), cudaMemcpyHostToDevice, e.stream));
        check(cudaStreamSynchronize(e.stream));
    }
    template <class Exec>
    static void copy(const Exec& e, const T* from, std::size_t n, T* to) {
        check(cudaMemcpyAsync(to, from, n * sizeof(T), cudaMemcpyDeviceToDevice, e.stream));
    }

  private:
    /// Waits for the passes that still use the memory before it is given back.
    struct release {
        cudaStream_t stream = nullptr;
        void operator()(T* p) const {
            cudaStreamSynchronize(stream);
            cudaFree(p);
        }
    };
    static void check(cudaError_t e) {
        if (e == cudaSuccess) return;
        cudaGetLastError();  // forgotten here, or the next launch would be blamed
        throw bad_device(diffgen::detail::text("diffgen: CUDA: ", cudaGetErrorString(e)));
    }
    std::unique_ptr<T, release> data_;
    std::size_t size_ = 0;
};
#endif

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
