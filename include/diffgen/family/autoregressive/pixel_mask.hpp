// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Masks of convolutions that see only pixels before the one they speak of, row by row, and of its
// own colours only those before (van den Oord et al. 2016, "Pixel recurrent neural networks",
// section 3.4).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/matrix.hpp>

namespace diffgen::inline DIFFGEN_ABI::family {

/// The first layer must not see the pixel's own colour (a); later layers may (b).
enum class pixel_mask_type { a, b };

/// Ones where a kernel may look: outputs x (inputs kernel kernel), as a convolution has its weight.
/// Channels fall into `groups` colours, group(ch) = ch groups / channels. Throws bad_argument.
[[nodiscard]] inline nn::matrix<double> pixel_mask(pixel_mask_type type, int inputs, int outputs,
                                                   int kernel, int groups = 1) {
    require(inputs >= 1 && outputs >= 1 && kernel >= 1 && groups >= 1, "a pixel mask of ", inputs,
            " inputs, ", outputs, " outputs, ", groups, " groups and a kernel of ", kernel);
    nn::matrix<double> mask(outputs, inputs * kernel * kernel);
    const int centre = kernel / 2;
    for (int o = 0; o < outputs; ++o)
        for (int c = 0; c < inputs; ++c) {
            const int from = c * groups / inputs, to = o * groups / outputs;
            const bool own = type == pixel_mask_type::a ? from < to : from <= to;
            for (int i = 0; i < kernel; ++i)
                for (int j = 0; j < kernel; ++j) {
                    const bool before = i < centre || (i == centre && j < centre);
                    const bool here = i == centre && j == centre && own;
                    mask(o, (c * kernel + i) * kernel + j) = before || here ? 1 : 0;
                }
        }
    return mask;
}

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
