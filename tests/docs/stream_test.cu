// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The run on a CUDA stream that docs/embedding.md shows.
#include <diffgen/diffgen.hpp>

#include "bits_equal.hpp"

#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <vector>

namespace {

// [stream]
using namespace diffgen;

/// Stands for your network: a kernel on the stream of the run. It predicts eps of standard normal
/// data.
__global__ void predict(const float* in, float* out, std::size_t size, float sigma) {
    const std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x;
    if (i < size) out[i] = sigma * in[i];
}

void sample(float* device_memory, std::size_t size, std::size_t samples, cudaStream_t stream) {
    const auto network = [stream](auto in, auto out, const noise_level& level) {
        const auto blocks = static_cast<unsigned>((in.size() + 127) / 128);
        predict<<<blocks, 128, 0, stream>>>(in.data, out.data, in.size(),
                                            static_cast<float>(level.sigma));
    };
    const sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
                    solver::ddim{}};
    s.generate(exec::cuda(stream), batch<space::cuda>(device_memory, size, samples),
               {.steps = 20, .seed = 7});  // queues everything, and waits for the stream at the end
}
// [stream]

}  // namespace

TEST_CASE("a run on a stream has the samples of the host") {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
        MESSAGE("no CUDA device: nothing run");
        return;
    }
    constexpr std::size_t size = 64 * 784;
    float* there = nullptr;
    REQUIRE(cudaMalloc(&there, size * sizeof(float)) == cudaSuccess);
    cudaStream_t stream = nullptr;
    REQUIRE(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess);
    sample(there, size, 64, stream);
    std::vector<float> here(size), expected(size);
    REQUIRE(cudaMemcpy(here.data(), there, size * sizeof(float), cudaMemcpyDeviceToHost) ==
            cudaSuccess);
    cudaStreamDestroy(stream);
    cudaFree(there);
    using namespace diffgen;
    const auto network = [](auto in, auto out, const noise_level& level) {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = static_cast<float>(level.sigma) * in.data[i];
    };
    const sampler s{schedule::cosine{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
                    solver::ddim{}};
    s.generate(exec::cpp, batch(expected, 64), {.steps = 20, .seed = 7});
    CHECK(differences(here, expected) == 0);
}
