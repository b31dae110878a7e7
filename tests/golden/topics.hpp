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

/// Relative to the largest finite number of the list, or to 1 if that is more.
class by_list {
  public:
    static constexpr bool nan_is_a_value = true;
    explicit by_list(const numbers& all) {
        for (const double v : all)
            if (std::isfinite(v)) scale_ = std::max(scale_, std::abs(v));
    }
    double operator()(double) const { return scale_; }

  private:
    double scale_ = 1;
};
using scaled_difference = largest_error<by_list>;

/// Relative to 1 + |b|.
struct by_one_more {
    static constexpr bool nan_is_a_value = true;
    explicit by_one_more(const numbers&) {}
    double operator()(double b) const { return 1 + std::abs(b); }
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
    largest_error<by_one_more> d;
    for (const auto& [name, value] : expected.members()) {
        const auto found = values.find(name);
        if (found == values.end()) throw diffgen::compat::unsupported("the value " + name);
        d.compare(found->second, numbers_of(expected, name));
    }
    return {d.largest(), tolerance};
}

}  // namespace golden
