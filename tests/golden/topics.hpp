// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files that compare values and not trajectories: of other families of models (tests/golden_models)
// and of posteriors (tests/golden_posterior). Each source file of the replay registers the topics
// that it knows; a topic's name is that of its files, up to the first hyphen.

#include "golden.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace golden {

/// Replays a file: its largest error and the error up to which it agrees, or compat::unsupported.
using topic = comparison (*)(const json& file);

inline std::map<std::string, topic, std::less<>>& topics() {
    static std::map<std::string, topic, std::less<>> all;
    return all;
}

/// A static object of this type, in the source file that knows them, makes topics known.
struct topics_of_this_file {
    topics_of_this_file(std::initializer_list<std::pair<const char*, topic>> known) {
        for (const auto& [name, replay] : known)
            topics().emplace(name, replay);
    }
};

/// The largest |a - b| / max(1, |b|_max) so far, with the largest |b| of the list that is compared;
/// infinite where sizes differ or only one of two numbers is finite.
class scaled_difference {
  public:
    void compare(const numbers& a, const numbers& b) {
        if (a.size() != b.size()) largest_ = std::numeric_limits<double>::infinity();
        double scale = 1;
        for (const double v : b)
            if (std::isfinite(v)) scale = std::max(scale, std::abs(v));
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
            const bool equal = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
            const double e = equal ? 0 : std::abs(a[i] - b[i]) / scale;
            largest_ = e <= largest_ ? largest_ : e == e ? e : INFINITY;
        }
    }
    void compare(double a, double b) { compare(numbers{a}, numbers{b}); }
    void compare(const table& a, const table& b) {
        if (a.size() != b.size()) largest_ = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
            compare(a[i], b[i]);
    }
    [[nodiscard]] double largest() const { return largest_; }

  private:
    double largest_ = 0;
};

// The files of tests/golden_models: `params`, `inputs`, `expected`; an array is {shape, data}.

/// The numbers of a scalar or of an array, row by row.
inline numbers numbers_of(const json& parent, const std::string& name) {
    const json& value = parent.at(name);
    if (value.is_object()) return value.get<numbers>("data");
    if (value.is_array()) return parent.get<numbers>(name);
    return {parent.get<double>(name)};
}

inline numbers input(const json& file, const std::string& name) {
    return numbers_of(file.at("inputs"), name);
}

inline std::vector<std::size_t> shape_of(const json& file, const std::string& name) {
    return file.at("inputs").at(name).get<std::vector<std::size_t>>("shape");
}

/// Throws unsupported where a file has an option that no rule here knows.
inline void only_options(const json& file, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : file.at("params").members())
        if (std::find(known.begin(), known.end(), name) == known.end())
            throw diffgen::compat::unsupported("the option " + name);
}

/// What a topic computed, by the names of `expected`.
using results = std::map<std::string, numbers, std::less<>>;

/// Compares every member of `expected` with the result of its name. Errors are relative to 1 + |b|.
inline comparison compare_expected(const json& file, const results& values,
                                   double tolerance = 1e-9) {
    const json& expected = file.at("expected");
    double largest = 0;
    for (const auto& [name, value] : expected.members()) {
        const auto found = values.find(name);
        if (found == values.end()) throw diffgen::compat::unsupported("the value " + name);
        const numbers wanted = numbers_of(expected, name);
        if (found->second.size() != wanted.size()) return {INFINITY, tolerance};
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const double a = found->second[i], b = wanted[i];
            const bool equal = a == b || (std::isnan(a) && std::isnan(b));
            const double e = equal ? 0 : std::abs(a - b) / (1 + std::abs(b));
            largest = e <= largest ? largest : e == e ? e : INFINITY;
        }
    }
    return {largest, tolerance};
}

}  // namespace golden
