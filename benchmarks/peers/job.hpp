// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A job of the comparison with other implementations, as compare.py describes it in a JSON file:
// the same work with the same settings on both sides.

#include <diffgen/core/error.hpp>
#include <diffgen/io/json.hpp>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace peers {

using diffgen::io::json;
using clock = std::chrono::steady_clock;

/// Both members do the whole job once.
struct job {
    std::function<std::vector<float>()> samples;  ///< from the file's state and noise: the samples
    std::function<double()> seconds;              ///< the seconds of what is compared
};

/// One step of a scheduler of diffusers at a time; the time of its steps alone.
[[nodiscard]] job scheduler_job(const json& description);
/// The reverse SDE of a Gaussian mixture; the time of everything.
[[nodiscard]] job mixture_job(const json& description);

/// The floats in the file that the description names, such as the job's "initial" state.
/// Throws bad_file.
[[nodiscard]] inline std::vector<float> read_floats(const json& description, const char* key) {
    const auto path = description.get<std::string>(key);
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    const auto bytes = file ? static_cast<std::size_t>(file.tellg()) : 0;
    std::vector<float> values(bytes / sizeof(float));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(bytes));
    if (!file || values.empty())
        throw diffgen::bad_file("diffgen: cannot read the floats of " + path);
    return values;
}

}  // namespace peers
