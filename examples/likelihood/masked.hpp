// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The network of the example masked_digits: one that fills in masked pixels, as masked diffusion
// and as an autoregressive model.

#include <diffgen/density/kind.hpp>
#include <diffgen/discrete/likelihood.hpp>
#include <diffgen/nn/weights_file.hpp>

#include "../digits/data.hpp"
#include "../masked_digits/network.hpp"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

/// Reads the weights once; gives the probabilities of digits.
class masked_model {
  public:
    explicit masked_model(const std::filesystem::path& weights) {
        load_weights(net_.weights(), weights);
    }

    /// The bound of masked diffusion, by so many draws a digit.
    [[nodiscard]] auto bound(const digits::labelled_digits& d, int draws) const {
        const auto x = levels_of(d);
        auto predictor = diffgen::discrete::predicts(diffgen::discrete::clean{}, std::cref(net_));
        return diffgen::discrete::masked_bound(corruption, predictor, diffgen::batch(x, d.count()),
                                               {.draws = draws});
    }
    /// Pixel by pixel from the top left, exactly.
    [[nodiscard]] auto raster(const digits::labelled_digits& d) const {
        const auto x = levels_of(d);
        auto predictor = diffgen::discrete::predicts(diffgen::discrete::clean{}, std::cref(net_));
        return diffgen::discrete::sequential_log_probability(corruption, predictor,
                                                             diffgen::batch(x, d.count()));
    }

  private:
    static constexpr diffgen::discrete::absorbing corruption{masked_digits::levels + 1,
                                                             masked_digits::mask};

    static std::vector<std::int8_t> levels_of(const digits::labelled_digits& d) {
        std::vector<std::int8_t> x;
        for (const float v : d.pixel_values)
            x.push_back(static_cast<std::int8_t>(std::lround(8 * (v + 1))));
        return x;
    }

    masked_digits::network net_;
};
