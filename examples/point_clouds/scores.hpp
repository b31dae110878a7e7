// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How near one set of clouds is to another, by the distance of nearest points (Chamfer): the three
// measures of the point cloud literature (Achlioptas et al. 2018; Yang et al. 2019, PointFlow).

#include "../common/on_all_cores.hpp"
#include "clouds.hpp"

#include <limits>
#include <vector>

namespace point_clouds {

/// The mean squared distance of each cloud's points to the nearest of the other, both ways.
inline double chamfer(const vector& a, const vector& b) {
    const Eigen::Map<const matrix> x(a.data(), 2, points), y(b.data(), 2, points);
    double sum = 0;
    for (Index p = 0; p < points; ++p)
        sum += (y.colwise() - x.col(p)).colwise().squaredNorm().minCoeff() +
               (x.colwise() - y.col(p)).colwise().squaredNorm().minCoeff();
    return sum / static_cast<double>(points);
}

struct closeness {
    double matching;  ///< mean distance of a test cloud to the nearest generated one, least is best
    double coverage;  ///< per cent of the test clouds that are some generated cloud's nearest
    double told;      ///< per cent whose nearest neighbour is of their own set: 50 is the best
};

/// Of two sets of the same size.
inline closeness compared(const matrix& generated, const matrix& test) {
    const Index n = test.cols();
    matrix all(numbers, 2 * n);
    all << generated, test;
    matrix distance(2 * n, 2 * n);
    common::on_all_cores(2 * n, [&](Index i) {
        for (Index j = 0; j < 2 * n; ++j)
            distance(j, i) =
                i == j ? std::numeric_limits<double>::infinity() : chamfer(all.col(i), all.col(j));
    });
    closeness c{0, 0, 0};
    std::vector<bool> covered(static_cast<std::size_t>(n), false);
    for (Index i = 0; i < 2 * n; ++i) {
        Index nearest = 0;
        distance.col(i).minCoeff(&nearest);
        c.told += ((nearest < n) == (i < n)) * 50. / static_cast<double>(n);
        if (i < n) {
            distance.col(i).tail(n).minCoeff(&nearest);
            covered[static_cast<std::size_t>(nearest)] = true;
        } else {
            c.matching += distance.col(i).head(n).minCoeff() / static_cast<double>(n);
        }
    }
    for (const bool each : covered)
        c.coverage += each * 100. / static_cast<double>(n);
    return c;
}

}  // namespace point_clouds
