// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Independent pieces of work on all cores of the machine.

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace common {

/// Calls f(0) .. f(count - 1), several at once. Throws what one of them throws.
template <class F>
void on_all_cores(long count, F f) {
    std::atomic<long> next{0};
    std::vector<std::future<void>> waiting;
    for (long t = std::max(1L, static_cast<long>(std::thread::hardware_concurrency())); t > 0; --t)
        waiting.push_back(std::async(std::launch::async, [&] {
            for (long i = next++; i < count; i = next++)
                f(i);
        }));
    for (auto& each : waiting)
        each.wait();
    for (auto& each : waiting)
        each.get();
}

}  // namespace common
