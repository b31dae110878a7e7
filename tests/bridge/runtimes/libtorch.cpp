// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The formula of tiny.onnx on LibTorch itself, as a TorchScript file and as a function of tensors;
// its errors, its threads and its derivatives.

#include "agreement.hpp"
#include "failures.hpp"
#include "libtorch_module.hpp"
#include "tiny_network.hpp"

#include <diffgen/bridge/any_runtime.hpp>
#include <diffgen/bridge/network.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

using namespace diffgen;

namespace {

/// A file that is there while this is.
struct module_file {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("diffgen" + std::to_string(getpid()) + ".pt");
    module_file() { libtorch_module::write(path); }
    ~module_file() { std::filesystem::remove(path); }
};

noise_level at(double t) {
    noise_level l;
    l.network_time = t;
    return l;
}

std::vector<float> doubled(const bridge::any_runtime& runtime) {
    const bridge::network net{runtime, {.state = "x", .output = "y"}};
    std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8}, y(8);
    net(batch_view<const float>(x.data(), 2, 4), batch_view<float>(y.data(), 2, 4), at(0));
    return y;
}

}  // namespace

TEST_CASE("LibTorch in the fewest lines") {
    const module_file made;
    const auto file = made.path;
    const std::vector<float> bias{0.5f, -0.25f, 2, -1};
    const std::vector<int> classes{2, 0, 1};
    std::vector<float> x(3 * 4);
    // [use]
    bridge::network net{libtorch_module::load(file, 2),
                        {.state = "x", .time = "t", .condition = "k", .output = "y"}};
    net.give("bias", std::span(bias), {1, 4});  // an input beside: one row for the whole batch

    const int no_class = -1;
    const sampler s{
        schedule::linear_beta{}, kernel::variance_preserving{},
        guided{predicts(epsilon{}, labelled{net, classes, no_class}, time_input::time{}),
               classifier_free{.w = 1.5}},
        solver::ddim{}};
    s.generate(exec::cpp, batch(x, 3), {.steps = 20, .seed = 7});
    // [use]
    tiny::check_guided(x, bias, classes, no_class);
}

TEST_CASE("LibTorch evaluates the module, and a function, as the formula says") {
    const module_file made;
    tiny::check_threads([&](int threads) { return libtorch_module::load(made.path, threads); });
    tiny::check_threads(libtorch_module::function);
}

TEST_CASE("LibTorch's errors are diffgen's") {
    const module_file made;
    tiny::check_failures("LibTorch", made.path, libtorch_module::load);
}

TEST_CASE("a module has the bits of its first evaluation in every later one") {
    const module_file made;
    bridge::network net{libtorch_module::load(made.path, 1), tiny::names()};
    const std::vector<float> bias{0.1f, 0.2f, 0.3f, 0.4f}, x{0.7f, -1.3f, 2.1f, 0.9f};
    net.give("bias", std::span(bias), {1, 4});
    const std::vector<int> label{1};
    std::vector<float> first(4), later(4);
    const auto call = [&](std::vector<float>& y) {
        net(batch_view<const float>(x.data(), 1, 4), batch_view<float>(y.data(), 1, 4), at(0.3),
            std::span(label));
    };
    call(first);
    for (int i = 0; i < 5; ++i) {  // TorchScript compiles again after the first calls
        call(later);
        CHECK(later == first);
    }
}

TEST_CASE("answers that are several tensors") {
    const std::vector<float> twice{2, 4, 6, 8, 10, 12, 14, 16};
    CHECK(doubled(libtorch_module::wrong("second of two")) == twice);
    CHECK(doubled(libtorch_module::wrong("by name")) == twice);
}

TEST_CASE("networks and declarations that are refused") {
    using libtorch_module::wrong;
    check_refused<bad_shape>([] { doubled(wrong("other sizes")); }, {"'y'", "[4, 2]", "[2, 4]"});
    check_refused<bridge::network_failed>([] { doubled(wrong("other type")); },
                                          {"'y'", "Double", "float"});
    check_refused<bridge::network_failed>([] { doubled(wrong("in place")); }, {"writes", "'x'"});
    check_refused<bridge::network_failed>([] { doubled(wrong("no tensor")); }, {"Int", "'y'"});
    check_refused<bridge::network_failed>([] { doubled(wrong("two of one")); },
                                          {"Tensor", "2 outputs"});
    check_refused<bad_argument>([] { wrong("too few tensors"); }, {"1 tensors"});
    check_refused<bad_argument>([] { wrong("undeclared argument"); }, {"'scale'"});
    check_refused<bad_argument>([] { wrong("unknown argument"); }, {"no input 'x'", "'sample'"});
    check_refused<bad_argument>([] { wrong("nothing declared"); }, {"without a declaration"});
    check_refused<bad_argument>([] { wrong("no type"); }, {"'x'", "do not know"});
}

TEST_CASE("the threads of an evaluation end with it") {
    const int before = libtorch_module::threads_of_this_program();
    int noted = 0;
    for (const int threads : {1, 3}) {
        doubled(libtorch_module::noting_threads(threads, noted));
        CHECK(noted == threads);
        CHECK(libtorch_module::threads_of_this_program() == before);
    }
    doubled(libtorch_module::noting_threads(0, noted));
    CHECK(noted == before);
}

TEST_CASE("the product with the Jacobian is that of the formula") {
    const bridge::network net{libtorch_module::smooth(),
                              {.state = "x", .time = "t", .output = "y"}};
    const std::vector<double> x{0.3, -0.2, 0.1, 0, 0.5, -1}, v{1, -2, 3, 0.5, 0, 1};
    std::vector<double> product(6);
    const std::vector<noise_level> levels{at(0.25), at(-0.5)};
    const batch_view<const double> state(x.data(), 2, 3), vector(v.data(), 2, 3);
    net.vjp(state, vector, batch_view<double>(product.data(), 2, 3),
            std::span<const noise_level>(levels));
    for (std::size_t i = 0; i < 6; ++i) {
        const double y = std::tanh(3 * x[i] + (i < 3 ? 0.25 : -0.5));
        CHECK(product[i] == doctest::Approx(v[i] * 3 * (1 - y * y)).epsilon(1e-14));
    }
    net.vjp(state, vector, batch_view<double>(product.data(), 2, 3), at(0));
    CHECK(product[0] == doctest::Approx(3 * (1 - std::pow(std::tanh(0.9), 2))).epsilon(1e-14));

    // y = x t + k + bias has the Jacobian t, also as a module and with labels.
    const module_file made;
    bridge::network labelled{libtorch_module::load(made.path), tiny::names()};
    const std::vector<float> bias(4), u{1, 2, 3, 4};
    labelled.give("bias", std::span(bias), {1, 4});
    const std::vector<int> label{1};
    std::vector<float> p(4);
    labelled.vjp(batch_view<const float>(bias.data(), 1, 4),
                 batch_view<const float>(u.data(), 1, 4), batch_view<float>(p.data(), 1, 4),
                 at(0.5), std::span(label));
    CHECK(p == std::vector<float>{0.5f, 1, 1.5f, 2});

    const bridge::network constant{libtorch_module::wrong("constant"),
                                   {.state = "x", .output = "y"}};
    check_refused<bridge::network_failed>(
        [&] {
            constant.vjp(batch_view<const float>(bias.data(), 1, 4),
                         batch_view<const float>(u.data(), 1, 4), batch_view<float>(p.data(), 1, 4),
                         at(0));
        },
        {"LibTorch", "Jacobian", "does not depend"});
}
