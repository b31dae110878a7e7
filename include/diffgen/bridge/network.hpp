// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network that a runtime evaluates, as a network of diffgen. Runtimes: bridge/onnx_runtime.hpp,
// bridge/openvino.hpp.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/bridge/fitting.hpp>
#include <diffgen/bridge/tensor.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/guidance/guided.hpp>

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

}  // namespace detail

/// A batched network on the host, for predicts{...}: the runtime reads the batch where it lies and
/// writes its answer where the solver reads it. State and output have the type of the batch.
///
/// Runtime has inputs() and outputs(), both const std::vector<port>&, and
/// run(std::span<const tensor> inputs, const tensor& output) const. It is copied with the network,
/// so a copy should share what is large.
///
/// Can be called by several threads at once if Runtime::run can. Throws bad_argument where a name
/// or a type is not that of the network or an input has nothing, bad_shape where sizes do not fit,
/// and what the runtime throws.
template <class Runtime>
class network {
  public:
    /// Throws bad_argument where the network has no such input or output.
    network(Runtime runtime, ports names)
        : runtime_(std::move(runtime)),
          names_(std::move(names)),
          given_(runtime_.inputs().size()),
          state_(input(names_.state)),
          output_(detail::find_port(runtime_.outputs(), names_.output, "output")) {
        if (!names_.time.empty()) time_ = input(names_.time);
        if (!names_.condition.empty()) condition_ = input(names_.condition);
    }

    /// Gives an input that is neither state nor time nor label: a prompt, a picture, a scale. The
    /// numbers stay where they are, and are read in every call from now on. The first size is, as
    /// the network declares, mostly the rows of the batch; under guidance those of all inputs, row
    /// b n + i for input b of sample i. Throws bad_argument where the type is not the network's,
    /// bad_shape where the shape has not as many numbers.
    template <class T>
    void give(const std::string& name, std::span<const T> values, std::vector<std::int64_t> shape) {
        keep(name, values, std::move(shape), false);
    }

    /// Gives the same to each row: the shape is that of one, without the rows. The numbers stay
    /// where they are, and are copied once a row in every call.
    template <class T>
    void give_each_row(const std::string& name, std::span<const T> values,
                       std::vector<std::int64_t> shape) {
        shape.insert(shape.begin(), 1);
        keep(name, values, std::move(shape), true);
    }

    template <class T>
    void operator()(std::type_identity_t<batch_view<const T>> in, batch_view<T> out,
                    const noise_level& level) const {
        evaluate<T>(in, out, level, no_labels);
    }
    template <class T>
    void operator()(std::type_identity_t<batch_view<const T>> in, batch_view<T> out,
                    std::span<const noise_level> levels) const {
        evaluate<T>(in, out, levels, no_labels);
    }
    /// Under guidance: with conditions by `give` for all rows.
    template <class T, class Level>
    void operator()(std::type_identity_t<batch_view<const T>> in, batch_view<T> out,
                    const Level& level, guidance_rows) const {
        (*this)(in, out, level);
    }
    /// With a label for each row: a number, or a std::array of them.
    template <class T, class Level, class Label>
    void operator()(std::type_identity_t<batch_view<const T>> in, batch_view<T> out,
                    const Level& level, std::span<const Label> labels) const {
        evaluate<T>(in, out, level, labels);
    }

    [[nodiscard]] const Runtime& runtime() const { return runtime_; }

  private:
    static constexpr std::span<const float> no_labels{};

    [[nodiscard]] std::size_t input(const std::string& name) const {
        return detail::find_port(runtime_.inputs(), name, "input");
    }
    [[nodiscard]] bool is_declared(std::size_t i) const {
        return i == state_ || i == time_ || i == condition_;
    }
    /// What an input was given.
    struct gift {
        tensor numbers;
        bool each_row;
    };
    template <class T>
    void keep(const std::string& name, std::span<const T> values, std::vector<std::int64_t> shape,
              bool each_row) {
        const std::size_t i = input(name);
        detail::require(!is_declared(i), "the network's input '", name,
                        "' is the state's, the time's or the label's");
        require_type<T>(runtime_.inputs()[i]);
        // Only read, as every input is.
        tensor t{nullptr, const_cast<T*>(values.data()), std::move(shape)};
        if (t.size() != values.size())
            throw bad_shape(detail::text("diffgen: the network's input '", name, "' is given ",
                                         values.size(), " numbers as ",
                                         detail::shape_text(t.shape)));
        given_[i] = gift{std::move(t), each_row};
    }
    /// The tensor of an input that was given; `memory` is for what has to be repeated.
    static tensor tensor_of(const gift& g, const port& p, std::size_t rows,
                            std::vector<std::vector<std::byte>>& memory) {
        tensor t = g.numbers;
        if (!g.each_row) return t;
        const std::size_t bytes = t.size() * bytes_of(p.type);
        std::vector<std::byte>& all = memory.emplace_back(rows * bytes);
        for (std::size_t r = 0; r < rows; ++r)
            std::copy_n(static_cast<const std::byte*>(t.data), bytes, all.data() + r * bytes);
        t.data = all.data();
        t.shape[0] = static_cast<std::int64_t>(rows);
        return t;
    }

    template <class T>
    static void require_type(const port& p) {
        static_assert(element_of<T> != element::other,
                      "diffgen: tensors are of float, double, std::int32_t or std::int64_t");
        detail::require(p.type == element_of<T>, "the network's '", p.name, "' is ",
                        name_of(p.type), " and is given ", name_of(element_of<T>));
    }

    template <class T, class Level, class Label>
    void evaluate(batch_view<const T> in, batch_view<T> out, const Level& level,
                  std::span<const Label> labels) const {
        const std::vector<port>& all = runtime_.inputs();
        const std::size_t rows = in.samples;
        if constexpr (!std::is_same_v<Level, noise_level>)
            require_rows("levels", level.size(), rows);
        if (condition_) require_rows("labels", labels.size(), rows);
        detail::require(condition_ || labels.empty(),
                        "labels for a network whose ports name no condition");
        require_type<T>(all[state_]);

        std::optional<detail::numbers> times, conditions;
        std::vector<std::vector<std::byte>> repeated;
        std::vector<tensor> tensors(all.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            tensor& t = tensors[i];
            if (i == state_)  // only read
                t = {nullptr, const_cast<T*>(in.data),
                     detail::fitted_shape(all[i], rows, in.elements, names_.sample)};
            else if (i == time_)
                t = rows_of(all[i], rows, 1, times, [&](std::size_t r, std::size_t) {
                    return detail::level_of_row(level, r).network_time;
                });
            else if (i == condition_)
                t = rows_of(all[i], rows, detail::label_traits<Label>::size, conditions,
                            [&](std::size_t r, std::size_t e) {
                                return detail::label_traits<Label>::entry(labels[r], e);
                            });
            else if (given_[i])
                t = tensor_of(*given_[i], all[i], rows, repeated);
            else
                detail::require(false, "the network's input '", all[i].name,
                                "' has nothing; name it in the ports, or give it by give(\"",
                                all[i].name, "\", ...)");
            t.of = &all[i];
        }
        const port& answer = runtime_.outputs()[output_];
        require_type<T>(answer);
        runtime_.run(tensors,
                     tensor{&answer, out.data,
                            detail::fitted_shape(answer, rows, out.elements, names_.sample)});
    }

    /// A tensor of value(row, entry) in the type of the port. A port for a single row serves a
    /// batch whose rows have the same.
    template <class Value>
    static tensor rows_of(const port& p, std::size_t rows, std::size_t entries,
                          std::optional<detail::numbers>& out, const Value& value) {
        const bool single = p.shape.empty() || p.shape[0] == 1;
        const std::size_t count = single ? 1 : rows;
        tensor t{nullptr, nullptr, detail::fitted_shape(p, count, entries)};
        out.emplace(p, count * entries);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t e = 0; e < entries; ++e) {
                if (r < count) out->set(r * entries + e, value(r, e));
                detail::require(!single || value(r, e) == value(0, e), "the network's input '",
                                p.name, "' is one for the whole batch, and row ", r, " has ",
                                value(r, e), " where row 0 has ", value(0, e));
            }
        t.data = out->data();
        return t;
    }
    static void require_rows(const char* what, std::size_t count, std::size_t rows) {
        if (count != rows)
            throw bad_shape(
                detail::text("diffgen: ", count, " ", what, " for a batch of ", rows, " rows"));
    }

    Runtime runtime_;
    ports names_;
    std::vector<std::optional<gift>> given_;
    std::size_t state_, output_;
    std::optional<std::size_t> time_, condition_;
};

template <class Runtime>
network(Runtime, ports) -> network<Runtime>;

}  // namespace diffgen::inline DIFFGEN_ABI::bridge

#include <diffgen/core/with_macros.hpp>
