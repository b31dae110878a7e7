// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// C += A B with block sizes of its own, by the kernels of Eigen's general product (Goto 2008).
//
// Eigen's operator* takes its block sizes from the caches of the machine and the number of threads,
// opens a parallel region itself, and allocates; here the bits depend on the shapes and the
// instruction set alone, the call stays on its thread, and the scratch memory is kept.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/matrix.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI::nn {

namespace detail {

/// Rows of A, columns of B and inner numbers of a block of a product. A packed block of A fills
/// half of a 512 KiB second-level cache in floats.
inline constexpr extent mc = 256, nc = 256, kc = 256;

/// Eigen's pieces of a product whose operands are plain.
template <class T>
struct kernels {
    using traits = Eigen::internal::gebp_traits<T, T>;
    using reader = Eigen::internal::const_blas_data_mapper<T, extent, Eigen::ColMajor>;
    using writer =
        Eigen::internal::blas_data_mapper<T, extent, Eigen::ColMajor, Eigen::Unaligned, 1>;
    using pack_left =
        Eigen::internal::gemm_pack_lhs<T, extent, reader, traits::mr, traits::LhsProgress,
                                       typename traits::LhsPacket4Packing, Eigen::ColMajor>;
    using pack_right =
        Eigen::internal::gemm_pack_rhs<T, extent, reader, traits::nr, Eigen::ColMajor>;
    using product =
        Eigen::internal::gebp_kernel<T, T, extent, writer, traits::mr, traits::nr, false, false>;
};

}  // namespace detail

/// A left operand in the order in which the kernels read it. Made once, it serves many products.
template <class T>
class packed_matrix {
  public:
    void pack(const view<T>& a) {
        rows_ = a.rows();
        cols_ = a.cols();
        if (values_.size() < a.size()) values_.resize(a.size());
        const typename detail::kernels<T>::reader from(a.data(), a.outerStride());
        typename detail::kernels<T>::pack_left pack;
        for (extent i = 0; i < rows_; i += detail::mc)
            for (extent k = 0; k < cols_; k += detail::kc)
                pack(values_.data() + offset(i, k), from.getSubMapper(i, k),
                     std::min(detail::kc, cols_ - k), std::min(detail::mc, rows_ - i));
    }

    extent rows() const { return rows_; }
    extent cols() const { return cols_; }
    /// The block whose first entry is (i, k), multiples of the sizes of a block.
    const T* block(extent i, extent k) const { return values_.data() + offset(i, k); }

  private:
    extent offset(extent i, extent k) const {
        return i * cols_ + std::min(detail::mc, rows_ - i) * k;
    }

    Eigen::Matrix<T, Eigen::Dynamic, 1> values_;
    extent rows_ = 0, cols_ = 0;
};

/// The scratch memory of products; one thread at a time may use it.
template <class T>
class gemm {
  public:
    /// c += op(a) op(b); the shapes must fit, c must not overlap a or b.
    void accumulate(const view<T>& a, form fa, const view<T>& b, form fb, span_matrix<T> c) {
        choose(a, fa, b, fb, c);
    }
    /// The same of blocks of matrices.
    void accumulate(const block_view<T>& a, form fa, const block_view<T>& b, form fb,
                    span_block<T> c) {
        choose(a, fa, b, fb, c);
    }

    /// The same of a packed a: c += a b, with the same bits.
    void accumulate(const packed_matrix<T>& a, const view<T>& b, span_matrix<T> c) {
        grow(b_, std::min(c.cols(), nc) * kc);
        const typename detail::kernels<T>::reader from(b.data(), b.outerStride());
        const typename detail::kernels<T>::writer to(c.data(), c.outerStride());
        const bool one_block = a.cols() <= kc && c.cols() <= nc;
        typename detail::kernels<T>::pack_right pack;
        typename detail::kernels<T>::product multiply;
        for (extent i = 0; i < a.rows(); i += mc)
            for (extent k = 0; k < a.cols(); k += kc)
                for (extent j = 0; j < c.cols(); j += nc) {
                    const extent rows = std::min(mc, a.rows() - i),
                                 depth = std::min(kc, a.cols() - k);
                    const extent cols = std::min(nc, c.cols() - j);
                    if (i == 0 || !one_block) pack(b_.data(), from.getSubMapper(k, j), depth, cols);
                    multiply(to.getSubMapper(i, j), a.block(i, k), b_.data(), rows, depth, cols,
                             T(1));
                }
    }

    /// Scratch memory of `size` values for what forms operands of products: piece 0 or 1, which
    /// stays where it is until the piece is asked for again.
    T* room(std::size_t piece, extent size) {
        grow(rooms_[piece], size);
        return rooms_[piece].data();
    }

  private:
    static constexpr extent mc = detail::mc, nc = detail::nc, kc = detail::kc;

    struct blocking : Eigen::internal::level3_blocking<T, T> {
        blocking(T* a, T* b) {
            this->m_blockA = a;
            this->m_blockB = b;
            this->m_mc = mc;
            this->m_nc = nc;
            this->m_kc = kc;
        }
    };

    template <class In, class Out>
    void choose(const In& a, form fa, const In& b, form fb, Out& c) {
        if (fa == form::plain) {
            fb == form::plain ? run<Eigen::ColMajor, Eigen::ColMajor>(a, b, c, a.cols())
                              : run<Eigen::ColMajor, Eigen::RowMajor>(a, b, c, a.cols());
        } else {
            fb == form::plain ? run<Eigen::RowMajor, Eigen::ColMajor>(a, b, c, a.rows())
                              : run<Eigen::RowMajor, Eigen::RowMajor>(a, b, c, a.rows());
        }
    }

    template <int OrderA, int OrderB, class In, class Out>
    void run(const In& a, const In& b, Out& c, extent depth) {
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
    std::array<Eigen::Matrix<T, Eigen::Dynamic, 1>, 2> rooms_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
