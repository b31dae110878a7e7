// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Execution policies: where passes run. The only folder that calls Thrust's algorithms.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/cpp/execution_policy.h>

#include <cstddef>
#include <exception>
#include <mutex>
#include <type_traits>
#include <utility>
#if DIFFGEN_HAS_OMP
#include <thrust/system/omp/execution_policy.h>
#endif
#if DIFFGEN_HAS_TBB
#include <thrust/system/tbb/execution_policy.h>
#endif
#if DIFFGEN_HAS_CUDA
#include <thrust/system/cuda/execution_policy.h>
#include <thrust/system_error.h>
#endif

namespace diffgen::inline DIFFGEN_ABI::exec {

namespace detail {

/// Keeps the first exception of a pass: one that left an OpenMP region would end the program.
class first_exception {
  public:
    void keep() noexcept {
        const std::scoped_lock lock(mutex_);
        if (!kept_) kept_ = std::current_exception();
    }
    void rethrow() const {
        if (kept_) std::rethrow_exception(kept_);
    }

  private:
    std::mutex mutex_;
    std::exception_ptr kept_;
};

template <class F>
struct guarded {
    const F* f;
    first_exception* failed;
    void operator()(std::size_t i) const {
        try {
            (*f)(i);
        } catch (...) {
            failed->keep();
        }
    }
};

/// Throws bad_argument where a pass has no memory for tiles of this size, or noise would be cut.
inline void check_tile(const char* name, int tile, int capacity) {
    diffgen::detail::require(tile >= 4 && tile <= capacity && tile % 4 == 0, "exec::", name,
                             " with tile = ", tile, "; must be a multiple of 4 from 4 to ",
                             capacity);
}

/// A host back end of Thrust. `Par` gives its explicit policy.
template <class Par>
struct host_policy {
    using space = diffgen::space::host;
    static constexpr const char* name = Par::name;
    static constexpr bool asynchronous = false;
    static constexpr int tile_capacity = 1024;

    int tile = tile_capacity;  ///< elements of a tile, a multiple of 4; results do not depend on it

    /// Calls f(0) .. f(n - 1), in any order and at the same time where there are threads.
    template <class F>
    void for_each(std::size_t n, const F& f) const {
        if (n == 1) return f(0);  // a small batch needs no second thread
        const thrust::counting_iterator<std::size_t> first(0);
        if constexpr (Par::one_thread) {
            thrust::for_each_n(Par::policy(), first, n, f);
        } else {
            first_exception failed;
            thrust::for_each_n(Par::policy(), first, n, guarded<F>{&f, &failed});
            failed.rethrow();
        }
    }
    static void wait() {}
    void check() const { check_tile(name, tile, tile_capacity); }
};

struct cpp_par {
    static constexpr const char* name = "cpp";
    static constexpr bool one_thread = true;
    static const auto& policy() { return thrust::cpp::par; }
};
#if DIFFGEN_HAS_OMP
struct omp_par {
    static constexpr const char* name = "omp";
    static constexpr bool one_thread = false;
    static const auto& policy() { return thrust::omp::par; }
};
#endif
#if DIFFGEN_HAS_TBB
struct tbb_par {
    static constexpr const char* name = "tbb";
    static constexpr bool one_thread = false;
    static const auto& policy() { return thrust::tbb::par; }
};
#endif

}  // namespace detail

/// One thread.
using cpp_policy = detail::host_policy<detail::cpp_par>;
inline constexpr cpp_policy cpp{};

#if DIFFGEN_HAS_OMP
/// OpenMP; there when the translation unit is compiled with it.
using omp_policy = detail::host_policy<detail::omp_par>;
inline constexpr omp_policy omp{};
#endif

#if DIFFGEN_HAS_TBB
/// Threading Building Blocks; there when DIFFGEN_HAS_TBB is 1 (the CMake component tbb).
using tbb_policy = detail::host_policy<detail::tbb_par>;
inline constexpr tbb_policy tbb{};
#endif

#if DIFFGEN_HAS_CUDA
/// A stream of the current CUDA device. Passes are queued on it, and the host waits for them once,
/// at the end of a run, or where an observer looks at the state. The stream may be one that does
/// not wait for the default stream: whatever fills the state must then have come before.
struct cuda_policy {
    using space = diffgen::space::cuda;
    static constexpr const char* name = "cuda";
    static constexpr bool asynchronous = true;
    static constexpr int tile_capacity = 4;
    static constexpr int tile = tile_capacity;

    cudaStream_t stream = nullptr;

    template <class F>
    void for_each(std::size_t n, const F& f) const {
        static_assert(std::is_trivially_copyable_v<F>,
                      "diffgen: what runs inside a pass on a device (guidance rule, hook, noise "
                      "source) must be trivially copyable");
        static_assert(sizeof(F) <= 4000,
                      "diffgen: a pass's arguments must fit into 4 KiB on a device: let a functor "
                      "hold pointers to device memory rather than large arrays");
        try {
            thrust::for_each_n(thrust::cuda::par_nosync.on(stream),
                               thrust::counting_iterator<std::size_t>(0), n, f);
        } catch (const thrust::system_error& e) {
            throw bad_device(diffgen::detail::text("diffgen: a CUDA pass did not start: ", e.what(),
                                                   "; is the stream one of the current device?"));
        }
    }
    void wait() const {
        if (const cudaError_t e = cudaStreamSynchronize(stream); e != cudaSuccess) {
            cudaGetLastError();  // forgotten here, or the next launch would be blamed
            throw bad_device(
                diffgen::detail::text("diffgen: CUDA stream: ", cudaGetErrorString(e)));
        }
    }
};
[[nodiscard]] inline cuda_policy cuda(cudaStream_t stream = nullptr) {
    return {stream};
}
#endif

/// A pass as a functor of Thrust: chooses the lanes once a tile.
template <class T, class Pass>
struct with_lanes {
    Pass pass;

    struct kernel {
        const Pass* pass;
        std::size_t index;
        template <class V>
        DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
            pass->template run<V>(index);
        }
    };

    DIFFGEN_HD void operator()(std::size_t index) const { lanes::run<T>(kernel{&pass, index}); }
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
