// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How alike two pictures are: the peak signal-to-noise ratio, structural similarity (Wang et al.
// 2004, eq. 13) and its multi-scale form (Wang, Simoncelli and Bovik 2003, eq. 7). A picture is a
// matrix of one channel, either way round; of several channels, take the mean of the scores.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <array>
#include <cmath>
#include <cstddef>

namespace diffgen::inline DIFFGEN_ABI::metrics {

namespace detail {

/// Throws bad_shape unless both pictures have the same size, at least `least` each way;
/// bad_argument unless the range is positive; non_finite on NaN or infinity.
inline void check_pictures(const sample_matrix& x, const sample_matrix& y, double data_range,
                           Eigen::Index least) {
    if (x.rows() != y.rows() || x.cols() != y.cols()) {
        throw bad_shape(text("diffgen: pictures of ", x.rows(), " x ", x.cols(), " and of ",
                             y.rows(), " x ", y.cols(), " pixels"));
    }
    if (x.rows() < least || x.cols() < least) {
        throw bad_shape(text("diffgen: pictures of ", x.rows(), " x ", x.cols(),
                             " pixels, at least ", least, " x ", least, " are needed"));
    }
    if (!(data_range > 0) || !std::isfinite(data_range)) {
        throw bad_argument(text("diffgen: the data range is ", data_range, ", not above 0"));
    }
    check_samples("first picture's", x, 1);
    check_samples("second picture's", y, 1);
}

/// Pixels of the window each way, and the deviation of its Gaussian weights.
inline constexpr Eigen::Index window = 11;
inline constexpr double window_deviation = 1.5;

/// The Gaussian means over all windows inside the picture.
inline Eigen::ArrayXXd window_means(const Eigen::ArrayXXd& picture) {
    Eigen::Array<double, window, 1> weights;
    for (Eigen::Index i = 0; i < window; ++i) {
        const double place = static_cast<double>(i - window / 2) / window_deviation;
        weights(i) = std::exp(-place * place / 2);
    }
    weights /= weights.sum();
    const Eigen::Index rows = picture.rows() - window + 1, cols = picture.cols() - window + 1;
    Eigen::ArrayXXd down = Eigen::ArrayXXd::Zero(rows, picture.cols());
    Eigen::ArrayXXd means = Eigen::ArrayXXd::Zero(rows, cols);
    for (Eigen::Index i = 0; i < window; ++i)
        down += weights(i) * picture.middleRows(i, rows);
    for (Eigen::Index i = 0; i < window; ++i)
        means += weights(i) * down.middleCols(i, cols);
    return means;
}

struct similarity {
    double whole;      ///< the mean of luminance times contrast and structure
    double structure;  ///< the mean of contrast and structure alone
};

inline similarity similarity_of(const Eigen::ArrayXXd& x, const Eigen::ArrayXXd& y,
                                double data_range) {
    const double c1 = 0.01 * 0.01 * data_range * data_range;
    const double c2 = 0.03 * 0.03 * data_range * data_range;
    const Eigen::ArrayXXd mean_x = window_means(x), mean_y = window_means(y);
    const Eigen::ArrayXXd variances =
        window_means(x * x) - mean_x * mean_x + window_means(y * y) - mean_y * mean_y;
    const Eigen::ArrayXXd covariance = window_means(x * y) - mean_x * mean_y;
    const Eigen::ArrayXXd structure = (2 * covariance + c2) / (variances + c2);
    const Eigen::ArrayXXd luminance =
        (2 * mean_x * mean_y + c1) / (mean_x * mean_x + mean_y * mean_y + c1);
    return {(luminance * structure).mean(), structure.mean()};
}

/// The means of 2 x 2 pixels; a last odd row or column is left out.
inline Eigen::ArrayXXd halved(const Eigen::ArrayXXd& picture) {
    const Eigen::Index rows = picture.rows() / 2, cols = picture.cols() / 2;
    const auto every_other = [&](Eigen::Index row, Eigen::Index col) {
        return picture(Eigen::seqN(row, rows, 2), Eigen::seqN(col, cols, 2));
    };
    return (every_other(0, 0) + every_other(1, 0) + every_other(0, 1) + every_other(1, 1)) / 4;
}

/// The product over five scales; `seen(picture)` is what the last one sees of its pictures.
template <class Seen>
double multiscale_similarity(const sample_matrix& x, const sample_matrix& y, double data_range,
                             Seen seen) {
    constexpr std::array weights{0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
    constexpr std::size_t last = weights.size() - 1;
    check_pictures(x, y, data_range, window << last);
    const auto power = [](double factor, double weight) {
        return std::pow(factor > 0 ? factor : 0, weight);
    };
    Eigen::ArrayXXd a = x.array(), b = y.array();
    double product = 1;
    for (std::size_t scale = 0; scale < last; ++scale) {
        product *= power(similarity_of(a, b, data_range).structure, weights[scale]);
        a = halved(a);
        b = halved(b);
    }
    return product * power(similarity_of(seen(a), seen(b), data_range).whole, weights[last]);
}

}  // namespace detail

/// 10 log10(range^2 / mean squared difference), in dB; infinity for equal pictures. `data_range` is
/// the largest value that a pixel can have less the least. Throws bad_shape unless both pictures
/// have the same size, bad_argument unless the range is positive, non_finite on NaN or infinity.
inline double peak_signal_to_noise_ratio(const sample_matrix& x, const sample_matrix& y,
                                         double data_range) {
    detail::check_pictures(x, y, data_range, 1);
    const double error = (x - y).squaredNorm() / static_cast<double>(x.size());
    return 10 * std::log10(data_range * data_range / error);
}

/// The mean over all windows of 11 x 11 pixels (Gaussian weights of deviation 1.5, population
/// covariances, K1 = 0.01, K2 = 0.03) that lie inside the picture; 1 for equal pictures. Throws
/// bad_shape unless both pictures have the same size, at least 11 x 11; else as above.
inline double structural_similarity(const sample_matrix& x, const sample_matrix& y,
                                    double data_range) {
    detail::check_pictures(x, y, data_range, detail::window);
    return detail::similarity_of(x.array(), y.array(), data_range).whole;
}

/// The product over five scales, each of half the size of that before, of contrast and structure to
/// the power of the scale's weight; the last scale has luminance too. A negative factor counts as
/// zero. Throws bad_shape unless both pictures have the same size, at least 176 x 176; else as
/// above.
inline double multiscale_structural_similarity(const sample_matrix& x, const sample_matrix& y,
                                               double data_range) {
    return detail::multiscale_similarity(x, y, data_range,
                                         [](const Eigen::ArrayXXd& picture) { return picture; });
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
