// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Times several ways to do the same, in turns, so that a busy machine slows all alike; and prints
// the least time of each beside the ratio to the first.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

class contest {
  public:
    /// `units`: what a time is divided by, `unit` its name, such as "ns an element".
    contest(std::string title, double units, std::string unit)
        : title_(std::move(title)), units_(units), unit_(std::move(unit)) {}

    /// `work` does it once.
    contest& add(std::string name, std::function<void()> work) {
        return add_timed(std::move(name), [w = std::move(work)] {
            const auto start = clock::now();
            w();
            return clock::now() - start;
        });
    }
    /// `work` returns the time that counts.
    contest& add_timed(std::string name, std::function<std::chrono::nanoseconds()> work) {
        entries_.push_back({std::move(name), std::move(work)});
        return *this;
    }

    void run(int rounds) {
        for (int i = 0; i < rounds; ++i)
            for (entry& e : entries_)
                e.least = std::min(e.least, static_cast<double>(e.work().count()));
        std::printf("%s\n", title_.c_str());
        for (const entry& e : entries_)
            std::printf("  %-44s %10.3f %-16s %7.2f x\n", e.name.c_str(), e.least / units_,
                        unit_.c_str(), e.least / entries_.front().least);
    }

    using clock = std::chrono::steady_clock;

  private:
    struct entry {
        std::string name;
        std::function<std::chrono::nanoseconds()> work;
        double least = 1e300;
    };
    std::string title_;
    double units_;
    std::string unit_;
    std::vector<entry> entries_;
};
