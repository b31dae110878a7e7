// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

#include "random_networks.hpp"

#include <diffgen/bridge/libtorch.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace real_networks {

using namespace diffgen;
using bridge::any_size;
using bridge::element;

namespace {

torch::jit::Module module_of(
    const std::string& code,
    const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& weights) {
    torch::manual_seed(1);
    torch::jit::Module m("network");
    for (const auto& [name, sizes] : weights) {
        std::int64_t inputs = 1;
        for (std::size_t d = 1; d < sizes.size(); ++d)
            inputs *= sizes[d];
        m.register_parameter(name, at::randn(sizes) / std::sqrt(static_cast<double>(inputs)),
                             false);
    }
    m.define(code);
    return m;
}

}  // namespace

bridge::any_runtime picture_network(int threads) {
    return bridge::libtorch(module_of(R"(
def forward(self, x, t, y):
    known = torch.relu(torch.outer(t / 1000, self.time) + self.classes[y])
    h = torch.conv2d(x, self.first, None, [1, 1], [1, 1]) + known.unsqueeze(2).unsqueeze(3)
    h = h + torch.relu(torch.conv2d(torch.relu(h), self.second, None, [1, 1], [1, 1]))
    return 0.5 * x + 0.1 * torch.conv2d(torch.relu(h), self.third, None, [1, 1], [1, 1])
)",
                                      {{"time", {32}},
                                       {"classes", {11, 32}},
                                       {"first", {32, 3, 3, 3}},
                                       {"second", {32, 32, 3, 3}},
                                       {"third", {3, 32, 3, 3}}}),
                            {.inputs = {{"x", element::float32, {any_size, 3, 32, 32}},
                                        {"t", element::float32, {any_size}},
                                        {"y", element::int64, {any_size}}},
                             .outputs = {{"eps", element::float32, {any_size, 3, 32, 32}}},
                             .threads = threads});
}

bridge::any_runtime policy_network(int threads) {
    return bridge::libtorch(
        module_of(R"(
def forward(self, x, t, seen):
    h = torch.relu(torch.linear(x, self.into) + torch.linear(seen, self.look) + torch.outer(t / 100, self.time))
    return 0.5 * x + 0.1 * torch.linear(h, self.out)
)",
                  {{"into", {64, 32}}, {"look", {64, 6}}, {"time", {64}}, {"out", {32, 64}}}),
        {.inputs = {{"x", element::float32, {any_size, 32}},
                    {"t", element::float32, {any_size}},
                    {"seen", element::float32, {any_size, 6}}},
         .outputs = {{"eps", element::float32, {any_size, 32}}},
         .threads = threads});
}

}  // namespace real_networks
