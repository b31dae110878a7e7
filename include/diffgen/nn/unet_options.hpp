// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sizes of a U-Net.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/matrix.hpp>
#include <diffgen/nn/time_embedding.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

struct unet_options {
    int channels = 1, height = 8, width = 8;  ///< of a picture, in and out
    std::vector<int> widths{32, 64};  ///< channels of every level; a level has half the height and
                                      ///< width of the one before
    int blocks = 1;                   ///< of a level on the way down; one more on the way up
    int attention_from = 1;     ///< in this level and those below attention follows every block; it
                                ///< stands in the middle always
    int groups = 8;             ///< of the group norm; they divide all widths
    int heads = 4;              ///< of the attention; they divide its widths
    extent context = 64;        ///< features of the context (time and class) that every block sees
    extent time_features = 64;  ///< sines and cosines of the time value
    int classes = 0;            ///< known classes; index `classes` is the null class
    frequency_range times = for_log_snr;  ///< what the time value is
    std::uint64_t seed = 0;               ///< of the initial weights

    /// Throws bad_argument.
    void check() const {
        require(!widths.empty() && widths.size() < 16, "unet of ", widths.size(), " levels");
        const int smallest = 1 << (widths.size() - 1);
        require(channels >= 1 && height >= 1 && width >= 1 && height % smallest == 0 &&
                    width % smallest == 0,
                "unet of ", widths.size(), " levels on pictures of ", channels, " x ", height,
                " x ", width, "; height and width must be multiples of ", smallest);
        require(blocks >= 1 && attention_from >= 0 && groups >= 1 && heads >= 1,
                "unet with blocks ", blocks, ", attention_from ", attention_from, ", groups ",
                groups, ", heads ", heads);
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const int n = widths[i];
            require(n >= 1 && n % groups == 0, "unet: a width of ", n, " in ", groups, " groups");
            const bool attends =
                i + 1 == widths.size() || i >= static_cast<std::size_t>(attention_from);
            require(!attends || n % heads == 0, "unet: a width of ", n, " in ", heads, " heads");
        }
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
