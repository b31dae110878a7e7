// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/io/csv.hpp>
#include <diffgen/io/idx.hpp>
#include <diffgen/io/npy.hpp>
#include <diffgen/io/safetensors.hpp>

#include "io_testing.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

using namespace diffgen;

namespace {

/// SplitMix64: a fixed sequence, so that a failure comes again.
class random_words {
  public:
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t limit) { return next() % limit; }

  private:
    std::uint64_t state_ = 1;
};

/// One to four changes of a kind that breaks readers: flipped bits, extreme lengths, bytes of the
/// grammar in wrong places, cuts, repeats, losses.
io::bytes mutated(io::bytes data, random_words& random) {
    constexpr std::string_view grammar = "{}[]()\",:'-+.eE0123456789\\u\n\r ";
    constexpr std::array<std::uint8_t, 5> extremes{0x00, 0xFF, 0x7F, 0x80, 0x01};
    for (std::size_t changes = 1 + random.below(4); changes > 0 && !data.empty(); --changes) {
        const std::size_t at = random.below(data.size());
        const auto place = data.begin() + static_cast<std::ptrdiff_t>(at);
        const auto some = static_cast<std::ptrdiff_t>(
            1 + random.below(std::min<std::size_t>(12, data.size() - at)));
        switch (random.below(7)) {
            case 0:
                *place ^= static_cast<std::uint8_t>(1u << random.below(8));
                break;
            case 1:
                *place = static_cast<std::uint8_t>(grammar[random.below(grammar.size())]);
                break;
            case 2:
                std::fill(place, place + std::min<std::ptrdiff_t>(some, 8),
                          extremes[random.below(extremes.size())]);
                break;
            case 3:
                data.erase(place, place + some);
                break;
            case 4: {
                const io::bytes copy(place, place + some);
                data.insert(place, copy.begin(), copy.end());
                break;
            }
            case 5:
                data.insert(place,
                            static_cast<std::uint8_t>(grammar[random.below(grammar.size())]));
                break;
            default:
                data.resize(at);
        }
    }
    return data;
}

/// Whatever is done to a file, its reader takes it or throws bad_file, which names the file.
void check_only_bad_file(const io::bytes& good,
                         const std::function<void(const io::bytes&)>& decode) {
    random_words random;
    decode(good);
    constexpr int mutations = 4000;
    int refused = 0;
    for (int i = 0; i < mutations; ++i) {
        const io::bytes bad = mutated(good, random);
        try {
            decode(bad);
        } catch (const bad_file& problem) {
            ++refused;
            CHECK(std::string_view(problem.what()).starts_with("diffgen: fuzz: byte "));
        } catch (const std::exception& other) {
            FAIL("mutation ", i, ": ", other.what());
        }
    }
    CHECK(refused > mutations / 4);
}

}  // namespace

TEST_CASE("mutated safetensors") {
    io::safetensors file;
    file.metadata["note"] = "caf\xc3\xa9";
    file.set("weight", io::ndarray<float>{{2, 3}, {0, 1, 2, 3, 4, 5}});
    file.set("bias", io::ndarray<double>{{3}, {0, 1, 2}});
    check_only_bad_file(io::encode_safetensors(file),
                        [](const io::bytes& data) { io::decode_safetensors(data, "fuzz"); });
}

TEST_CASE("mutated JSON") {
    const auto text = io::as_bytes(
        R"({"a": [1, -2.5e-3, true, null, NaN], "b": {"c": "\u00e9\ud83d\ude00\n"}, "d": -Infinity})");
    check_only_bad_file({text.begin(), text.end()},
                        [](const io::bytes& data) { io::parse_json(io::as_text(data), "fuzz"); });
}

TEST_CASE("mutated .npy") {
    check_only_bad_file(io::encode_npy<float>({{2, 3}, {0, 1, 2, 3, 4, 5}}),
                        [](const io::bytes& data) { io::decode_npy<float>(data, "fuzz"); });
}

TEST_CASE("mutated IDX") {
    check_only_bad_file(io::encode_idx<std::int16_t>({{2, 2}, {1, 2, 3, 4}}),
                        [](const io::bytes& data) { io::decode_idx<std::int16_t>(data, "fuzz"); });
}

TEST_CASE("mutated CSV") {
    const auto text = io::as_bytes("name,\"other, name\"\r\n1,2.5e-3\r\n\"-4\", 6\n7,8\n");
    check_only_bad_file({text.begin(), text.end()},
                        [](const io::bytes& data) { io::parse_csv(io::as_text(data), "fuzz"); });
}
