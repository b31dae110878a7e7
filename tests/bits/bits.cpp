// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Prints a hash of the bits of every elementary function and of the noise, on one lane and on the
// widest pack. All builds must print the same: run.sh builds and compares them.

#include <diffgen/core/math.hpp>
#include <diffgen/noise/noise.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <vector>

namespace {

using namespace diffgen;

/// FNV-1a of the bytes.
template <class T>
std::uint64_t hash(const std::vector<T>& x) {
    std::vector<unsigned char> bytes(x.size() * sizeof(T));
    std::memcpy(bytes.data(), x.data(), bytes.size());
    std::uint64_t h = 0xcbf29ce484222325u;
    for (const unsigned char byte : bytes)
        h = (h ^ byte) * 0x100000001b3u;
    return h;
}

constexpr int functions = 8;
constexpr std::ptrdiff_t size = 1 << 14;

/// Result k of number i is out[k * size + i]; no NaN arises, whose bits nothing promises.
template <class T>
struct every_function {
    const T* in;
    T* out;

    template <class V>
    DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
        for (std::ptrdiff_t i = 0; i < size; i += value_traits<V>::width) {
            const V x = load<V>(in + i);
            store(out + i, diffgen::exp(x));
            store(out + size + i, diffgen::expm1(x));
            store(out + 2 * size + i, diffgen::log(diffgen::abs(x)));
            store(out + 3 * size + i, diffgen::sin(x));
            store(out + 4 * size + i, diffgen::cos(x));
            store(out + 5 * size + i, diffgen::tanh(x));
            store(out + 6 * size + i, diffgen::sqrt(diffgen::abs(x)) / (x + T{1000}));
            // A sum right after every last product that a compiler could contract.
            store(out + 7 * size + i, diffgen::exp(x) + diffgen::tanh(x) + diffgen::sin(x));
        }
    }
};

template <class T, class Source>
struct noise_plus_number {
    Source source;
    const T* in;
    T* out;

    template <class V>
    DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
        constexpr int tile = 256;
        for (std::ptrdiff_t i = 0; i < size; i += tile) {
            source.template fill<V>(noise::stream::solver, 3, static_cast<std::uint64_t>(i) + 1,
                                    tile, out + i);
            for (std::ptrdiff_t j = i; j < i + tile; j += value_traits<V>::width) {
                store(out + j, load<V>(out + j) + load<V>(in + j));
            }
        }
    }
};

template <class T>
void print(const char* type) {
    std::vector<T> in(static_cast<std::size_t>(size));
    // Numbers in (-80, 80) by the generator's own uniform bits.
    for (std::size_t i = 0; i < in.size(); ++i) {
        const T u = noise::philox{1}.uniform<T>(noise::stream::data, 0, i);
        in[i] = diffgen::fma(u, T{160}, T{-80}) * (i % 2 == 0 ? T{1} : T{1} / T{64});
    }
    std::vector<T> out(static_cast<std::size_t>(functions * size));
    std::vector<T> normals(static_cast<std::size_t>(size));
    const every_function<T> function{in.data(), out.data()};
    lanes::run<T>(function);
    std::printf("%s functions widest %016llx\n", type, static_cast<unsigned long long>(hash(out)));
    function(lanes::tag<T>{});
    std::printf("%s functions single %016llx\n", type, static_cast<unsigned long long>(hash(out)));
    const auto print_noise = [&](const char* name, const auto& source) {
        const noise_plus_number<T, std::remove_cvref_t<decltype(source)>> noise{source, in.data(),
                                                                                normals.data()};
        lanes::run<T>(noise);
        std::printf("%s %s widest %016llx\n", type, name,
                    static_cast<unsigned long long>(hash(normals)));
        noise(lanes::tag<T>{});
        std::printf("%s %s single %016llx\n", type, name,
                    static_cast<unsigned long long>(hash(normals)));
    };
    constexpr std::uint64_t seed = 0x243f6a8885a308d3u;
    print_noise("noise", noise::philox{seed});
    print_noise("path", noise::brownian{seed}.for_piece({-0.7, 3.3, 1, 3}));
}

}  // namespace

int main() {
    print<float>("float");
    print<double>("double");
}
