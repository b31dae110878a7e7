// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The digits as matrices, a column each, and digits with a defect.

#include <diffgen/noise/source.hpp>
#include <diffgen/posterior/matrices.hpp>

#include "../digits/data.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace anomaly {

using diffgen::posterior::Index;
using diffgen::posterior::matrix;

constexpr Index side = 8, pixels = side * side;

struct pictures {
    matrix values;
    std::vector<int> labels;

    [[nodiscard]] Index count() const { return values.cols(); }
    /// Those for which keep(label) holds.
    template <class Keep>
    [[nodiscard]] matrix where(Keep keep) const {
        std::vector<Index> chosen;
        for (std::size_t i = 0; i < labels.size(); ++i)
            if (keep(labels[i])) chosen.push_back(static_cast<Index>(i));
        return values(Eigen::all, chosen);
    }
};

/// The first digits of a file, `most` of them at most.
inline pictures read(const std::filesystem::path& file, Index most) {
    const auto d = digits::read_digits(file);
    const Eigen::Map<const Eigen::MatrixXf> all(d.pixel_values.data(), pixels,
                                                static_cast<Index>(d.count()));
    const Index n = std::min(most, all.cols());
    return {all.leftCols(n).cast<double>(), {d.labels.begin(), d.labels.begin() + n}};
}

struct defects {
    matrix values;
    std::vector<int> is_defect;  ///< of every picture
    matrix patch;                ///< 1 in the pixels that come from another digit
};

/// Every second picture gets 3 x 3 pixels of a digit of another class, in the same place.
inline defects with_defects(const pictures& p) {
    const diffgen::noise::philox random{11};
    std::uint64_t next = 0;
    const auto below = [&](Index n) {
        return static_cast<Index>(random.uniform<double>(diffgen::noise::stream::data, 0, next++) *
                                  static_cast<double>(n));
    };
    defects d{p.values, std::vector<int>(p.labels.size()), matrix::Zero(pixels, p.count())};
    for (Index i = 0; i < p.count(); i += 2) {
        Index other = below(p.count());
        while (p.labels[static_cast<std::size_t>(other)] == p.labels[static_cast<std::size_t>(i)])
            other = below(p.count());
        const Index row = below(side - 2), column = below(side - 2);
        for (Index r = row; r < row + 3; ++r) {
            d.values.col(i).segment(r * side + column, 3) =
                p.values.col(other).segment(r * side + column, 3);
            d.patch.col(i).segment(r * side + column, 3).setOnes();
        }
        d.is_defect[static_cast<std::size_t>(i)] = 1;
    }
    return d;
}

}  // namespace anomaly
