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
#include <vector>

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

/// The weights of a window along one axis: a Gaussian, with the sum 1.
inline Eigen::ArrayXd gaussian_window(Eigen::Index size, double deviation) {
    const Eigen::ArrayXd places =
        Eigen::ArrayXd::LinSpaced(size, -static_cast<double>(size - 1) / 2,
                                  static_cast<double>(size - 1) / 2) /
        deviation;
    const Eigen::ArrayXd weights = (-places * places / 2).exp();
    return weights / weights.sum();
}

/// The means over all windows inside the picture.
inline Eigen::ArrayXXd window_means(const Eigen::ArrayXXd& picture, const Eigen::ArrayXd& weights) {
    const Eigen::Index rows = picture.rows() - weights.size() + 1;
    const Eigen::Index cols = picture.cols() - weights.size() + 1;
    Eigen::ArrayXXd down = Eigen::ArrayXXd::Zero(rows, picture.cols());
    Eigen::ArrayXXd means = Eigen::ArrayXXd::Zero(rows, cols);
    for (Eigen::Index i = 0; i < weights.size(); ++i)
        down += weights(i) * picture.middleRows(i, rows);
    for (Eigen::Index i = 0; i < weights.size(); ++i)
        means += weights(i) * down.middleCols(i, cols);
    return means;
}

/// What the similarity of two pictures depends on: the windows' weights, and its constants.
struct similarity_rule {
    Eigen::ArrayXd window;
    double c1, c2;
    bool clamped = false;  ///< variances that rounding made negative count as zero

    similarity_rule(double data_range, Eigen::Index window_size = 11, double deviation = 1.5,
                    double k1 = 0.01, double k2 = 0.03)
        : window(gaussian_window(window_size, deviation)),
          c1(k1 * k1 * data_range * data_range),
          c2(k2 * k2 * data_range * data_range) {}
};

/// A number for every window inside the pictures.
struct similarity_map {
    Eigen::ArrayXXd whole;      ///< luminance times contrast and structure
    Eigen::ArrayXXd structure;  ///< contrast and structure alone
};

inline similarity_map similarity_of(const Eigen::ArrayXXd& x, const Eigen::ArrayXXd& y,
                                    const similarity_rule& rule) {
    const auto means = [&](const Eigen::ArrayXXd& picture) {
        return window_means(picture, rule.window);
    };
    const Eigen::ArrayXXd mean_x = means(x), mean_y = means(y);
    Eigen::ArrayXXd variance_x = means(x * x) - mean_x * mean_x;
    Eigen::ArrayXXd variance_y = means(y * y) - mean_y * mean_y;
    if (rule.clamped) {
        variance_x = variance_x.max(0);
        variance_y = variance_y.max(0);
    }
    const Eigen::ArrayXXd covariance = means(x * y) - mean_x * mean_y;
    const Eigen::ArrayXXd structure =
        (2 * covariance + rule.c2) / (variance_x + variance_y + rule.c2);
    const Eigen::ArrayXXd luminance =
        (2 * mean_x * mean_y + rule.c1) / (mean_x * mean_x + mean_y * mean_y + rule.c1);
    return {luminance * structure, structure};
}

/// The means of 2 x 2 pixels; a last odd row or column is left out.
inline Eigen::ArrayXXd halved(const Eigen::ArrayXXd& picture) {
    const Eigen::Index rows = picture.rows() / 2, cols = picture.cols() / 2;
    const auto every_other = [&](Eigen::Index row, Eigen::Index col) {
        return picture(Eigen::seqN(row, rows, 2), Eigen::seqN(col, cols, 2));
    };
    return (every_other(0, 0) + every_other(1, 0) + every_other(0, 1) + every_other(1, 1)) / 4;
}

/// The powers of the five scales (Wang, Simoncelli and Bovik 2003, section 3.2).
inline constexpr std::array scale_powers{0.0448, 0.2856, 0.3001, 0.2363, 0.1333};

/// The maps of x and y at each of `scales`, from the finest on. `seen(x, y)` is the map of two
/// pictures, `next(picture)` the picture at the next coarser scale.
template <class Seen, class Next>
std::vector<similarity_map> maps_of_scales(Eigen::ArrayXXd x, Eigen::ArrayXXd y, std::size_t scales,
                                           Seen seen, Next next) {
    std::vector<similarity_map> maps;
    for (std::size_t scale = 0; scale < scales; ++scale) {
        if (scale > 0) {
            x = next(x);
            y = next(y);
        }
        maps.push_back(seen(x, y));
    }
    return maps;
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
    const detail::similarity_rule rule(data_range);
    detail::check_pictures(x, y, data_range, rule.window.size());
    return detail::similarity_of(x.array(), y.array(), rule).whole.mean();
}

/// The product over five scales, each of half the size of that before, of contrast and structure to
/// the power of the scale's weight; the last scale has luminance too. A negative factor counts as
/// zero. Throws bad_shape unless both pictures have the same size, at least 176 x 176; else as
/// above.
inline double multiscale_structural_similarity(const sample_matrix& x, const sample_matrix& y,
                                               double data_range) {
    const detail::similarity_rule rule(data_range);
    constexpr auto& powers = detail::scale_powers;
    detail::check_pictures(x, y, data_range, rule.window.size() << (powers.size() - 1));
    const auto maps = detail::maps_of_scales(
        x.array(), y.array(), powers.size(),
        [&](const auto& a, const auto& b) { return detail::similarity_of(a, b, rule); },
        detail::halved);
    double product = 1;
    for (std::size_t scale = 0; scale < maps.size(); ++scale) {
        const bool last = scale + 1 == maps.size();
        const double factor = (last ? maps[scale].whole : maps[scale].structure).mean();
        product *= std::pow(factor > 0 ? factor : 0, powers[scale]);
    }
    return product;
}

}  // namespace diffgen::inline DIFFGEN_ABI::metrics

#include <diffgen/core/with_macros.hpp>
