// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests that come and go, evaluated in one batch (continuous batching). The owner drives a pool
// as it drives a run:
//
//     auto pool = s.pool(exec::cpp, elements);
//     const request_id id = pool.admit({.steps = 20, .seed = 7});
//     for (; pool; pool.advance())
//         net(pool.input(), pool.output(), pool.levels());
//
// A row of the batch is one sample with a plan of its own. The rows that are on their way are
// always the first ones: when one leaves, the last takes its place. So the passes of a run go over
// them unchanged, and what the network sees has no gaps. A request has the bits that it has alone.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/exec/network_call.hpp>
#include <diffgen/exec/passes.hpp>
#include <diffgen/exec/pool_memory.hpp>
#include <diffgen/exec/pool_rows.hpp>
#include <diffgen/exec/request.hpp>
#include <diffgen/exec/roster.hpp>
#include <diffgen/exec/snapshot.hpp>
#include <diffgen/exec/state_view.hpp>
#include <diffgen/options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// It refers to the sampler, which must outlive it, and owns the states of its requests. Movable;
/// not for several threads at once. Self: a sampler, constant where its network can be called as it
/// is. Memory is allocated when the pool is made, when it grows, and for the levels of a request
/// that is admitted; to evaluate, to advance and to remove allocates none.
template <class Exec, class Self, class T>
class pool {
    using space = typename Exec::space;
    using sampler_type = std::remove_const_t<Self>;
    using kind = run_kind_of<sampler_type, T>;
    using predictor_type = std::remove_reference_t<decltype((std::declval<Self&>().predictor))>;
    using memory_type = pool_memory<Exec, kind>;
    using passes_type = typename memory_type::passes_type;
    using shape = typename memory_type::shape;
    using entry = typename memory_type::entry;
    using remembered = typename passes_type::memory_type;
    using rows_type = pool_rows<T, shape, typename sampler_type::noise_type, remembered>;

  public:
    using snapshot_type = run_snapshot<T, remembered>;
    static constexpr bool wants_density = passes_type::wants_density;

    /// Used by the sampler. elements: of a request's sample. Throws bad_argument, bad_shape.
    pool(const Exec& e, Self& s, std::size_t elements, const pool_options& o)
        : sampler_(&s),
          options_(o),
          rows_(sampler_view<remembered>(s), s.noise, elements, o.keep_denoised),
          memory_(e, typename passes_type::view_type(s), elements, o.capacity, o.keep_denoised) {
        require_elements<typename sampler_type::predictor_type>(elements);
        diffgen::detail::check_batch<space>(s.predictor, o.capacity, elements);
        diffgen::detail::check_batch<space>(s.noise, o.capacity, elements);
        make_room(o.capacity);
    }

    // Requests join.

    /// A request that begins with the prior, like generate(e, x, o) with a batch of one sample:
    /// steps, grid, begin_step, end_step, seed and first_sample, the sample's number, are its own.
    /// Throws bad_argument where a run would, for options with an observer, and where the pool is
    /// full and does not grow; the pool is then as it was. Whatever joins makes the batch that was
    /// asked for void: ask for input() anew.
    request_id admit(const options& o) {
        auto n = newcomer([&] { return sampler_->levels(o); }, o);
        const noise_level first = rows_.first_level(n);
        check_prior<T>(first, rows_.last_level(n));
        return join(std::move(n), [&](std::size_t row) {
            draw_prior(passes().exec(), memory_.view(0, row), first.sigma,
                       seeded(passes().noise(), o.seed), o.first_sample);
        });
    }
    /// One that begins with x, one sample, at the level of step o.begin_step of the grid, like
    /// generate_from(e, x, o). Throws bad_shape too.
    template <class X>
    request_id admit_from(X&& x, const options& o) {
        return join_from(state_view(passes().exec(), x),
                         newcomer([&] { return sampler_->levels(o); }, o));
    }
    /// One that begins with x at time t, like generate_from(e, t, x, o).
    template <class X>
    request_id admit_from(double t, X&& x, const options& o) {
        return join_from(state_view(passes().exec(), x),
                         newcomer([&] { return sampler_->levels_from(t, o); }, o));
    }
    /// One that was saved, by a pool or by a run of one sample, of the same sampler. Throws
    /// bad_shape, bad_argument where it does not fit.
    request_id resume(const snapshot_type& s) {
        require_fits(s);
        return join(rows_.go_on(s),
                    [&](std::size_t row) { memory_.write(row, s.registers.data()); });
    }

    // They leave.

    /// The request leaves, whether it has ended or not; its state is gone, and its number is
    /// nobody's. Makes the batch that was asked for void. Throws bad_argument where there is none.
    void remove(request_id id) {
        std::size_t row = rows_.row_of(id);
        taken_ = 0;
        if (row < rows_.running()) {
            swap(row, rows_.running() - 1);
            row = rows_.running() - 1;
            rows_.end_last();
        }
        swap(row, rows_.held() - 1);
        rows_.drop_last();
    }

    // What is known of them, whether they are on their way or have ended.

    [[nodiscard]] std::span<const request_id> running() const {
        return rows_.ids().first(rows_.running());
    }
    /// Those that have arrived or failed, until they are removed.
    [[nodiscard]] std::span<const request_id> ended() const {
        return rows_.ids().subspan(rows_.running());
    }
    [[nodiscard]] std::size_t size() const { return rows_.held(); }
    [[nodiscard]] std::size_t capacity() const { return memory_.capacity(); }
    [[nodiscard]] std::size_t elements() const { return memory_.elements(); }

    // Each throws bad_argument for a request that is not here.

    [[nodiscard]] request_status status(request_id id) const {
        return rows_.status(rows_.row_of(id));
    }
    /// The index of a request in what a rule of guidance or a hook has one of for each sample, such
    /// as the weights of classifier_free_by_sample: 0 .. capacity() - 1, the request's own until it
    /// is removed. What stands there is read at every advance.
    [[nodiscard]] std::size_t index_of(request_id id) const {
        return rows_[rows_.row_of(id)].index;
    }
    /// The state of a request, to be read and to be changed; of one that has arrived, the sample.
    /// It stays in its place until a request joins or leaves, a part is taken, or the pool
    /// advances. Throws what the request failed with: non_finite with the place, bad_argument
    /// for a level that its solver or prediction does not cover.
    [[nodiscard]] batch_view<T, space> state(request_id id) const {
        return memory_.view(0, sound(id));
    }
    /// The denoised estimate of its last evaluation, zero before the first. Throws like state(),
    /// and bad_argument unless the pool keeps them.
    [[nodiscard]] batch_view<T, space> denoised(request_id id) const {
        diffgen::detail::require(options_.keep_denoised,
                                 "denoised() of a pool that does not keep the denoised estimates; "
                                 "set pool_options::keep_denoised");
        return memory_.view(shape::registers, sound(id));
    }
    /// What another pool, or a run of one sample with the same sampler and options, needs to go on
    /// with the same bits. Throws like state(). Waits.
    [[nodiscard]] snapshot_type snapshot(request_id id) const {
        const std::size_t row = sound(id);
        const auto& about = rows_[row];
        snapshot_type s;
        s.samples = 1;
        s.elements = elements();
        s.seed = about.seed;
        s.first_sample = about.sample;
        s.evaluations = about.evaluations;
        s.grids = {about.grid};
        s.cohorts = {rows_.way(row)};
        s.registers.resize(static_cast<std::size_t>(shape::registers) * elements());
        memory_.read(row, s.registers.data());
        return s;
    }

    // The loop of the owner.

    /// Whether an evaluation of any request is due.
    [[nodiscard]] explicit operator bool() const { return rows_.running() > 0; }
    /// The next batch has these requests alone, in this order; without a take it has all that are
    /// on their way. Throws bad_argument where one is not on its way or named twice, or for none.
    void take(std::span<const request_id> ids) {
        diffgen::detail::require(!ids.empty(), "a batch of no requests");
        taken_ = 0;
        for (std::size_t k = 0; k < ids.size(); ++k) {
            const std::size_t row = rows_.row_of(ids[k]);
            diffgen::detail::require(row >= k && row < rows_.running(), "request ",
                                     static_cast<std::uint64_t>(ids[k]),
                                     row < k ? " is named twice" : " has ended");
            swap(row, k);
        }
        narrow(ids.size());
    }
    /// The next batch has at most so many requests, those that have waited longest.
    void take(std::size_t most) {
        diffgen::detail::require(most > 0, "a batch of no requests");
        taken_ = 0;
        if (most < rows_.running()) {
            const auto chosen = rows_.waits_longest(most);
            for (std::size_t row = 0, other = most; row < most; ++row) {
                if (chosen(row)) continue;
                while (!chosen(other))
                    ++other;
                swap(row, other++);
            }
        }
        narrow(std::min(most, rows_.running()));
    }
    /// The request of every sample of the batch; under guidance, of the rows of each copy.
    [[nodiscard]] std::span<const request_id> requests() {
        take_all();
        return rows_.ids().first(taken_);
    }
    /// As those of a run. Each throws bad_argument where no evaluation is due.
    [[nodiscard]] batch_view<const T, space> input() {
        take_all();
        if constexpr (!passes_type::always_buffers)
            if (const int r = common_register(); r >= 0) return passes().slot(r);
        return passes().write_input(memory_.table(rows_.entries(), taken_));
    }
    [[nodiscard]] batch_view<T, space> output() {
        take_all();
        return passes().output();
    }
    [[nodiscard]] batch_view<T, space> log_densities() {
        take_all();
        return passes().log_densities();
    }
    /// The level of every row of the input.
    [[nodiscard]] std::span<const noise_level> levels() {
        take_all();
        return levels_of(taken_ * passes_type::inputs);
    }
    /// The level of every sample of the batch.
    [[nodiscard]] std::span<const noise_level> cohort_levels() {
        take_all();
        return levels_of(taken_);
    }
    /// The level of a batch of one sample. Throws bad_argument where there are more.
    [[nodiscard]] const noise_level& level() {
        take_all();
        diffgen::detail::require(taken_ == 1, "level() of a batch of ", taken_,
                                 " requests at levels of their own; ask levels()");
        return rows_.due(0).level;
    }
    [[nodiscard]] std::size_t cohorts() {
        take_all();
        return taken_;
    }
    [[nodiscard]] membership members() const { return memory_.members(); }
    /// As that of a run; a request has one level.
    template <class U>
    [[nodiscard]] static batch_view<U, space> in_blocks(batch_view<U, space> x) {
        return x;
    }
    /// Answers what is due by the predictor of the sampler.
    void evaluate() { network_(passes().exec(), sampler_->predictor, *this); }

    /// Takes the output of the batch and moves its requests on. Those that arrive or fail are then
    /// among ended(); a failure takes nobody else with it. Throws bad_argument without a batch, or
    /// where a request has joined or left since it was asked for.
    void advance() {
        diffgen::detail::require(taken_ > 0,
                                 "advance() without a batch: ask for input() first, and again "
                                 "after a request has joined or left");
        const std::size_t n = std::exchange(taken_, 0);
        rows_.count_evaluation(n);
        carry_out(n, true);
        skip_updates(n);
    }

  private:
    [[nodiscard]] passes_type& passes() { return memory_.passes(); }
    [[nodiscard]] const passes_type& passes() const { return memory_.passes(); }
    /// For n rows, beside their registers.
    void make_room(std::size_t n) {
        rows_.resize(n);
        levels_.reserve(n * passes_type::inputs);
    }
    /// The row of a request that has not failed.
    [[nodiscard]] std::size_t sound(request_id id) const {
        const std::size_t row = rows_.row_of(id);
        if (rows_[row].error) std::rethrow_exception(rows_[row].error);
        return row;
    }
    /// Two rows change places, with all that belongs to them.
    void swap(std::size_t a, std::size_t b) {
        if (a == b) return;
        memory_.swap(a, b);
        rows_.swap(a, b);
    }

    /// levels(): of its grid.
    template <class Levels>
    [[nodiscard]] auto newcomer(const Levels& levels, const options& o) const {
        require_room();
        const observer& seen = o.observe;
        diffgen::detail::require(
            !seen.on_step && !seen.stop && !seen.on_end && !seen.wants_denoised,
            "a request with an observer; ask the pool for status(), state() and denoised()");
        require_addresses(o.first_sample, 1, elements());
        return rows_.begin(levels(), o);
    }
    template <class View>
    request_id join_from(const View& x, typename rows_type::newcomer n) {
        static_assert(std::is_same_v<typename View::value_type, T>,
                      "diffgen: a pool of floats takes states of floats, one of doubles states of "
                      "doubles: s.pool<double>(exec, elements)");
        if (x.samples != 1 || x.elements != elements())
            throw bad_shape(diffgen::detail::text("diffgen: ", x.samples, " samples of ",
                                                  x.elements, " elements for a request of one of ",
                                                  elements()));
        return join(std::move(n), [&](std::size_t row) { memory_.set_state(row, x.data); });
    }
    /// fill(row): writes what the request begins with.
    template <class Fill>
    request_id join(typename rows_type::newcomer n, const Fill& fill) {
        if (size() == capacity()) {
            diffgen::detail::check_batch<space>(sampler_->predictor, 2 * capacity(), elements());
            make_room(2 * capacity());
            memory_.grow(size());
        }
        taken_ = 0;
        const std::size_t row = rows_.running();
        swap(row, rows_.held());
        memory_.clear(row);
        fill(row);
        const request_id id = rows_.add(std::move(n));
        memory_.narrow(rows_.running());
        skip_updates(rows_.running());
        return id;
    }
    void require_room() const {
        diffgen::detail::require(size() < capacity() || options_.if_full == when_full::grow,
                                 "a pool for ", capacity(),
                                 capacity() == 1 ? " request" : " requests",
                                 " is full; remove those that have ended, or set "
                                 "pool_options::if_full to when_full::grow");
    }

    void take_all() {
        diffgen::detail::require(rows_.running() > 0, "a batch of a pool in which none is due");
        if (taken_ == 0) narrow(rows_.running());
    }
    void narrow(std::size_t n) {
        taken_ = n;
        memory_.narrow(n);
    }
    /// The register that all rows of the batch give to the network, -1 where they differ.
    [[nodiscard]] int common_register() const {
        const entry* rows = rows_.entries();
        const int r = rows[0].code.input_register;
        return std::all_of(rows, rows + taken_,
                           [r](const entry& e) { return e.code.input_register == r; })
                   ? r
                   : -1;
    }
    [[nodiscard]] std::span<const noise_level> levels_of(std::size_t n) {
        levels_.resize(n);
        for (std::size_t i = 0; i < n; ++i)
            levels_[i] = rows_.due(i % taken_).level;
        return levels_;
    }

    /// Carries out the due stages of the first n rows that follow an evaluation, or those that do
    /// not. Returns whether there were any.
    bool carry_out(std::size_t n, bool evaluated) {
        const auto due = rows_.due_now(n, evaluated);
        if (!due.any) return false;
        passes().carry_out(memory_.table(rows_.entries(), n), evaluated, due.measured, 0);
        if (passes().failed() != failure::none) find_failed(n, evaluated);
        if constexpr (shape::judges)
            if (due.judged) passes().read_measurements();
        rows_.move_on(n, evaluated, [this](std::size_t row, auto& mine, const step& at) {
            return passes().is_accepted(row, rows_[row].seed, rows_[row].sample, mine, at);
        });
        return true;
    }
    /// Those of the first n rows whose next stage needs no evaluation go through it; those that
    /// have ended leave the ones that are on their way.
    void skip_updates(std::size_t n) {
        while (carry_out(n, false)) {
        }
        for (std::size_t row = n; row-- > 0;)
            if (rows_.way(row).arrived) {
                swap(row, rows_.running() - 1);
                rows_.end_last();
            }
    }
    /// A pass has noted that some row is not finite: finds which.
    void find_failed(std::size_t n, bool evaluated) {
        for (std::size_t row = 0; row < n; ++row)
            if (rows_.is_due(row, evaluated) &&
                !memory_.wrote_finite(rows_.entries()[row].code, row))
                rows_.fail_non_finite(row);
        passes().owner().forget_failure(passes().exec());
    }

    /// Throws bad_shape, bad_argument unless the snapshot is of one sample of this sampler, and
    /// there is room.
    void require_fits(const snapshot_type& s) const {
        require_room();
        const std::size_t numbers_of_one = static_cast<std::size_t>(shape::registers) * elements();
        if (s.samples != 1 || s.cohorts.size() != 1 || s.grids.size() != 1 ||
            s.elements != elements() || s.registers.size() != numbers_of_one)
            throw bad_shape(diffgen::detail::text(
                "diffgen: a saved run of ", s.samples, " samples of ", s.elements, " elements, ",
                s.registers.size(), " numbers in all, for a request of one sample of ", elements(),
                ", ", numbers_of_one, " numbers in all"));
        require_addresses(s.first_sample, 1, elements());
        require_on_process(s.grids.front(), process_view(sampler_->process));
        require_position(s.cohorts.front(), s.grids.front().size());
    }

    Self* sampler_;
    pool_options options_;
    rows_type rows_;
    memory_type memory_;
    network_call<Exec, predictor_type, T, true> network_;
    std::vector<noise_level> levels_;
    std::size_t taken_ = 0;  ///< rows of the batch that was asked for, 0 where none was
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
