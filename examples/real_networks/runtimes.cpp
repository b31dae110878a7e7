// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

#include "runtimes.hpp"

#include <diffgen/bridge/libtorch.hpp>
#include <diffgen/bridge/onnx_runtime.hpp>
#include <diffgen/bridge/openvino.hpp>

namespace real_networks {

using namespace diffgen;

runtimes three_runtimes(const std::filesystem::path& folder, int threads) {
    const bridge::onnx_runtime onnx(folder / "network.onnx", {.threads = threads});
    return {{"ONNX Runtime", onnx},
            {"OpenVINO", bridge::openvino(folder / "network.onnx", {.threads = threads})},
            {"LibTorch", bridge::libtorch(folder / "network.pt", {.inputs = onnx.inputs(),
                                                                  .outputs = onnx.outputs(),
                                                                  .threads = threads})}};
}

}  // namespace real_networks
