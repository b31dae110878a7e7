// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sequences of frames that are jointly Gaussian, and the network that knows them exactly whatever
// the levels of the frames are: what a network that is trained with a level for each frame
// approximates.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <cstddef>
#include <span>

/// A sample is some frames of pixels, one frame after the other. Each pixel goes through the frames
/// as an autoregression: x_b - m_b = correlation (x_{b-1} - m_{b-1}) + noise, with the same
/// deviation in every frame.
struct gaussian_frames {
    Eigen::VectorXd mean;  ///< of the pixels of each frame
    double correlation = 0.8;
    double deviation = 1;

    [[nodiscard]] Eigen::Index frames() const { return mean.size(); }
    [[nodiscard]] Eigen::MatrixXd covariance() const {
        return Eigen::MatrixXd::NullaryExpr(
            frames(), frames(), [this](Eigen::Index a, Eigen::Index b) {
                return deviation * deviation *
                       std::pow(correlation, std::abs(static_cast<double>(a - b)));
            });
    }

    /// The gain K of E[x_0 | x_t] = m + K (x_t - A m) for a pixel, all its frames at once, with
    /// frame b at levels[b]: x_t is N(A m, A C A + S S), with A the alphas and S the sigmas on
    /// diagonals, and A C is its covariance with x_0.
    [[nodiscard]] Eigen::MatrixXd gain(std::span<const diffgen::noise_level> levels) const {
        const Eigen::VectorXd a = alphas(levels);
        const Eigen::MatrixXd with_data = a.asDiagonal() * covariance();
        Eigen::MatrixXd of_state = with_data * a.asDiagonal();
        for (Eigen::Index b = 0; b < frames(); ++b) {
            const double sigma = levels[static_cast<std::size_t>(b)].sigma;
            of_state(b, b) += sigma * sigma;
        }
        return of_state.ldlt().solve(with_data).transpose();
    }
    [[nodiscard]] static Eigen::VectorXd alphas(std::span<const diffgen::noise_level> levels) {
        Eigen::VectorXd a(static_cast<Eigen::Index>(levels.size()));
        for (Eigen::Index b = 0; b < a.size(); ++b)
            a[b] = levels[static_cast<std::size_t>(b)].alpha;
        return a;
    }

    /// The network: it predicts D of every row. levels: one for each frame of each row; they are
    /// the same in all rows.
    template <class T>
    void operator()(diffgen::batch_view<const T> in, diffgen::batch_view<T> out,
                    std::span<const diffgen::noise_level> levels) const {
        using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
        const auto of_row = levels.first(static_cast<std::size_t>(frames()));
        const Eigen::MatrixXd k = gain(of_row);
        const Eigen::VectorXd constant = mean - k * alphas(of_row).cwiseProduct(mean);
        const matrix factor = k.transpose().template cast<T>();
        const Eigen::Matrix<T, 1, Eigen::Dynamic> added = constant.transpose().template cast<T>();
        const Eigen::Index pixels = static_cast<Eigen::Index>(in.elements) / frames();
        for (std::size_t i = 0; i < in.samples; ++i) {
            const Eigen::Map<const matrix> x(in.sample(i), pixels,
                                             frames());  // a frame is a column
            Eigen::Map<matrix> d(out.sample(i), pixels, frames());
            d.noalias() = x * factor;
            d.rowwise() += added;
        }
    }
};
