// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the rows of a batch fit the shapes and types that a network declares.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/bridge/tensor.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::bridge::detail {

using diffgen::detail::require;
using diffgen::detail::text;

/// The shape of `rows` rows of `elements` numbers at a port. Sizes that the network leaves open are
/// those of `sample`, where it has one for each dimension after the first, or else one size can be
/// computed. Throws bad_shape where the rows do not fit.
[[nodiscard]] inline std::vector<std::int64_t> fitted_shape(
    const port& p, std::size_t rows, std::size_t elements,
    const std::vector<std::int64_t>& sample = {}) {
    const auto require_fit = [&](bool fits) {
        if (!fits)
            throw bad_shape(text("diffgen: the network declares '", p.name, "' as ",
                                 shape_text(p.shape), ", and is given ", rows, " rows of ",
                                 elements, " numbers", sample.empty() ? "" : " with the sizes ",
                                 sample.empty() ? "" : shape_text(sample)));
    };
    std::vector<std::int64_t> shape = p.shape;
    if (shape.empty()) {
        require_fit(rows == 1 && elements == 1);
        return shape;
    }
    require_fit(shape[0] == any_size || shape[0] == static_cast<std::int64_t>(rows));
    shape[0] = static_cast<std::int64_t>(rows);
    std::int64_t known = 1, *open = nullptr;
    for (std::size_t d = 1; d < shape.size(); ++d) {
        if (shape[d] == any_size && sample.size() + 1 == shape.size()) shape[d] = sample[d - 1];
        if (shape[d] != any_size) {
            known *= shape[d];
        } else {
            require_fit(open == nullptr);
            open = &shape[d];
        }
    }
    const auto wanted = static_cast<std::int64_t>(elements);
    if (open && known > 0) known *= * open = wanted / known;
    require_fit(known == wanted);
    return shape;
}

/// Numbers in the type of a port. A type of whole numbers takes no others.
class numbers {
  public:
    numbers(const port& p, std::size_t count) : port_(&p) {
        require(p.type != element::other, "the network's input '", p.name, "' is ", name_of(p.type),
                "; a time or a label is float, double, int32 or int64");
        bytes_.resize(count * bytes_of(p.type));
    }

    void set(std::size_t i, double value) {
        switch (port_->type) {
            case element::float32:
                return put(i, static_cast<float>(value));
            case element::float64:
                return put(i, value);
            case element::int32:
                return put(i, whole<std::int32_t>(value));
            case element::int64:
                return put(i, whole<std::int64_t>(value));
            case element::other:  // refused when the input was declared
                return;
        }
    }
    [[nodiscard]] void* data() { return bytes_.data(); }

  private:
    template <class Integer>
    [[nodiscard]] Integer whole(double value) const {
        // The largest whole numbers that every double below them can tell apart.
        const double most =
            sizeof(Integer) == 4 ? std::numeric_limits<std::int32_t>::max() : 0x1p53;
        require(std::abs(value) <= most && value == std::nearbyint(value), "the network's input '",
                port_->name, "' is ", name_of(port_->type), " and is given ", value);
        return static_cast<Integer>(value);
    }
    template <class Number>
    void put(std::size_t i, Number number) {
        std::memcpy(bytes_.data() + i * sizeof number, &number, sizeof number);
    }

    const port* port_;
    std::vector<std::byte> bytes_;
};

/// The port of a name. Throws bad_argument with the names that there are.
[[nodiscard]] inline std::size_t find_port(const std::vector<port>& all, const std::string& name,
                                           const char* kind) {
    std::string names;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].name == name) return i;
        names += (i ? ", '" : "'") + all[i].name + "'";
    }
    throw bad_argument(text("diffgen: the network has no ", kind, " '", name, "'; it has ", names));
}

}  // namespace diffgen::inline DIFFGEN_ABI::bridge::detail

#include <diffgen/core/with_macros.hpp>
