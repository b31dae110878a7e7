// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The typed errors of diffgen. Every text names what was wrong and holds the offending values.

#include <charconv>
#include <cstdint>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

namespace diffgen {

/// Base of everything that diffgen throws.
class error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A value outside its domain: no steps, increasing sigmas, a prediction that is undefined there.
class bad_argument : public error {
  public:
    using error::error;
};

/// Sizes that do not fit together.
class bad_shape : public error {
  public:
    using error::error;
};

/// Memory or an execution policy of the wrong device, or a failed call of the device's runtime.
class bad_device : public error {
  public:
    using error::error;
};

/// NaN or infinity where a finite number is needed. Of a run, it knows where.
class non_finite : public error {
  public:
    explicit non_finite(const std::string& text) : error(text) {}
    non_finite(const std::string& text, int step, int stage, std::uint64_t sample, double time)
        : error(text), step_(step), stage_(stage), sample_(sample), time_(time) {}

    /// The step of the run, from 0 on; -1 where the number arose outside a run.
    [[nodiscard]] int step() const { return step_; }
    /// The stage of that step, from 0 on; -1 outside a run.
    [[nodiscard]] int stage() const { return stage_; }
    /// The first sample that had it, by its number in the whole job.
    [[nodiscard]] std::uint64_t sample() const { return sample_; }
    /// The schedule's time at which the step starts; NaN outside a run.
    [[nodiscard]] double time() const { return time_; }

  private:
    int step_ = -1, stage_ = -1;
    std::uint64_t sample_ = 0;
    double time_ = std::numeric_limits<double>::quiet_NaN();
};

/// A file that cannot be opened, is cut short, or breaks the rules of its format.
class bad_file : public error {
  public:
    using error::error;
};

namespace detail {

/// A part of a text; NaN without the sign that it happens to have.
template <class Part>
const Part& shown(const Part& part) {
    return part;
}
inline double shown(double part) {
    return part == part ? part : std::numeric_limits<double>::quiet_NaN();
}
inline double shown(float part) {
    return shown(static_cast<double>(part));
}

/// A number with the fewest digits that tell it from every other: 1.0000000000000002 beside 1.
[[nodiscard]] inline std::string exactly(double number) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, shown(number)).ptr;
    return {digits, end};
}

/// Joins the parts into one text, numbers with 15 digits.
template <class... Parts>
std::string text(const Parts&... parts) {
    std::ostringstream out;
    out.precision(std::numeric_limits<double>::digits10);
    (out << ... << shown(parts));
    return out.str();
}

}  // namespace detail
}  // namespace diffgen
