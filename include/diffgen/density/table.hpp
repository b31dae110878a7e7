// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A table of models and how well they know the data, in bits a dimension: no figure stands in it
// without its kind and its standard error.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/density/kind.hpp>
#include <diffgen/io/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iomanip>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

struct figure {
    std::string model;
    std::string kind;  ///< "exact", "lower bound", "estimate"
    double bits = 0;   ///< a dimension; of a lower bound of the density, an upper bound of these
    double error = 0;  ///< standard error
    std::string note{};
};

class table {
  public:
    /// A row for a model whose log densities are of this kind.
    template <density::kind Kind>
    table& add(std::string model, const mean_and_error& bits, std::string note = {}) {
        figures_.push_back({std::move(model), Kind::name, bits.mean, bits.error, std::move(note)});
        return *this;
    }
    /// The same from the log densities, in nats, of samples of so many elements.
    template <density::kind Kind>
    table& add(std::string model, const log_densities<Kind>& found, std::size_t elements,
               double offset = 0, std::string note = {}) {
        return add<Kind>(std::move(model), bits_per_dimension(found.values, elements, offset),
                         std::move(note));
    }

    [[nodiscard]] const std::vector<figure>& figures() const { return figures_; }

    /// As text, a line a figure.
    friend std::ostream& operator<<(std::ostream& out, const table& t) {
        std::size_t width = 5;
        for (const figure& f : t.figures_)
            width = std::max(width, f.model.size());
        const auto flags = out.flags();
        const auto precision = out.precision();
        const auto column = static_cast<int>(width) + 2;
        out << std::left << std::setw(column) << "model" << std::right << std::setw(9) << "bits/dim"
            << std::setw(9) << "error"
            << "  kind\n";
        for (const figure& f : t.figures_) {
            out << std::left << std::setw(column) << f.model << std::right << std::fixed
                << std::setprecision(3) << std::setw(9) << f.bits << std::setw(9) << f.error << "  "
                << f.kind << (f.note.empty() ? "" : ", ") << f.note << '\n';
        }
        out.flags(flags);
        out.precision(precision);
        return out;
    }

    /// {"figures": [{"model", "kind", "bits_per_dimension", "standard_error", "note"}]}; an error
    /// that is not known is left out.
    [[nodiscard]] io::json to_json() const {
        io::json::array list;
        for (const figure& f : figures_) {
            io::json o;
            o.set("model", f.model);
            o.set("kind", f.kind);
            o.set("bits_per_dimension", f.bits);
            if (std::isfinite(f.error)) o.set("standard_error", f.error);
            if (!f.note.empty()) o.set("note", f.note);
            list.push_back(std::move(o));
        }
        io::json all;
        all.set("figures", std::move(list));
        return all;
    }

  private:
    std::vector<figure> figures_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
