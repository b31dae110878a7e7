// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Times several ways to do the same, in turns, so that a busy machine slows all alike; and prints
// the least time of each beside the ratio to the first.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <ctime>
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

    /// The median, over rounds of the two in turns, of the time of `first` divided by that of
    /// `second`. Neighbours in time share the state of a busy machine, whatever it is.
    static double ratio(const std::function<std::chrono::nanoseconds()>& first,
                        const std::function<std::chrono::nanoseconds()>& second, int rounds) {
        std::vector<double> ratios;
        for (int i = 0; i < rounds; ++i) {
            const auto a = static_cast<double>(first().count());
            const auto b = static_cast<double>(second().count());
            ratios.push_back(a / b);
        }
        const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
        std::nth_element(ratios.begin(), middle, ratios.end());
        return *middle;
    }

    /// The least time of `first` divided by that of `second`, of rounds of the two in turns: for
    /// work on several threads, which a busy machine disturbs at any moment.
    static double ratio_of_least(const std::function<std::chrono::nanoseconds()>& first,
                                 const std::function<std::chrono::nanoseconds()>& second,
                                 int rounds) {
        auto a = std::chrono::nanoseconds::max(), b = a;
        for (int i = 0; i < rounds; ++i) {
            a = std::min(a, first());
            b = std::min(b, second());
        }
        return static_cast<double>(a.count()) / static_cast<double>(b.count());
    }

    /// The time of one call of `work`, on the clock on the wall.
    template <class Work>
    static std::chrono::nanoseconds wall_time_of(const Work& work) {
        const auto start = clock::now();
        work();
        return clock::now() - start;
    }
    /// The time that this thread computes in one call of `work`: of a long call and a short one the
    /// ratio, whatever else the machine does meanwhile.
    template <class Work>
    static std::chrono::nanoseconds time_of(const Work& work) {
        const auto start = computed();
        work();
        return computed() - start;
    }

    using clock = std::chrono::steady_clock;

  private:
    static std::chrono::nanoseconds computed() {
        timespec t{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
    }

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
