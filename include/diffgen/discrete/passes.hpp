// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The passes of a discrete run over its batch. Every draw is by the inverse distribution function
// from a uniform number in double precision, addressed by seed, sample, element and draw: the
// levels of a sample depend neither on the batch nor on the threads.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/discrete/distribution.hpp>
#include <diffgen/discrete/orders.hpp>
#include <diffgen/discrete/predicts.hpp>
#include <diffgen/discrete/step.hpp>
#include <diffgen/noise/stream.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete::detail {

/// The first element of the batch whose answers or weights were no distribution.
class first_failure {
  public:
    void note(std::size_t flat) {
        std::size_t known = flat_.load();
        while (flat < known && !flat_.compare_exchange_weak(known, flat)) {
        }
    }
    [[nodiscard]] bool any() const { return flat_.load() != none; }
    [[nodiscard]] std::size_t flat() const { return flat_.load(); }

  private:
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    std::atomic<std::size_t> flat_{none};
};

/// The exponentials of an element's answers, the largest of which is 1. False where that cannot be:
/// an answer that is NaN or +infinity, or all of them -infinity.
template <class Number>
[[nodiscard]] bool exponentials(const Number* answers, std::span<double> row) {
    Number top = answers[0];
    for (std::size_t y = 0; y < row.size(); ++y) {
        if (answers[y] != answers[y]) return false;
        top = std::max(top, answers[y]);
    }
    if (!std::isfinite(top)) return false;
    for (std::size_t y = 0; y < row.size(); ++y)
        row[y] = std::exp(static_cast<double>(answers[y]) - static_cast<double>(top));
    return true;
}

/// Whether the weights can be drawn from.
[[nodiscard]] inline bool is_distribution(std::span<const double> row) {
    double sum = 0;
    for (const double v : row)
        if (!(v <= 0)) sum += v;
    return diffgen::detail::is_positive(sum);
}

/// What the passes of one step share.
template <class Level, class Number, class Prediction, class Step, class Noise>
struct pass {
    batch_view<Level> x;
    const Number* answers;  ///< samples x elements x states
    const Step& step;
    Noise noise;
    std::uint32_t draw;
    std::uint64_t first_sample;
    first_failure& failed;

    [[nodiscard]] std::size_t states() const { return static_cast<std::size_t>(step.states()); }
    [[nodiscard]] double uniform(noise::stream stream, std::uint32_t which,
                                 std::size_t flat) const {
        return noise.template uniform<double>(stream, which, first_sample * x.elements + flat);
    }
    /// The origins of an element that shows `shown`. False where the answers are no distribution.
    [[nodiscard]] bool origins(std::size_t flat, int shown, std::span<double> row) const {
        if (step.is_clean(shown)) {
            std::fill(row.begin(), row.end(), 0.);
            row[static_cast<std::size_t>(shown)] = 1;
            return true;
        }
        if (!exponentials(answers + flat * states(), row)) return false;
        Prediction::to_origins(step, shown, row);
        step.exclude_noise(row);
        return true;
    }
};

/// Every element decides for itself: tile `i` of the batch.
template <class Rule, class Pass>
void change_elements(const Rule& rule, const Pass& p, std::size_t first, std::size_t last) {
    constexpr bool changes_clean = requires {
        Rule::changes_clean;
    };
    std::vector<double> row(p.states());
    for (std::size_t flat = first; flat < last; ++flat) {
        const int shown = static_cast<int>(p.x.data[flat]);
        if (!changes_clean && p.step.is_clean(shown)) continue;
        if (!p.origins(flat, shown, row)) {
            p.failed.note(flat);
            continue;
        }
        rule.weigh(p.step, shown, row);
        if (!is_distribution(row)) {
            p.failed.note(flat);
            continue;
        }
        using level = std::remove_reference_t<decltype(p.x.data[flat])>;
        p.x.data[flat] = static_cast<level>(first_reaching(
            std::span<const double>(row), p.uniform(noise::stream::solver, p.draw, flat)));
    }
}

/// How many of `now` masked elements stay masked after the step, of `all` at the beginning.
/// `share`: the probability of a mask after the step over that at the beginning.
[[nodiscard]] inline std::size_t masked_after(std::size_t now, std::size_t all, double share,
                                              int elements_a_step) {
    if (elements_a_step > 0) return now - std::min(now, static_cast<std::size_t>(elements_a_step));
    return std::min(now,
                    static_cast<std::size_t>(std::floor(share * static_cast<double>(all) + 0.5)));
}

/// Shows some masked elements of a sample, in the order's turn. all: those that were masked at the
/// beginning of the run.
template <class Order, class Pass>
void show_elements(const Order& order, const Pass& p, std::size_t sample, std::size_t all,
                   double share) {
    struct place {
        double priority;
        std::size_t element, level;
    };
    const int mask = p.step.corruption().mask;
    const std::size_t states = p.states(), first = sample * p.x.elements;
    std::vector<place> places;
    for (std::size_t e = 0; e < p.x.elements; ++e)
        if (static_cast<int>(p.x.data[first + e]) == mask) places.push_back({0, e, 0});
    const std::size_t stay = masked_after(places.size(), all, share, order.elements_a_step);
    const std::size_t shown = places.size() - stay;
    if (shown == 0) return;

    std::vector<double> row(states);
    const auto draw = [&](place& at) {
        const std::size_t flat = first + at.element;
        if (!p.origins(flat, mask, row) || !is_distribution(row)) {
            p.failed.note(flat);
            return false;
        }
        at.level = first_reaching(std::span<const double>(row),
                                  p.uniform(noise::stream::solver, p.draw, flat));
        return true;
    };
    for (place& at : places) {
        const std::size_t flat = first + at.element;
        candidate c{at.element, {}, 0, 0, 0, share};
        if constexpr (Order::needs_answers) {
            if (!draw(at)) return;
            const double sum = std::accumulate(row.begin(), row.end(), 0.);
            for (double& v : row)
                v = std::log(v / sum);
            c.log_clean = row;
            c.drawn = at.level;
            c.fresh = p.uniform(noise::stream::order, p.draw + 1, flat);
        } else {
            c.uniform = p.uniform(noise::stream::order, 0, flat);
        }
        at.priority = order.priority(c);
    }
    const auto end = places.begin() + static_cast<std::ptrdiff_t>(shown);
    std::partial_sort(places.begin(), end, places.end(), [](const place& a, const place& b) {
        return a.priority > b.priority || (a.priority == b.priority && a.element < b.element);
    });
    using level = std::remove_reference_t<decltype(p.x.data[first])>;
    for (auto at = places.begin(); at != end; ++at) {
        if constexpr (!Order::needs_answers)
            if (!draw(*at)) return;
        p.x.data[first + at->element] = static_cast<level>(at->level);
    }
}

}  // namespace diffgen::inline DIFFGEN_ABI::discrete::detail

#include <diffgen/core/with_macros.hpp>
