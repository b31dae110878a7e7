// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// C += A B with block sizes of its own, by the kernels of Eigen's general product (Goto 2008).
//
// Eigen's operator* takes its block sizes from the caches of the machine and the number of threads,
// opens a parallel region itself, and allocates; here the bits depend on the shapes and the
// instruction set alone, the call stays on its thread, and the scratch memory is kept.

#include <diffgen/nn/matrix.hpp>

#include <algorithm>
#include <cstddef>

namespace diffgen::nn {

/// How an operand of a product enters it.
enum class form { plain, transposed };

/// The scratch memory of products; one thread at a time may use it.
template <class T>
class gemm {
  public:
    /// c += op(a) op(b); the shapes must fit, c must not overlap a or b.
    void accumulate(const view<T>& a, form fa, const view<T>& b, form fb, span_matrix<T> c) {
        if (fa == form::plain) {
            fb == form::plain ? run<Eigen::ColMajor, Eigen::ColMajor>(a, b, c, a.cols())
                              : run<Eigen::ColMajor, Eigen::RowMajor>(a, b, c, a.cols());
        } else {
            fb == form::plain ? run<Eigen::RowMajor, Eigen::ColMajor>(a, b, c, a.rows())
                              : run<Eigen::RowMajor, Eigen::RowMajor>(a, b, c, a.rows());
        }
    }

  private:
    // A packed block of A fills half of a 512 KiB second-level cache in floats.
    static constexpr extent mc = 256, nc = 256, kc = 256;

    struct blocking : Eigen::internal::level3_blocking<T, T> {
        blocking(T* a, T* b) {
            this->m_blockA = a;
            this->m_blockB = b;
            this->m_mc = mc;
            this->m_nc = nc;
            this->m_kc = kc;
        }
    };

    template <int OrderA, int OrderB>
    void run(const view<T>& a, const view<T>& b, span_matrix<T>& c, extent depth) {
        if (c.size() == 0 || depth == 0) return;
        // What the product asks for: min(rows, mc) x kc and kc x min(cols, nc) values.
        grow(a_, std::min(c.rows(), mc) * kc);
        grow(b_, std::min(c.cols(), nc) * kc);
        blocking blocks(a_.data(), b_.data());
        using product =
            Eigen::internal::general_matrix_matrix_product<extent, T, OrderA, false, T, OrderB,
                                                           false, Eigen::ColMajor, 1>;
        product::run(c.rows(), c.cols(), depth, a.data(), a.outerStride(), b.data(),
                     b.outerStride(), c.data(), 1, c.outerStride(), T(1), blocks);
    }

    static void grow(Eigen::Matrix<T, Eigen::Dynamic, 1>& buffer, extent size) {
        if (buffer.size() < size) buffer.resize(size);
    }

    Eigen::Matrix<T, Eigen::Dynamic, 1> a_, b_;
};

}  // namespace diffgen::nn
