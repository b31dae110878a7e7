// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The typed errors of diffgen. Every text names what was wrong and holds the offending values.

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

/// NaN or infinity where a finite number is needed; the text names the step and the sample.
class non_finite : public error {
  public:
    using error::error;
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

/// Joins the parts into one text, numbers with all their digits.
template <class... Parts>
std::string text(const Parts&... parts) {
    std::ostringstream out;
    out.precision(std::numeric_limits<double>::digits10);
    (out << ... << shown(parts));
    return out.str();
}

}  // namespace detail
}  // namespace diffgen
