// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The diffusion network of the digits example, which is not trained here: its samples, and the
// bound of its likelihood as it is and with what a lattice of levels knows.

#include "data.hpp"
#include "report.hpp"

#include <filesystem>
#include <vector>

namespace families {

inline constexpr const char* diffusion_name = "diffusion";

struct diffusion_result {
    std::vector<row> rows;
    matrix samples;  ///< levels, a column each
};

/// The digits lie in the folder `data`; the measures are against `test`. Throws bad_file.
diffusion_result diffusion(const std::filesystem::path& data, const matrix& test,
                           Eigen::Index samples, bool quick);

}  // namespace families
