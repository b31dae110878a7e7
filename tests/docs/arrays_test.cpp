// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The code of docs/concepts/arrays.md.
#include <diffgen/adapt/dlpack.hpp>
#include <diffgen/adapt/opencv.hpp>

#include "container_runs.hpp"
#include "dlpack_source.hpp"
#include "opencv_matrix.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

using namespace diffgen;

namespace {

const auto network = [](auto in, auto out, const noise_level& level) {
    for (std::size_t i = 0; i < in.size(); ++i)
        out.data[i] = static_cast<float>(level.sigma) * in.data[i];
};
const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                predicts(epsilon{}, network), solver::ancestral{}};
const options o{.steps = 5, .seed = 7};

std::vector<float> expected(std::size_t samples, std::size_t elements) {
    std::vector<float> x(samples * elements);
    s.generate(exec::cpp, batch(x, samples), o);
    return x;
}

}  // namespace

TEST_CASE("a tensor in, a tensor out") {
    std::vector<float> memory(24);
    testing::dlpack_source<dlpack::managed_tensor_versioned> source(memory.data(), {4, 3, 2}, {});
    void* const pointer = &source.managed;
    // [in]
    // `pointer` is what a capsule "dltensor_versioned" holds; it is ours from here on.
    auto* tensor = static_cast<dlpack::managed_tensor_versioned*>(pointer);
    {
        const dlpack::imported<float> x(tensor);  // throws where it is no state, and gives it back
        s.generate(exec::cpp, x, o);
    }  // given back
    // [in]
    CHECK(memory == expected(4, 6));
    CHECK(source.returned == 1);
    // [out]
    std::vector<float> samples(4 * 6);
    s.generate(exec::cpp, batch(samples, 4), o);
    dlpack::tensor_handle<dlpack::managed_tensor_versioned> out =
        dlpack::to_tensor(std::move(samples), 4, {.sample_shape = {3, 2}});
    // for a capsule: out.release()
    // [out]
    const dlpack::imported<const float> back(out.release());
    CHECK(std::vector<float>(back.view().begin(), back.view().end()) == memory);
}

TEST_CASE("numbers of a batch as a span") {
    std::vector<float> memory(24);
    // [span]
    const batch_view<float> x = batch(memory, 4);
    std::span<float> numbers = x;              // all of them
    std::span third(x.sample(2), x.elements);  // those of one sample
    // [span]
    CHECK((numbers.size() == 24 && third.data() == memory.data() + 12 && third.size() == 6));
}

TEST_CASE("an image of OpenCV as one sample") {
    std::vector<float> memory(24);
    testing::opencv_matrix image(memory.data(), {4, 2}, {24, 12}, testing::opencv_type(5, 3));
    // [mat]
    auto rows = mat_batch<float>(image);       // cv::Mat of CV_32FC3: a row is a sample
    s.generate(exec::cpp, batch(rows, 1), o);  // the image is one
    // [mat]
    CHECK(memory == expected(1, 24));
}
