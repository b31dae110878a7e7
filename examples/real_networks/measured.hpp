// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the time of a run divides into network and library, and how far two results are apart.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <exception>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace real_networks {

/// Seconds of the clock, and of this thread's work, which what else the machine does leaves alone.
inline double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}
inline double worked() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// run(arguments), or 2 where it throws, which is printed.
inline int reported(int (*run)(const std::vector<std::string>&),
                    const std::vector<std::string>& arguments) {
    try {
        return run(arguments);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 2;
    }
}

/// What a run took, in seconds: its networks by the clock, the library by the work of its thread.
struct cost {
    int evaluations = 0;
    double network = 0, library = 0;

    [[nodiscard]] double share() const { return library / (network + library); }
};

/// A network that notes its own time.
template <class Net>
struct timed {
    const Net* net;
    cost* noted;

    template <class... Arguments>
    void operator()(const Arguments&... arguments) const {
        const double begin = now(), work = worked();
        (*net)(arguments...);
        noted->network += now() - begin;
        noted->library -= worked() - work;
        ++noted->evaluations;
    }
};

/// Carries a run out whose networks note their time in `noted`.
template <class Run>
void measure(cost& noted, const Run& run) {
    const double work = worked();
    run();
    noted.library += worked() - work;
}

struct result {
    std::string run;
    cost took;
    std::vector<float> samples;
    double off = std::numeric_limits<double>::quiet_NaN();  ///< largest difference to the reference
};

inline double largest_difference(std::span<const float> a, std::span<const float> b) {
    double most = a.size() == b.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        const double apart = std::abs(double{a[i]} - double{b[i]});
        most = apart <= most ? most : apart;  // a NaN is the most
    }
    return most;
}

inline void print_header() {
    std::printf("%-13s %-37s %5s %10s %10s %8s %12s\n", "runtime", "run", "calls", "network s",
                "diffgen s", "share", "off by");
}
inline void print_row(const std::string& runtime, const result& r) {
    std::printf("%-13s %-37s %5d %10.4f %10.5f %7.3f%% ", runtime.c_str(), r.run.c_str(),
                r.took.evaluations, r.took.network, r.took.library, 100 * r.took.share());
    if (std::isnan(r.off))
        std::printf("%12s\n", "");
    else
        std::printf("%12.1e\n", r.off);
}

}  // namespace real_networks
