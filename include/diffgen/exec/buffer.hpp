// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory of a run, in the space of its execution policy; zeroed, allocated once at the start.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#if DIFFGEN_HAS_CUDA
#include <cuda_runtime.h>
#endif

namespace diffgen::exec {

template <class T, class Space>
class buffer;

template <class T>
class buffer<T, space::host> {
  public:
    buffer() = default;
    explicit buffer(std::size_t n) : values_(n) {}
    explicit buffer(std::vector<T> values) : values_(std::move(values)) {}
    [[nodiscard]] T* data() { return values_.data(); }
    [[nodiscard]] std::size_t size() const { return values_.size(); }
    /// Copies to host memory; complete when it returns.
    static void read(const T* from, std::size_t n, T* to) { std::copy_n(from, n, to); }

  private:
    std::vector<T> values_;
};

#if DIFFGEN_HAS_CUDA
template <class T>
class buffer<T, space::cuda> {
  public:
    buffer() = default;
    explicit buffer(std::size_t n) : size_(n) {
        if (n == 0) return;
        check(cudaMalloc(reinterpret_cast<void**>(&data_), n * sizeof(T)));
        check(cudaMemset(data_, 0, n * sizeof(T)));
    }
    explicit buffer(const std::vector<T>& values) : size_(values.size()) {
        if (values.empty()) return;
        check(cudaMalloc(reinterpret_cast<void**>(&data_), size_ * sizeof(T)));
        check(cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice));
    }
    buffer(buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    buffer& operator=(buffer&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~buffer() { cudaFree(data_); }
    [[nodiscard]] T* data() { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    /// Copies to host memory; complete when it returns.
    static void read(const T* from, std::size_t n, T* to) {
        check(cudaMemcpy(to, from, n * sizeof(T), cudaMemcpyDeviceToHost));
    }

  private:
    static void check(cudaError_t e) {
        if (e != cudaSuccess)
            throw bad_device(
                diffgen::detail::text("diffgen: CUDA memory: ", cudaGetErrorString(e)));
    }
    T* data_ = nullptr;
    std::size_t size_ = 0;
};
#endif

}  // namespace diffgen::exec
