// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Operators on pictures that treat rows and columns one after the other: block means, crops and
// separable blurs. Their singular values are products of those of two small matrices.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/posterior/operators/dense.hpp>
#include <diffgen/posterior/operators/singular_values.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI::posterior {

/// A picture of `channels` planes, one after the other, each row by row.
struct picture_shape {
    Index channels = 1, height = 1, width = 1;

    void check() const {
        require(channels > 0 && height > 0 && width > 0, "a picture of ", channels, " x ", height,
                " x ", width, "; must all be above 0");
    }
    [[nodiscard]] Index elements() const { return channels * height * width; }
};

/// down X across' of every plane X.
class separable {
  public:
    /// down: of as many columns as a picture has rows; across: of as many as a row has pixels.
    separable(Index channels, matrix down, matrix across)
        : channels_(channels), down_(std::move(down)), across_(std::move(across)) {
        picture_shape{channels, down_.size(), across_.size()}.check();
        down_svd_ = detail::singular_values_of(down_);
        across_svd_ = detail::singular_values_of(across_);
    }

    [[nodiscard]] Index rows() const { return channels_ * down_.rows() * across_.rows(); }
    [[nodiscard]] Index cols() const { return channels_ * down_.cols() * across_.cols(); }
    [[nodiscard]] vector apply(const vector_ref& x) const {
        detail::check_size("the picture that an operator is applied to", x.size(), cols());
        return each_plane(down_, across_, x);
    }
    [[nodiscard]] vector adjoint(const vector_ref& y) const {
        detail::check_size("the picture that an adjoint is applied to", y.size(), rows());
        return each_plane(down_.transpose(), across_.transpose(), y);
    }
    /// r = 0 leaves out what A does not reach.
    [[nodiscard]] vector solve(double s, double r, const vector_ref& y) const {
        const vector along = each_plane(down_svd_.U.transpose(), across_svd_.U.transpose(), y);
        const vector gram = s * values().cwiseAbs2().replicate(channels_, 1);
        const vector scaled = along.array() / (gram.array() + r);
        vector reached = each_plane(down_svd_.U, across_svd_.U, scaled);
        // Where A reaches all of y, what is left of it is rounding.
        if (r == 0 || along.size() == y.size()) return reached;
        return reached + (y - each_plane(down_svd_.U, across_svd_.U, along)) / r;
    }
    /// Matrices of the whole picture: for small ones.
    [[nodiscard]] singular_values svd() const {
        return {of_all(down_svd_.U, across_svd_.U), values().replicate(channels_, 1),
                of_all(down_svd_.V, across_svd_.V)};
    }

  private:
    using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

    [[nodiscard]] vector each_plane(const matrix_ref& down, const matrix_ref& across,
                                    const vector_ref& from) const {
        vector to(channels_ * down.rows() * across.rows());
        for (Index c = 0; c < channels_; ++c) {
            const Eigen::Map<const row_major> plane(from.data() + c * down.cols() * across.cols(),
                                                    down.cols(), across.cols());
            Eigen::Map<row_major>(to.data() + c * down.rows() * across.rows(), down.rows(),
                                  across.rows()) = down * plane * across.transpose();
        }
        return to;
    }
    /// Of a plane, in the order of its pixels.
    [[nodiscard]] vector values() const {
        vector all(down_svd_.values.size() * across_svd_.values.size());
        Eigen::Map<row_major>(all.data(), down_svd_.values.size(), across_svd_.values.size()) =
            down_svd_.values * across_svd_.values.transpose();
        return all;
    }
    [[nodiscard]] matrix of_all(const matrix& down, const matrix& across) const {
        const Index rows = down.rows() * across.rows(), cols = down.cols() * across.cols();
        matrix all = matrix::Zero(channels_ * rows, channels_ * cols);
        for (Index c = 0; c < channels_; ++c)
            for (Index i = 0; i < down.rows(); ++i)
                for (Index j = 0; j < down.cols(); ++j)
                    all.block(c * rows + i * across.rows(), c * cols + j * across.cols(),
                              across.rows(), across.cols()) = down(i, j) * across;
        return all;
    }

    Index channels_;
    matrix down_, across_;
    singular_values down_svd_, across_svd_;
};

/// Super-resolution: every pixel of y is the mean of block_height x block_width of the picture.
/// Throws bad_argument where blocks do not divide it.
[[nodiscard]] inline separable block_mean(const picture_shape& picture, Index block_height,
                                          Index block_width) {
    picture.check();
    const auto means = [](const char* side, Index size, Index block) {
        require(block > 0 && size % block == 0, "blocks of ", block, " in a picture of ", side, " ",
                size, "; must divide it");
        matrix m = matrix::Zero(size / block, size);
        for (Index i = 0; i < size; ++i)
            m(i / block, i) = 1 / static_cast<double>(block);
        return m;
    };
    return {picture.channels, means("height", picture.height, block_height),
            means("width", picture.width, block_width)};
}

/// A rectangle of the picture: outpainting.
[[nodiscard]] inline separable crop(const picture_shape& picture, Index top, Index left,
                                    Index height, Index width) {
    picture.check();
    const auto part = [](const char* side, Index size, Index first, Index count) {
        require(first >= 0 && count > 0 && first + count <= size, "a crop of ", count,
                " pixels from ", first, " on of a picture of ", side, " ", size);
        return matrix(matrix::Identity(size, size).middleRows(first, count));
    };
    return {picture.channels, part("height", picture.height, top, height),
            part("width", picture.width, left, width)};
}

/// What a blur sees beyond the borders of a picture.
enum class border {
    periodic,   ///< the opposite side
    zero,       ///< nothing
    replicate,  ///< the pixel at the border
    reflect     ///< the picture mirrored, the pixel at the border once
};

/// Pixel i of the result is the sum over j of taps[j] times pixel i + j - taps / 2, down and
/// across.
[[nodiscard]] inline separable blur(const picture_shape& picture, std::span<const double> taps,
                                    border b) {
    picture.check();
    const auto matrix_for = [&](Index size) {
        const auto count = static_cast<Index>(taps.size());
        require(count > 0 && (b != border::reflect || count / 2 < size), "a blur of ", count,
                " taps on a side of ", size, " pixels");
        matrix m = matrix::Zero(size, size);
        for (Index i = 0; i < size; ++i)
            for (Index j = 0; j < count; ++j) {
                Index at = i + j - count / 2;
                const bool inside = at >= 0 && at < size;
                if (!inside && b == border::zero) continue;
                if (b == border::periodic) at = (at % size + size) % size;
                if (b == border::replicate) at = at < 0 ? 0 : at < size ? at : size - 1;
                if (b == border::reflect) at = at < 0 ? -at : at < size ? at : 2 * size - 2 - at;
                m(i, at) += taps[static_cast<std::size_t>(j)];
            }
        return m;
    };
    return {picture.channels, matrix_for(picture.height), matrix_for(picture.width)};
}

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
