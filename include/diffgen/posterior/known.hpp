// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Replacement (Song et al. 2021, section 5): after every step the known elements of the state
// become the data, noised to the level just reached. With a grid that goes up again it is RePaint
// (Lugmayr et al. 2022).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/observe/observer.hpp>
#include <diffgen/posterior/normals.hpp>
#include <diffgen/posterior/operators/selection.hpp>
#include <diffgen/process/process_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::posterior {

enum class replacement_noise {
    fresh,  ///< another noise after every step
    shared  ///< one noise for the whole run, so that the known part moves along a straight path
};

/// What is known of every sample; observe() is for options::observe.
class known {
  public:
    /// data: one list of known elements for all samples, or a column each. noise: the standard
    /// deviation of the data's own noise; what the level has beyond it is added. Throws bad_shape
    /// unless there is a number for each known element.
    known(mask which, matrix data, double noise = 0)
        : mask_(std::move(which)), data_(std::move(data)), noise_(noise) {
        detail::check_size("the known data", data_.rows(), mask_.rows());
        require(detail::is_not_negative(noise), "known data with noise = ", noise,
                "; must be finite and not negative");
    }

    /// seed: of the noise of the known elements, a stream of its own. A step that adds noise leaves
    /// the state alone, whose known elements have the right noise then.
    [[nodiscard]] observer observe(std::uint64_t seed = 0,
                                   replacement_noise kind = replacement_noise::fresh,
                                   std::uint64_t first_sample = 0) const {
        const auto reached = std::make_shared<double>(-diffgen::detail::infinity);
        return {.on_step = [self = *this, seed, kind, first_sample, reached](const observation& o) {
            const double before = std::exchange(*reached, o.level.log_snr);
            if (o.step > 1 && o.level.log_snr < before) return true;
            std::vector<double> state = o.state();
            const auto draw =
                kind == replacement_noise::fresh ? static_cast<std::uint32_t>(o.step) : 0u;
            self.replace(state, o, seed, draw, first_sample);
            o.set_state(state);
            return true;
        }};
    }

  private:
    void replace(std::vector<double>& state, const observation& o, std::uint64_t seed,
                 std::uint32_t draw, std::uint64_t first_sample) const {
        const auto n = static_cast<Index>(o.samples);
        detail::check_size("a sample", static_cast<Index>(o.elements), mask_.cols());
        if (data_.cols() != 1 && data_.cols() != n)
            throw bad_shape(detail::text("diffgen: known data of ", data_.cols(),
                                         " samples for a batch of ", n,
                                         "; one for all, or one each"));
        const double own = o.level.alpha * noise_;
        const double added = std::sqrt(std::max(0., o.level.sigma * o.level.sigma - own * own));
        const matrix z =
            detail::normals(seed, noise::stream::inpainting, draw, mask_.rows(), n, first_sample);
        Eigen::Map<matrix> x(state.data(), mask_.cols(), n);
        for (Index i = 0; i < n; ++i)
            for (Index k = 0; k < mask_.rows(); ++k)
                x(mask_.known()[static_cast<std::size_t>(k)], i) =
                    o.level.alpha * data_(k, data_.cols() == 1 ? 0 : i) + added * z(k, i);
    }

    mask mask_;
    matrix data_;
    double noise_;
};

/// The levels of `main`, gone up again as RePaint does (Lugmayr et al. 2022, algorithm 1): after
/// every `jump` steps down, as many up, until each piece has been gone down `repeats` times. For
/// solver::restart, which adds the noise of the way up.
template <class Main>
struct resampled {
    static constexpr bool may_rise = true;
    static constexpr bool restarts = true;

    Main main{};
    int jump = 10;     ///< steps
    int repeats = 10;  ///< times that each piece is gone down; 1 is the grid itself

    [[nodiscard]] std::vector<noise_level> levels(const process_view& p, int n) const {
        require(jump >= 1 && repeats >= 1, "resampled with jump = ", jump, ", repeats = ", repeats,
                "; must both be 1 or more");
        std::vector<noise_level> down = main.levels(p, n);
        const noise_level end = down.back();
        down.pop_back();
        std::vector<noise_level> all{down[0]};
        const auto steps = static_cast<std::ptrdiff_t>(down.size()) - 1;
        for (std::ptrdiff_t first = 0; first < steps; first += jump) {
            const std::ptrdiff_t last = std::min<std::ptrdiff_t>(first + jump, steps);
            for (int turn = 0; turn < repeats; ++turn) {
                if (turn > 0) all.push_back(down[static_cast<std::size_t>(first)]);
                all.insert(all.end(), down.begin() + first + 1, down.begin() + last + 1);
            }
        }
        all.push_back(end);
        return all;
    }
};

template <class Main, class... Rest>
resampled(Main, Rest...) -> resampled<Main>;

}  // namespace diffgen::inline DIFFGEN_ABI::posterior

#include <diffgen/core/with_macros.hpp>
