// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Configurations and arguments drawn at random, senseless ones among them: a run ends with finite
// samples, or is refused by a text that names a key, before anything is written. A third outcome
// is non_finite in the course of a run, where the numbers are legal and grow beyond a double.

#include <diffgen/compat/diffusers/class_options.hpp>
#include <diffgen/compat/diffusers/pipeline.hpp>
#include <diffgen/noise/philox.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace diffgen;
using namespace diffgen::compat;

namespace {

struct network {
    void operator()(batch_view<const double> in, batch_view<double> out,
                    const noise_level& l) const {
        for (std::size_t i = 0; i < out.size(); ++i)
            out.data[i] = std::tanh(0.7 * in.data[i % in.size()] + 0.3 + 1e-4 * l.network_time);
    }
};

class dice {
  public:
    explicit dice(std::uint64_t seed) : source_{seed} {}

    /// A number of 0 .. n-1.
    std::size_t below(std::size_t n) {
        const double u = 0.5 * std::erfc(source_.normal<double>(noise::stream::data, 0, next_++));
        return std::min(n - 1, static_cast<std::size_t>(u * static_cast<double>(n)));
    }
    bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
    template <std::size_t N>
    std::string one_of(const std::array<const char*, N>& list) {
        return list[below(N)];
    }

  private:
    noise::philox source_;
    std::uint64_t next_ = 0;
};

constexpr std::array<const char*, 12> sensible_numbers{
    "0.00085", "0.012", "0.02", "1", "2", "3", "7", "0.5", "0.9", "20", "4", "1.15"};
constexpr std::array<const char*, 10> any_numbers{"0",   "-1",  "1e-5",   "1e9",   "-0.3",
                                                  "1.5", "999", "-1e300", "1e300", "0.999"};
constexpr std::array<const char*, 24> any_words{
    "linear",      "scaled_linear", "squaredcos_cap_v2", "sigmoid",      "laplace",
    "epsilon",     "sample",        "v_prediction",      "leading",      "trailing",
    "linspace",    "zero",          "sigma_min",         "fixed_small",  "learned",
    "dpmsolver++", "dpmsolver",     "sde-dpmsolver++",   "midpoint",     "heun",
    "bh1",         "exponential",   "flow_prediction",   "learned_range"};
constexpr std::array<const char*, 8> whole_numbers{"1", "2", "3", "4", "20", "0", "-1", "1e9"};
constexpr std::array<const char*, 4> betas{"0.00085", "0.012", "0.02", "0.2"};
constexpr std::array<const char*, 6> steps{"1", "2", "5", "8", "15", "20"};
constexpr std::array<const char*, 5> many_steps{"19", "21", "998", "999", "1000"};

/// A value for a member of a configuration or of the arguments, as JSON.
template <class Member>
std::string value_for(dice& d) {
    const auto number = [&]() -> std::string {
        if constexpr (std::is_same_v<Member, int> || std::is_same_v<Member, std::optional<int>>)
            if (d.chance(90)) return d.one_of(whole_numbers);
        return d.chance(85) ? d.one_of(sensible_numbers) : d.one_of(any_numbers);
    };
    if (d.chance(2)) return "\"text\"";
    if constexpr (std::is_same_v<Member, bool> || std::is_same_v<Member, std::optional<bool>>) {
        return d.chance(30) ? "true" : "false";
    } else if constexpr (std::is_enum_v<Member>) {
        const auto& names = diffusers::detail::table_of_names<Member>::names;
        if (d.chance(3)) return '"' + d.one_of(any_words) + '"';
        return '"' + std::string(names[d.below(std::size(names))].name) + '"';
    } else if constexpr (requires(Member m) { m.push_back({}); }) {
        std::string list = "[";
        for (std::size_t i = d.below(6); i-- > 0;)
            list += number() + (i > 0 ? "," : "");
        return list + "]";
    } else {
        return number();
    }
}

std::string random_config(dice& d, const diffusers::detail::options_of_class& of) {
    std::string text = "{\"_class_name\": \"";
    text += diffusers::name(of.scheduler);
    text += "\", \"num_train_timesteps\": ";
    text += d.chance(60) ? "1000" : d.chance(70) ? "20" : d.one_of(any_numbers);
    diffusers::config c;
    diffusers::detail::each_option(c, [&](const char* key, auto& member) {
        using M = std::remove_reference_t<decltype(member)>;
        if (std::string_view(key) == "num_train_timesteps") return;
        if (!d.chance(diffusers::detail::has_option(of.scheduler, key) ? 10 : 1)) return;
        text +=
            ", \"" + std::string(key) + "\": " +
            (std::string_view(key).starts_with("beta_") && std::is_same_v<M, double> && d.chance(90)
                 ? d.one_of(betas)
                 : value_for<M>(d));
    });
    return text + "}";
}

std::string random_call(dice& d) {
    std::string text = "{\"num_inference_steps\": ";
    text += d.chance(85)   ? d.one_of(steps)
            : d.chance(75) ? d.one_of(many_steps)
                           : d.one_of(any_numbers);
    diffusers::arguments a;
    diffusers::arguments::each(a, [&](std::string_view key, auto& member) {
        using M = std::remove_reference_t<decltype(member)>;
        if (key == "num_inference_steps" || !d.chance(key == "strength" ? 30 : 2)) return;
        text += ", \"" + std::string(key) + "\": " + value_for<M>(d);
    });
    return text + "}";
}

enum class outcome { finite, refused, grew };

/// Runs it, and checks what must hold.
outcome run(const std::string& config, const std::string& call, bool from_data) {
    CAPTURE(config);
    CAPTURE(call);
    const std::vector<double> before{0.25, -0.5, 0.75, 1.5};
    std::vector<double> x = before;
    try {
        const auto c = diffusers::parse_config(config);
        const auto a = diffusers::read_arguments(io::parse_json(call));
        if (from_data)
            diffusers::generate_from_data(exec::cpp, c, a, network{}, batch(x, 2), {.seed = 3});
        else
            diffusers::generate(exec::cpp, c, a, network{}, batch(x, 2), {.seed = 3});
    } catch (const non_finite&) {
        return outcome::grew;
    } catch (const bad_argument& e) {
        const std::string text = e.what();
        CAPTURE(text);
        CHECK(text.starts_with("diffgen: "));
        CHECK(text.find('\'') != std::string::npos);  // a key
        CHECK(x == before);
        return outcome::refused;
    }
    for (const double each : x)
        CHECK(std::isfinite(each));
    return outcome::finite;
}

}  // namespace

TEST_CASE("a configuration runs to finite samples, or is refused by its key") {
    std::array<int, 3> found{};
    for (const auto& of : diffusers::detail::class_options) {
        dice d(static_cast<std::uint64_t>(of.scheduler) + 100);
        for (int i = 0; i < 60; ++i) {
            const std::string config = random_config(d, of), call = random_call(d);
            ++found[static_cast<std::size_t>(run(config, call, d.chance(50)))];
        }
    }
    MESSAGE("finite ", found[0], ", refused ", found[1], ", grew ", found[2]);
    CHECK(found[0] > 150);
    CHECK(found[1] > 150);
}
