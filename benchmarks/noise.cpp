// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Nanoseconds a normal for every instruction set, those of a Brownian path on a grid of 50 steps
// beside those of Philox, and of the pass x = a x + b e beside a memcpy of
// the same floats. Build with -O2 and no further flags: the lanes need none.

#include <diffgen/noise/brownian.hpp>
#include <diffgen/noise/source.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

namespace {

using namespace diffgen;

constexpr int tile = 256;

/// The least of 25 runs, in nanoseconds an element.
template <class Work>
double nanoseconds(std::size_t elements, Work work) {
    double best = 1e300;
    for (int run = 0; run < 25; ++run) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::nano> took =
            std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count() / static_cast<double>(elements));
    }
    return best;
}

/// Draws `count` normals into one tile in the first-level cache, over and over.
template <class T>
struct draw {
    std::size_t count;
    T* out;

    template <class V>
    DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
        const noise::philox source{7};
        for (std::size_t i = 0; i < count; i += tile) {
            source.fill<V>(noise::stream::solver, 0, i, tile, out);
        }
    }
};

/// Draws a tile for every step of a run, one after the other.
template <class T, class Source>
struct draw_steps {
    const std::vector<Source>& steps;
    T* out;

    template <class V>
    DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
        for (const Source& source : steps)
            for (std::uint64_t i = 0; i < 16 * tile; i += tile)
                source.template fill<V>(noise::stream::solver, 0, i, tile, out);
    }
};

/// The normals of a path on the grid of log-SNR -12 to 12 in 50 equal steps, beside Philox's.
template <class T>
void path(const char* type) {
    constexpr int n = 50;
    constexpr std::size_t count = std::size_t{n} * 16 * tile;
    std::vector<noise::philox> plain(n, noise::philox{7});
    std::vector<noise::brownian> path;
    for (int k = 0; k < n; ++k)
        path.push_back(noise::brownian{7}.for_piece({-12 + 24. * k / n, -12 + 24. * (k + 1) / n}));
    std::vector<T> out(tile);
    const double of_plain = nanoseconds(count, [&] {
        lanes::run<T>(draw_steps<T, noise::philox>{plain, out.data()});
    });
    const double of_path = nanoseconds(count, [&] {
        lanes::run<T>(draw_steps<T, noise::brownian>{path, out.data()});
    });
    std::printf("brownian     %-6s widest   %7.3f ns  (%.2f times philox)\n", type, of_path,
                of_path / of_plain);
}

/// x = a x + b e over n numbers, e a second array, or fresh normals where it is null.
template <class T>
struct affine {
    std::size_t n;
    T* x;
    const T* e;

    template <class V>
    DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
        const noise::philox source{7};
        const V a = broadcast<V>(T{0.75});
        const V b = broadcast<V>(T{0.5});
        T normals[tile];
        for (std::size_t i = 0; i < n; i += tile) {
            const T* from = e == nullptr ? normals : e + i;
            if (e == nullptr) source.fill<V>(noise::stream::solver, 0, i, tile, normals);
            for (int j = 0; j < tile; j += value_traits<V>::width) {
                T* to = x + i + j;
                store(to, diffgen::fma(a, load<V>(to), b * load<V>(from + j)));
            }
        }
    }
};

template <class T, class Isa>
void normals(const char* type, const char* set) {
    constexpr std::size_t count = std::size_t{tile} << 8;
    std::vector<T> out(tile);
    const double took = nanoseconds(count, [&] { lanes::run<T, Isa>(draw<T>{count, out.data()}); });
    std::printf("normal       %-6s %-8s %7.3f ns\n", type, set, took);
}

template <class T>
void all_sets(const char* type) {
    normals<T, isa::one_lane>(type, "one lane");
#if DIFFGEN_HAS_LANES
    if (lanes::widest() >= lanes::set::avx2) normals<T, isa::avx2>(type, "avx2");
    if (lanes::widest() >= lanes::set::avx512) normals<T, isa::avx512>(type, "avx512");
#endif
}

}  // namespace

int main() {
    all_sets<float>("float");
    all_sets<double>("double");
    path<float>("float");
    path<double>("double");
    const std::size_t n = std::size_t{1} << 24;  // 64 MiB: beyond the second-level cache
    std::vector<float> x(n, 1.0f);
    std::vector<float> e(n, 1.0f);
    std::printf("memcpy                       %7.3f ns\n",
                nanoseconds(n, [&] { std::memcpy(x.data(), e.data(), n * sizeof(float)); }));
    std::printf("a x + b e    float  widest   %7.3f ns\n", nanoseconds(n, [&] {
                    lanes::run<float>(affine<float>{n, x.data(), e.data()});
                }));
    std::printf("a x + b z    float  widest   %7.3f ns  (z drawn in the pass)\n",
                nanoseconds(n, [&] {
                    lanes::run<float>(affine<float>{n, x.data(), nullptr});
                }));
    std::printf("check %g\n", static_cast<double>(x[12345]));
}
