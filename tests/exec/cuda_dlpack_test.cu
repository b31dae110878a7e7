// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// A tensor of DLPack in device memory, as CuPy and PyTorch hand it over: sampled into where it
// lies, with the bits of the host, and handed out again.
#include <diffgen/adapt/dlpack.hpp>

#include "check_refused.hpp"
#include "dlpack_source.hpp"
#include "on_device.hpp"

#include <utility>
#include <vector>

using namespace diffgen;

namespace {

struct denoise {
    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>&) const {
        return x * broadcast<V>(S(0.5));
    }
};

}  // namespace

TEST_CASE("device memory is sampled into by its tensor") {
    if (!has_device()) return;
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(denoised{}, pointwise{denoise{}}), solver::ancestral{}};
    const options o{.steps = 5, .seed = 7};
    std::vector<float> host(6 * 4);
    s.generate(exec::cpp, batch(host, 6), o);

    thrust::device_vector<float> memory(6 * 4 + 1);
    testing::dlpack_source<dlpack::managed_tensor_versioned> source(
        thrust::raw_pointer_cast(memory.data()), {6, 2, 2}, {});
    source.managed.dl_tensor.device = {dlpack::device_type::cuda, 0};
    source.managed.dl_tensor.byte_offset = sizeof(float);
    {
        const dlpack::imported<float, space::cuda> x(&source.managed);
        s.generate(exec::cuda(), x, o);
        auto out = dlpack::to_tensor(x.view(), {.sample_shape = {2, 2}});
        CHECK(out->dl_tensor.device.device_type == dlpack::device_type::cuda);
        const dlpack::imported<float, space::cuda> back(out.release());
        CHECK(back.view().data == x.view().data);
    }
    CHECK(source.returned == 1);
    const auto numbers = on_host(memory);
    CHECK(numbers[0] == 0);
    CHECK(differences(host, std::vector<float>(numbers.begin() + 1, numbers.end())) == 0);
    check_refused<bad_device>([&] { dlpack::imported<float>{&source.managed}; }, {"on cuda:0"});
}
