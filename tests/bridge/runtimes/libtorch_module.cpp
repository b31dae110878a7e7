// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What of the test of LibTorch's bridge includes LibTorch.

#include "libtorch_module.hpp"

#include <diffgen/bridge/libtorch.hpp>

#include <tuple>
#include <utility>
#include <vector>

namespace libtorch_module {

using namespace diffgen;
using bridge::any_size;
using bridge::element;

void write(const std::filesystem::path& file) {
    torch::jit::Module m("tiny");
    m.define(R"(
def forward(self, x, t, k, bias):
    return x * t.unsqueeze(1) + k.to(x.dtype).unsqueeze(1) + bias
)");
    m.save(file.string());
}

namespace {

// [declare]
bridge::libtorch_options declaration(int threads) {
    return {.inputs = {{"x", element::float32, {any_size, 4}},
                       {"t", element::float32, {any_size}},
                       {"k", element::int64, {any_size}},
                       {"bias", element::float32, {any_size, 4}}},
            .outputs = {{"y", element::float32, {any_size, 4}}},
            .threads = threads};
}
// [declare]

/// One input and one output of rows of four floats.
bridge::libtorch_options plain(int threads = 0) {
    return {.inputs = {{"x", element::float32, {any_size, 4}}},
            .outputs = {{"y", element::float32, {any_size, 4}}},
            .threads = threads};
}

}  // namespace

// [load]
bridge::any_runtime load(const std::filesystem::path& file, int threads) {
    return bridge::libtorch(file, declaration(threads));
}
// [load]

bridge::any_runtime function(int threads) {
    // [function]
    const auto f = [](const at::Tensor& x, const at::Tensor& t, const at::Tensor& k,
                      const at::Tensor& bias) {
        return x * t.view({-1, 1}) + k.view({-1, 1}) + bias;
    };
    return bridge::libtorch(f, declaration(threads));
    // [function]
}

bridge::any_runtime smooth() {
    return bridge::libtorch(
        [](const at::Tensor& x, const at::Tensor& t) {
            return (3 * x + t.view({-1, 1})).tanh();
        },
        {.inputs = {{"x", element::float64, {any_size, 3}}, {"t", element::float64, {any_size}}},
         .outputs = {{"y", element::float64, {any_size, 3}}}});
}

bridge::any_runtime wrong(const std::string& how) {
    if (how == "other sizes")
        return bridge::libtorch([](const at::Tensor& x) { return x.t().contiguous(); }, plain());
    if (how == "other type")
        return bridge::libtorch([](const at::Tensor& x) { return x.to(at::kDouble); }, plain());
    if (how == "in place") return bridge::libtorch([](at::Tensor x) { return x.mul_(2); }, plain());
    if (how == "no tensor")
        return bridge::libtorch([](const at::Tensor&) { return c10::IValue(3); }, plain());
    if (how == "constant")
        return bridge::libtorch([](const at::Tensor& x) { return at::ones_like(x); }, plain());
    if (how == "two of one") {
        auto declared = plain();
        declared.outputs.push_back(declared.outputs[0]);
        declared.outputs[1].name = "variance";
        return bridge::libtorch([](const at::Tensor& x) { return x; }, declared);
    }
    if (how == "second of two") {  // which is right
        auto declared = plain();
        declared.outputs = {{"mean", element::float32, {any_size, 4}}, declared.outputs[0]};
        return bridge::libtorch(
            [](const at::Tensor& x) { return std::tuple<at::Tensor, at::Tensor>(x, 2 * x); },
            declared);
    }
    if (how == "by name") {  // right as well
        torch::jit::Module m("named");
        m.define("def forward(self, x):\n    return {\"other\": x, \"y\": 2 * x}\n");
        return bridge::libtorch(m, plain());
    }
    if (how == "too few tensors")
        return bridge::libtorch([](const at::Tensor& x, const at::Tensor&) { return x; }, plain());
    if (how == "undeclared argument") {
        torch::jit::Module m("two");
        m.define("def forward(self, x, scale):\n    return x * scale\n");
        return bridge::libtorch(m, plain());
    }
    if (how == "unknown argument") {
        torch::jit::Module m("one");
        m.define("def forward(self, sample):\n    return sample\n");
        auto declared = plain();
        declared.inputs.insert(declared.inputs.begin(),
                               {"sample", element::float32, {any_size, 4}});
        return bridge::libtorch(m, declared);
    }
    if (how == "nothing declared")
        return bridge::libtorch([](const at::Tensor& x) { return x; }, {});
    return bridge::libtorch([](const at::Tensor& x) { return x; },
                            {.inputs = {{"x"}}, .outputs = {{"y"}}});
}

bridge::any_runtime noting_threads(int threads, int& noted) {
    return bridge::libtorch(
        [&noted](const at::Tensor& x) {
            noted = at::get_num_threads();
            return x + 0;
        },
        plain(threads));
}
int threads_of_this_program() {
    return at::get_num_threads();
}

}  // namespace libtorch_module
