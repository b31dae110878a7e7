// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A bar: a figure that the library promises, measured beside what it is compared with in one run,
// and printed with its limit as `name  figure  limit  ok|below`.

#include <cstdio>
#include <string>

class bars {
  public:
    /// The figure, a ratio, must reach the limit.
    void at_least(const std::string& name, double figure, double limit) {
        print(name, figure, ">=", limit, figure >= limit);
    }
    /// The figure, a ratio, must not exceed the limit.
    void at_most(const std::string& name, double figure, double limit) {
        print(name, figure, "<=", limit, figure <= limit);
    }
    /// How many figures did not keep their limit.
    [[nodiscard]] int below() const { return below_; }

  private:
    void print(const std::string& name, double figure, const char* way, double limit, bool ok) {
        below_ += ok ? 0 : 1;
        std::printf("%-56s %8.3f  %s %.3f  %s\n", name.c_str(), figure, way, limit,
                    ok ? "ok" : "below");
        std::fflush(stdout);
    }

    int below_ = 0;
};
