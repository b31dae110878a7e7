// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a network is given in one call: the names that the user declares once, what is given beside
// the state, and the tensors that they become for a batch.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/bridge/fitting.hpp>
#include <diffgen/bridge/tensor.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::bridge {

/// What the inputs and the output of a network are called. `time` and `condition` are empty where
/// there is none.
struct ports {
    std::string state;           ///< the input for the state
    std::string time = {};       ///< the input for noise_level::network_time, one number a row
    std::string condition = {};  ///< the input for the labels of labelled{...}, or of whoever calls
    std::string output;          ///< the output that answers
    std::vector<std::int64_t> sample = {};  ///< the sizes of a sample, {channels, height, width};
                                            ///< where the network leaves several of them open
};

namespace detail {

/// The numbers of a label: one, or the entries of an array.
template <class Label>
struct label_traits {
    static_assert(
        std::is_arithmetic_v<Label>,
        "diffgen: a bridge hands over labels that are numbers or a std::array of numbers; "
        "give other conditions by network::give");
    static constexpr std::size_t size = 1;
    static double entry(const Label& label, std::size_t) { return static_cast<double>(label); }
};
template <class Number, std::size_t N>
struct label_traits<std::array<Number, N>> {
    static constexpr std::size_t size = N;
    static double entry(const std::array<Number, N>& label, std::size_t i) {
        return static_cast<double>(label[i]);
    }
};

/// The level of a row.
inline const noise_level& level_of_row(const noise_level& l, std::size_t) {
    return l;
}
inline const noise_level& level_of_row(std::span<const noise_level> l, std::size_t row) {
    return l[row];
}

template <class T>
void require_type(const port& p) {
    static_assert(element_of<T> != element::other,
                  "diffgen: tensors are of float, double, std::int32_t or std::int64_t");
    require(p.type == element_of<T>, "the network's '", p.name, "' is ", name_of(p.type),
            " and is given ", name_of(element_of<T>));
}

inline void require_rows(const char* what, std::size_t count, std::size_t rows) {
    if (count != rows)
        throw bad_shape(text("diffgen: ", count, " ", what, " for a batch of ", rows, " rows"));
}

/// The tensors of one call, in the order of the network's inputs, and the memory of those that had
/// to be made. Not copied, since the tensors point into it.
struct call_inputs {
    std::vector<tensor> tensors;
    std::optional<numbers> times, conditions;
    std::vector<std::vector<std::byte>> repeated;

    explicit call_inputs(std::size_t count) : tensors(count) {}
    call_inputs(const call_inputs&) = delete;
    call_inputs& operator=(const call_inputs&) = delete;
    ~call_inputs() = default;
};

/// A tensor of value(row, entry) in the type of the port. A port for a single row serves a batch
/// whose rows have the same.
template <class Value>
tensor rows_of(const port& p, std::size_t rows, std::size_t entries, std::optional<numbers>& out,
               const Value& value) {
    const bool single = p.shape.empty() || p.shape[0] == 1;
    const std::size_t count = single ? 1 : rows;
    tensor t{nullptr, nullptr, fitted_shape(p, count, entries)};
    out.emplace(p, count * entries);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t e = 0; e < entries; ++e) {
            if (r < count) out->set(r * entries + e, value(r, e));
            require(!single || value(r, e) == value(0, e), "the network's input '", p.name,
                    "' is one for the whole batch, and row ", r, " has ", value(r, e),
                    " where row 0 has ", value(0, e));
        }
    t.data = out->data();
    return t;
}

/// Which input is which, and what was given. `all` is always what the runtime says of its inputs.
class input_table {
  public:
    input_table(const std::vector<port>& all, const ports& names)
        : given_(all.size()), state_(find_port(all, names.state, "input")) {
        if (!names.time.empty()) time_ = find_port(all, names.time, "input");
        if (!names.condition.empty()) condition_ = find_port(all, names.condition, "input");
    }

    [[nodiscard]] std::size_t state() const { return state_; }

    template <class T>
    void give(const std::vector<port>& all, const std::string& name, std::span<const T> values,
              std::vector<std::int64_t> shape, bool each_row) {
        const std::size_t i = find_port(all, name, "input");
        require(i != state_ && i != time_ && i != condition_, "the network's input '", name,
                "' is the state's, the time's or the label's");
        require_type<T>(all[i]);
        // Only read, as every input is.
        tensor t{nullptr, const_cast<T*>(values.data()), std::move(shape)};
        if (t.size() != values.size())
            throw bad_shape(text("diffgen: the network's input '", name, "' is given ",
                                 values.size(), " numbers as ", shape_text(t.shape)));
        given_[i] = gift{std::move(t), each_row};
    }

    /// The inputs for a batch; `level` is one for all rows or a span with one for each.
    template <class T, class Level, class Label>
    void fill(call_inputs& call, const std::vector<port>& all, const ports& names,
              batch_view<const T> in, const Level& level, std::span<const Label> labels) const {
        const std::size_t rows = in.samples;
        if constexpr (!std::is_same_v<Level, noise_level>)
            require_rows("levels", level.size(), rows);
        if (condition_) require_rows("labels", labels.size(), rows);
        require(condition_ || labels.empty(), "labels for a network whose ports name no condition");
        require_type<T>(all[state_]);
        for (std::size_t i = 0; i < all.size(); ++i) {
            tensor& t = call.tensors[i];
            if (i == state_)  // only read
                t = {nullptr, const_cast<T*>(in.data),
                     fitted_shape(all[i], rows, in.elements, names.sample)};
            else if (i == time_)
                t = rows_of(all[i], rows, 1, call.times, [&](std::size_t r, std::size_t) {
                    return level_of_row(level, r).network_time;
                });
            else if (i == condition_)
                t = rows_of(all[i], rows, label_traits<Label>::size, call.conditions,
                            [&](std::size_t r, std::size_t e) {
                                return label_traits<Label>::entry(labels[r], e);
                            });
            else
                t = given(i, all[i], rows, call.repeated);
            t.of = &all[i];
        }
    }

  private:
    struct gift {
        tensor values;
        bool each_row;
    };
    /// The tensor of an input that was given; `memory` is for what has to be repeated.
    [[nodiscard]] tensor given(std::size_t i, const port& p, std::size_t rows,
                               std::vector<std::vector<std::byte>>& memory) const {
        require(given_[i].has_value(), "the network's input '", p.name,
                "' has nothing; name it in the ports, or give it by give(\"", p.name, "\", ...)");
        tensor t = given_[i]->values;
        if (!given_[i]->each_row) return t;
        const std::size_t bytes = t.size() * bytes_of(p.type);
        std::vector<std::byte>& all = memory.emplace_back(rows * bytes);
        for (std::size_t r = 0; r < rows; ++r)
            std::copy_n(static_cast<const std::byte*>(t.data), bytes, all.data() + r * bytes);
        t.data = all.data();
        t.shape[0] = static_cast<std::int64_t>(rows);
        return t;
    }

    std::vector<std::optional<gift>> given_;
    std::size_t state_;
    std::optional<std::size_t> time_, condition_;
};

}  // namespace detail
}  // namespace diffgen::inline DIFFGEN_ABI::bridge

#include <diffgen/core/with_macros.hpp>
