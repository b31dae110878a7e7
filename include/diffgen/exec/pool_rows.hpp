// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The requests of a pool, row by row, and the stage of each that is due: what a pool does on the
// host. A row is a cohort of one sample, whose next stage is planned when the one before it has
// been carried out.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/exec/cohort.hpp>
#include <diffgen/exec/failure.hpp>
#include <diffgen/exec/request.hpp>
#include <diffgen/exec/roster.hpp>
#include <diffgen/exec/sampler_view.hpp>
#include <diffgen/exec/snapshot.hpp>
#include <diffgen/options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// Rows 0 .. running() - 1 are on their way, those from there to held() - 1 have ended, the others
/// are free.
template <class T, class Shape, class Noise, class Memory>
class pool_rows {
  public:
    using cohort_type = cohort<Memory>;
    using entry = assignment<T, Shape, Noise>;

    /// What is known of a request beside its registers.
    struct request {
        request_id id{};
        std::uint64_t seed = 0, sample = 0;  ///< of its noise; its number in the whole job
        int evaluations = 0;
        std::uint64_t turn = 0;  ///< a higher one than all that have waited longer
        std::size_t index = 0;   ///< in what a rule or a hook has one of for each sample
        std::vector<noise_level> grid;
        std::exception_ptr error;  ///< of one that failed
    };
    /// A request before it is in a row: its plan may still be refused.
    struct newcomer {
        request about;
        cohort_type way;
        entry first;
        due_stage due{};
    };

    /// source: its seed does not matter.
    pool_rows(const sampler_view<Memory>& s, const Noise& source, std::size_t elements,
              bool keep_denoised)
        : planner_(s, keep_denoised), source_(source), elements_(elements) {}

    void resize(std::size_t capacity) {
        requests_.resize(capacity);
        ids_.resize(capacity);
        cohorts_.resize(capacity);
        stages_.resize(capacity, source_);
        turns_.reserve(capacity);
        free_.reserve(capacity);
        for (std::size_t i = capacity; i-- > indices_;)
            free_.push_back(i);
        indices_ = capacity;
    }

    /// A request at its beginning. Throws bad_argument where its first stage cannot be carried out.
    [[nodiscard]] newcomer begin(std::vector<noise_level> grid, const options& o) const {
        newcomer n = of(o.seed, o.first_sample, std::move(grid));
        n.way =
            planner_.start(0, n.about.grid, o.begin_step,
                           diffgen::detail::end_of(o, static_cast<int>(n.about.grid.size()) - 1));
        planner_.plan(n.way, n.about.grid, n.first.noise, n.first, n.due);
        return n;
    }
    /// A saved request, which goes on where it was. Throws bad_argument.
    [[nodiscard]] newcomer go_on(const run_snapshot<T, Memory>& s) const {
        newcomer n = of(s.seed, s.first_sample, std::vector(s.grids.front()));
        n.about.evaluations = s.evaluations;
        n.way = s.cohorts.front();
        planner_.plan_again(n.way, n.about.grid, n.first, n.due);
        return n;
    }
    /// The level at which a request begins.
    [[nodiscard]] noise_level first_level(const newcomer& n) const {
        return planner_.here(n.way, n.about.grid).from();
    }

    /// The level at which the whole grid of a request ends.
    [[nodiscard]] static noise_level last_level(const newcomer& n) { return n.about.grid.back(); }

    [[nodiscard]] std::size_t running() const { return running_; }
    [[nodiscard]] std::size_t held() const { return held_; }
    [[nodiscard]] std::span<const request_id> ids() const { return {ids_.data(), held_}; }
    [[nodiscard]] const request& operator[](std::size_t row) const { return requests_[row]; }
    [[nodiscard]] const cohort_type& way(std::size_t row) const { return cohorts_[row]; }
    [[nodiscard]] const entry* entries() const { return stages_.entries.data(); }
    [[nodiscard]] const due_stage& due(std::size_t row) const { return stages_.due[row]; }
    /// Throws bad_argument where no row has the request.
    [[nodiscard]] std::size_t row_of(request_id id) const {
        const auto all = ids();
        const auto found = std::find(all.begin(), all.end(), id);
        diffgen::detail::require(found != all.end(), "request ", static_cast<std::uint64_t>(id),
                                 " is not in this pool: it was removed, or is another pool's");
        return static_cast<std::size_t>(found - all.begin());
    }

    [[nodiscard]] request_status status(std::size_t row) const {
        const cohort_type& c = cohorts_[row];
        return {row < running_         ? request_state::running
                : requests_[row].error ? request_state::failed
                                       : request_state::arrived,
                c.steps, planner_.leads() ? 0 : c.end - c.begin, c.refused,
                requests_[row].evaluations};
    }

    /// Puts a newcomer into row running(), which must be free.
    request_id add(newcomer n) {
        const request_id id{next_++};
        n.about.id = ids_[running_] = id;
        n.about.turn = ++last_turn_;
        n.about.index = free_.back();
        free_.pop_back();
        requests_[running_] = std::move(n.about);
        cohorts_[running_] = n.way;
        stages_.entries[running_] = n.first;
        stages_.due[running_] = n.due;
        address(running_++);
        ++held_;
        return id;
    }
    /// Row held() - 1, which has ended, is free.
    void drop_last() {
        request& last = requests_[--held_];
        last.error = nullptr;
        free_.push_back(last.index);
    }
    /// Row running() - 1 has ended.
    void end_last() { --running_; }
    void swap(std::size_t a, std::size_t b) {
        std::swap(requests_[a], requests_[b]);
        std::swap(ids_[a], ids_[b]);
        std::swap(cohorts_[a], cohorts_[b]);
        std::swap(stages_.entries[a], stages_.entries[b]);
        std::swap(stages_.due[a], stages_.due[b]);
        address(a);
        address(b);
    }

    /// The first n rows are evaluated.
    void count_evaluation(std::size_t n) {
        for (std::size_t row = 0; row < n; ++row) {
            ++requests_[row].evaluations;
            requests_[row].turn = ++last_turn_;
        }
    }
    /// Whether a row is one of the n that have waited longest, as a function of the row;
    /// n < running().
    [[nodiscard]] auto waits_longest(std::size_t n) {
        turns_.clear();
        for (std::size_t row = 0; row < running_; ++row)
            turns_.push_back(requests_[row].turn);
        const auto last = turns_.begin() + static_cast<std::ptrdiff_t>(n) - 1;
        std::nth_element(turns_.begin(), last, turns_.end());
        return [this, limit = *last](std::size_t row) { return requests_[row].turn <= limit; };
    }

    /// Which stages of the first n rows are due.
    [[nodiscard]] due_stages due_now(std::size_t n, bool evaluated) const {
        return due_among<Shape>(std::span(cohorts_).first(n), entries(), stages_.due.data(),
                                evaluated);
    }
    [[nodiscard]] bool is_due(std::size_t row, bool evaluated) const {
        return !cohorts_[row].arrived && entries()[row].code.evaluates == evaluated;
    }
    /// Moves on those of the first n rows whose due stage was carried out. accepts(row, cohort,
    /// step) asks the solver's judge. A row whose plan cannot go on fails.
    template <class Accepts>
    void move_on(std::size_t n, bool evaluated, const Accepts& accepts) {
        for (std::size_t row = 0; row < n; ++row) {
            if (!is_due(row, evaluated)) continue;
            try {
                planner_.plan_next(
                    cohorts_[row], requests_[row].grid, stages_.entries[row], stages_.due[row],
                    [&](cohort_type& mine, const step& at) { return accepts(row, mine, at); },
                    [](const cohort_type& mine) { return !mine.arrived; });
            } catch (...) {
                fail(row, std::current_exception());
            }
        }
    }
    /// Row `row` has a number that is not finite in what its due stage wrote.
    void fail_non_finite(std::size_t row) {
        step at = planner_.here(cohorts_[row], requests_[row].grid);
        at.index = stages_.due[row].step;
        const place where(at, stages_.due[row].stage_index);
        fail(row, std::make_exception_ptr(non_finite_at(where, requests_[row].sample)));
    }

  private:
    [[nodiscard]] newcomer of(std::uint64_t seed, std::uint64_t sample,
                              std::vector<noise_level>&& grid) const {
        newcomer n{{}, {}, {{}, seeded(source_, seed)}};
        n.about.seed = seed;
        n.about.sample = sample;
        n.about.grid = std::move(grid);
        return n;
    }
    /// The row goes nowhere any more, and no pass touches it.
    void fail(std::size_t row, const std::exception_ptr& why) {
        requests_[row].error = why;
        cohorts_[row].arrived = true;
        stages_.entries[row].code = {};
    }
    /// The noise of a row is that of its sample, and so are the numbers of its own, wherever the
    /// row is.
    void address(std::size_t row) {
        stages_.entries[row].shift = (requests_[row].sample - row) * elements_;
        stages_.entries[row].index_shift = requests_[row].index - row;
    }
    planner<T, Shape, Noise, Memory> planner_;
    Noise source_;
    std::size_t elements_, running_ = 0, held_ = 0;
    std::uint64_t next_ = 1, last_turn_ = 0;
    std::vector<std::size_t> free_;  ///< indices that no request has
    std::size_t indices_ = 0;        ///< those that there are
    std::vector<request> requests_;
    std::vector<request_id> ids_;
    std::vector<cohort_type> cohorts_;
    stage_list<T, Shape, Noise> stages_;
    std::vector<std::uint64_t> turns_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
