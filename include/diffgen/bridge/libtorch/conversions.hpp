// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What LibTorch and a bridge say to each other: types, memory, errors and numbers of threads.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/bridge/tensor.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>

#include <ATen/Parallel.h>
#include <torch/script.h>

#include <exception>
#include <string>

namespace diffgen::inline DIFFGEN_ABI::bridge::detail {

using diffgen::detail::text;

[[nodiscard]] inline at::ScalarType to_torch(element type) {
    switch (type) {
        case element::float32:
            return at::kFloat;
        case element::float64:
            return at::kDouble;
        case element::int32:
            return at::kInt;
        case element::int64:
            return at::kLong;
        case element::other:  // refused when it was declared
            break;
    }
    return at::ScalarType::Undefined;
}

/// The memory of the caller as a tensor of LibTorch.
[[nodiscard]] inline at::Tensor tensor_on(const tensor& t) {
    return at::from_blob(t.data, t.shape, at::TensorOptions().dtype(to_torch(t.of->type)));
}

/// Calls f, whose errors become Error with LibTorch's text.
template <class Error = network_failed, class Function>
auto torch_checked(const std::string& what, const Function& f) {
    try {
        return f();
    } catch (const error&) {
        throw;
    } catch (const c10::Error& e) {
        throw Error(text("diffgen: LibTorch, ", what, ": ", e.what_without_backtrace()));
    } catch (const std::exception& e) {
        throw Error(text("diffgen: LibTorch, ", what, ": ", e.what()));
    }
}

/// LibTorch takes so many threads for what this thread asks of it, until this ends. They are those
/// of OpenMP, which passes of exec::omp are to find as they were.
class torch_threads {
  public:
    explicit torch_threads(int threads) : before_(threads > 0 ? at::get_num_threads() : 0) {
        if (before_ > 0) at::set_num_threads(threads);
    }
    torch_threads(const torch_threads&) = delete;
    torch_threads& operator=(const torch_threads&) = delete;
    ~torch_threads() {
        if (before_ > 0) at::set_num_threads(before_);
    }

  private:
    int before_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::bridge::detail

#include <diffgen/core/with_macros.hpp>
