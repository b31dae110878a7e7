// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The registers of a pool's requests, row by row, in memory of its execution policy.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/exec/batch_passes.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/evaluation.hpp>
#include <diffgen/exec/passes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::exec {

/// It refers to the sampler. Kind: a run_kind.
template <class Exec, class Kind>
class pool_memory {
    using T = typename Kind::value_type;
    using space = typename Exec::space;
    using numbers = buffer<T, space>;
    static constexpr bool on_host = std::is_same_v<space, diffgen::space::host>;

  public:
    using passes_type = batch_passes<Exec, Kind>;
    using shape = typename passes_type::shape;
    using entry = typename passes_type::entry;

    /// Throws bad_argument, bad_shape.
    pool_memory(const Exec& e, const typename passes_type::view_type& s, std::size_t elements,
                std::size_t capacity, bool keep_denoised)
        : blank_(e, elements),
          spare_(e, elements),
          state_(e, size(elements, capacity)),
          passes_(e, s, {state_.data(), capacity, elements}, 0, needs(keep_denoised)),
          registers_(shape::registers + (keep_denoised ? 1 : 0)),
          row_(elements) {
        make_tables(capacity);
    }

    [[nodiscard]] passes_type& passes() { return passes_; }
    [[nodiscard]] const passes_type& passes() const { return passes_; }
    [[nodiscard]] std::size_t elements() const { return row_.size(); }
    [[nodiscard]] std::size_t capacity() const { return passes_.memory().apart / elements(); }
    /// The passes go over the first n rows from now on.
    void narrow(std::size_t n) { passes_.owner().narrow(n); }

    /// Register r of a row; after the solver's comes the denoised estimate.
    [[nodiscard]] batch_view<T, space> view(int r, std::size_t row) const {
        return {passes_.memory().slot(r) + row * elements(), 1, elements()};
    }
    /// The state of a row becomes that at x.
    void set_state(std::size_t row, const T* x) { copy(x, view(0, row).data); }
    /// All registers of a row are zero.
    void clear(std::size_t row) {
        for (int r = 0; r < registers_; ++r)
            copy(blank_.data(), view(r, row).data);
    }
    /// Two rows change places.
    void swap(std::size_t a, std::size_t b) {
        for (int r = 0; r < registers_; ++r) {
            copy(view(r, a).data, spare_.data());
            copy(view(r, b).data, view(r, a).data);
            copy(spare_.data(), view(r, b).data);
        }
    }
    /// Room for twice as many; the first `used` rows stay.
    void grow(std::size_t used) {
        const std::size_t n = 2 * capacity();
        numbers state(passes_.exec(), size(elements(), n));
        passes_type larger(passes_.exec(), passes_.sampler(), {state.data(), n, elements()}, 0,
                           needs(registers_ > shape::registers));
        for (int r = 0; r < registers_; ++r)
            numbers::copy(passes_.exec(), view(r, 0).data, used * elements(),
                          larger.memory().slot(r));
        state_ = std::move(state);
        passes_ = std::move(larger);
        make_tables(n);
    }

    /// The rows' own numbers, as those of their cohorts.
    [[nodiscard]] membership members() const { return {places_.data(), nullptr, nullptr, 0}; }
    /// What the first n rows do next, where the passes read it.
    [[nodiscard]] cohort_table<entry> table(const entry* entries, [[maybe_unused]] std::size_t n) {
        if constexpr (on_host) {
            return {entries, members()};
        } else {
            entries_.write(passes_.exec(), entries, n);
            return {entries_.data(), members()};
        }
    }
    /// Whether what an instruction wrote of a row is finite. Waits.
    [[nodiscard]] bool wrote_finite(const instruction<T, shape>& code, std::size_t row) {
        for (int i = 0; i < code.rows; ++i) {
            numbers::read(passes_.exec(), view(code.updates[i].target, row).data, elements(),
                          row_.data());
            if (!std::all_of(row_.begin(), row_.end(), [](T v) { return v - v == 0; }))
                return false;
        }
        return true;
    }

    /// The solver's registers of a row, one after the other, to host memory and from there. Waits.
    void read(std::size_t row, T* to) const {
        for (int r = 0; r < shape::registers; ++r, to += elements())
            numbers::read(passes_.exec(), view(r, row).data, elements(), to);
    }
    void write(std::size_t row, const T* from) {
        for (int r = 0; r < shape::registers; ++r, from += elements())
            numbers::write_to(passes_.exec(), from, elements(), view(r, row).data);
    }

  private:
    [[nodiscard]] static memory_needs needs(bool keep_denoised) {
        return {.inputs = Kind::combiner_type::inputs, .denoised = keep_denoised};
    }
    /// The numbers of a register.
    [[nodiscard]] static std::size_t size(std::size_t elements, std::size_t capacity) {
        diffgen::detail::require(capacity > 0, "a pool with room for no requests");
        if (elements == 0) throw bad_shape("diffgen: a pool of samples of 0 elements");
        require_addresses(0, capacity, elements);
        return capacity * elements;
    }
    void make_tables(std::size_t n) {
        std::vector<std::uint32_t> places(n);
        std::iota(places.begin(), places.end(), 0u);
        places_ = buffer<std::uint32_t, space>(passes_.exec(), n);
        places_.write(passes_.exec(), places.data(), n);
        if constexpr (!on_host) entries_ = buffer<entry, space>(passes_.exec(), n);
    }
    void copy(const T* from, T* to) { numbers::copy(passes_.exec(), from, elements(), to); }

    numbers blank_, spare_;  ///< a row of zeros; room for one
    numbers state_;          ///< register 0 of all rows
    passes_type passes_;
    int registers_;  ///< that belong to a row, with the denoised estimate where it is kept
    buffer<std::uint32_t, space> places_;
    std::conditional_t<on_host, int, buffer<entry, space>> entries_{};
    std::vector<T> row_;  ///< one register of a row, on the host
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
