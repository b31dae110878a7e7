// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Models without training: counts of levels, by class and by what the neighbours are. Each gives
// exact probabilities, so that a diffusion model's bound can be judged.

#include <diffgen/density/independent_levels.hpp>
#include <diffgen/density/kind.hpp>

#include "../digits/data.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace digits {

using exact_densities = diffgen::density::log_densities<diffgen::density::exact>;

inline const auto lattice = diffgen::likelihood::lattice::with_ends(17);

inline diffgen::batch_view<const float> view(const labelled_digits& d) {
    return {d.pixel_values.data(), d.count(), pixels};
}

/// The digits of one class.
inline labelled_digits of_class(const labelled_digits& d, int label) {
    labelled_digits out;
    for (std::size_t i = 0; i < d.count(); ++i)
        if (d.labels[i] == label) {
            out.labels.push_back(label);
            out.pixel_values.insert(
                out.pixel_values.end(),
                d.pixel_values.begin() + static_cast<std::ptrdiff_t>(i * pixels),
                d.pixel_values.begin() + static_cast<std::ptrdiff_t>((i + 1) * pixels));
        }
    return out;
}

inline exact_densities uniform_levels(const labelled_digits& test) {
    return {std::vector<double>(test.count(), -double(pixels) * std::log(17.)), {}};
}

/// A mixture of ten histograms, one a class.
inline exact_densities class_histograms(const labelled_digits& training,
                                        const labelled_digits& test) {
    std::vector<exact_densities> parts;
    std::vector<double> log_shares;
    for (int c = 0; c < classes; ++c) {
        const auto own = of_class(training, c);
        log_shares.push_back(std::log(double(own.count()) / double(training.count())));
        parts.push_back(diffgen::density::independent_levels::counted(lattice, view(own))
                            .log_density(view(test)));
    }
    exact_densities found;
    for (std::size_t i = 0; i < test.count(); ++i) {
        std::array<double, classes> terms;
        for (std::size_t c = 0; c < terms.size(); ++c)
            terms[c] = parts[c].values[i] + log_shares[c];
        found.values.push_back(diffgen::likelihood::log_sum_exp(std::span<const double>(terms)));
    }
    return found;
}

/// Raster order: each pixel given its place and up to six neighbours that came before it. The
/// probability under n neighbours is that of the counts, filled up with `pseudo` times the
/// probability under n - 1 (Witten and Bell 1991, with a constant); under none it is the
/// histogram's.
class context_counts {
  public:
    explicit context_counts(const labelled_digits& training, double pseudo = 80) : pseudo_(pseudo) {
        for (std::size_t i = 0; i < training.count(); ++i)
            each_pixel(training, i, [&](std::size_t, int level, const auto& contexts) {
                for (const std::uint64_t c : contexts)
                    ++counts_[c][static_cast<std::size_t>(level)];
            });
    }

    [[nodiscard]] exact_densities log_density(const labelled_digits& test) const {
        exact_densities found;
        for (std::size_t i = 0; i < test.count(); ++i) {
            double sum = 0;
            each_pixel(test, i, [&](std::size_t, int level, const auto& contexts) {
                double p = 1. / 17;
                for (std::size_t n = 0; n < contexts.size(); ++n) {
                    const auto seen = counts_.find(contexts[n]);
                    if (seen == counts_.end()) break;
                    double total = 0;
                    for (const double v : seen->second)
                        total += v;
                    const double mass = n == 0 ? 0.3 * 17 : pseudo_;
                    p = (seen->second[static_cast<std::size_t>(level)] + mass * p) / (total + mass);
                }
                sum += std::log(p);
            });
            found.values.push_back(sum);
        }
        return found;
    }

  private:
    /// Calls f(place, level, contexts): a key for 0, 1 .. 6 neighbours.
    template <class F>
    static void each_pixel(const labelled_digits& d, std::size_t i, const F& f) {
        constexpr std::array<std::pair<int, int>, 6> before{
            {{0, -1}, {-1, 0}, {-1, -1}, {-1, 1}, {0, -2}, {-2, 0}}};
        constexpr std::array<int, 6> parts{6, 6, 4, 4, 3, 3};  // how finely each is seen
        for (int row = 0; row < 8; ++row)
            for (int col = 0; col < 8; ++col) {
                const auto level_at = [&](int r, int c) {
                    if (r < 0 || c < 0 || c > 7) return 0;
                    return lattice.level(
                        double(d.pixel_values[i * pixels + static_cast<std::size_t>(8 * r + c)]));
                };
                std::array<std::uint64_t, before.size() + 1> keys;
                keys[0] = static_cast<std::uint64_t>(8 * row + col);
                for (std::size_t n = 0; n < before.size(); ++n) {
                    const int seen = level_at(row + before[n].first, col + before[n].second);
                    keys[n + 1] =
                        keys[n] * 18 + static_cast<std::uint64_t>(1 + seen * parts[n] / 17);
                }
                for (std::size_t n = 0; n < keys.size(); ++n)
                    keys[n] = keys[n] * 7 + n;
                f(static_cast<std::size_t>(8 * row + col), level_at(row, col), keys);
            }
    }

    std::unordered_map<std::uint64_t, std::array<double, 17>> counts_;
    double pseudo_;
};

}  // namespace digits
