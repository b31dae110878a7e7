// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/adapt/dlpack.hpp>

#include "check_refused.hpp"
#include "container_runs.hpp"
#include "dlpack_source.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

using namespace diffgen;
using testing::dlpack_source;
using testing::holds_samples;
using testing::sample_into;
using versioned = dlpack::managed_tensor_versioned;
using plain = dlpack::managed_tensor;

// The binary interface where pointers have 64 bits, from the text of the standard.
static_assert(sizeof(void*) != 8 ||
              (sizeof(dlpack::tensor) == 48 && offsetof(dlpack::tensor, device) == 8 &&
               offsetof(dlpack::tensor, ndim) == 16 && offsetof(dlpack::tensor, dtype) == 20 &&
               offsetof(dlpack::tensor, shape) == 24 && offsetof(dlpack::tensor, strides) == 32 &&
               offsetof(dlpack::tensor, byte_offset) == 40));
static_assert(sizeof(void*) != 8 || (sizeof(plain) == 64 && offsetof(plain, manager_ctx) == 48 &&
                                     offsetof(plain, deleter) == 56));
static_assert(sizeof(void*) != 8 ||
              (sizeof(versioned) == 80 && offsetof(versioned, manager_ctx) == 8 &&
               offsetof(versioned, deleter) == 16 && offsetof(versioned, flags) == 24 &&
               offsetof(versioned, dl_tensor) == 32));

namespace {

/// The structures as a dlpack.h declares them: with an enumeration for the device, and names of
/// their own.
namespace theirs {
enum DLDeviceType : std::int32_t { kDLCPU = 1, kDLCUDA = 2 };
struct DLDevice {
    DLDeviceType device_type;
    std::int32_t device_id;
};
struct DLDataType {
    std::uint8_t code;
    std::uint8_t bits;
    std::uint16_t lanes;
};
struct DLTensor {
    void* data;
    DLDevice device;
    std::int32_t ndim;
    DLDataType dtype;
    std::int64_t* shape;
    std::int64_t* strides;
    std::uint64_t byte_offset;
};
struct DLManagedTensor {
    DLTensor dl_tensor;
    void* manager_ctx;
    void (*deleter)(DLManagedTensor*);
};
}  // namespace theirs

/// Checks that a tensor is refused and given back, once.
template <class Error, class T = double, class Space = space::host, class Managed>
void check_given_back(dlpack_source<Managed>& source,
                      std::initializer_list<std::string_view> parts) {
    source.returned = 0;
    check_refused<Error>([&] { dlpack::imported<T, Space>{&source.managed}; }, parts);
    CHECK(source.returned == 1);
}
template <class T>
void check_gaps_refused(T* data, std::vector<std::int64_t> extents,
                        std::vector<std::int64_t> strides,
                        std::initializer_list<std::string_view> parts) {
    dlpack_source<plain> source(data, std::move(extents), std::move(strides));
    check_given_back<bad_shape>(source, parts);
}

}  // namespace

TEST_CASE_TEMPLATE("a tensor is sampled into where it lies, and given back once", Managed, plain,
                   versioned) {
    std::vector<double> memory(15, 7);
    dlpack_source<Managed> source(memory.data(), {6, 1, 2}, {2, 9, 1});
    source.managed.dl_tensor.byte_offset = 2 * sizeof(double);
    {
        dlpack::imported<double> x(&source.managed);
        CHECK(sample_into(x) == memory.data() + 2);
        const auto moved = std::move(x);
        CHECK(moved.view().elements == 2);
        CHECK(source.returned == 0);
    }
    CHECK(source.returned == 1);
    CHECK(holds_samples(memory.data() + 2));
    CHECK((memory[1] == 7 && memory[14] == 7));

    std::vector<float> numbers(12);
    dlpack_source<Managed> no_strides(numbers.data(), {6, 2}, {});
    sample_into(dlpack::imported<float>(&no_strides.managed));
    CHECK(holds_samples(numbers.data()));
    CHECK(no_strides.returned == 1);
    no_strides.managed.deleter = nullptr;  // memory that nobody waits for
    CHECK(dlpack::imported<float>(&no_strides.managed).view().data == numbers.data());
}

TEST_CASE("memory that is only to be read is read") {
    const std::vector<float> memory{1, 2, 3, 4, 5, 6};
    dlpack_source<versioned> source(const_cast<float*>(memory.data()), {3, 2}, {2, 1});
    source.managed.flags = dlpack::read_only_flag;
    const dlpack::imported<const float> x(&source.managed);
    CHECK(x.view().sample(2)[1] == 6);
    check_given_back<bad_argument, float>(source, {"diffgen: ", "only to be read"});
}

TEST_CASE("other elements, devices and versions are refused with what they are") {
    std::vector<double> memory(13);
    dlpack_source<versioned> source(memory.data(), {6, 2}, {2, 1});
    auto& t = source.managed.dl_tensor;
    check_given_back<bad_argument, float>(source, {"diffgen: ", "of float64 where float32"});
    for (const auto& [type, name] :
         std::initializer_list<std::pair<dlpack::data_type, const char*>>{
             {{0, 64, 1}, "int64"},
             {{1, 8, 1}, "uint8"},
             {{2, 16, 1}, "float16"},
             {{4, 16, 1}, "bfloat16"},
             {{5, 64, 1}, "complex64"},
             {{6, 8, 1}, "bool8"},
             {{10, 8, 1}, "type code 10 of bits 8"},
             {{2, 64, 2}, "float64 x 2"}}) {
        t.dtype = type;
        check_given_back<bad_argument>(source, {name, "where float64 is asked for"});
    }
    t.dtype = {2, 64, 1};
    for (const std::int32_t on_host : {1, 3, 11, 13}) {
        t.device = {on_host, 0};
        CHECK(dlpack::view<double>(t).samples == 6);
    }
    for (const std::int32_t on_device : {2, 13}) {
        t.device = {on_device, 1};
        CHECK((dlpack::view<double, space::cuda>(t).data == memory.data()));
    }
    t.device = {2, 1};
    check_given_back<bad_device>(source, {"on cuda:1 where memory of the host"});
    t.device = {8, 3};
    check_given_back<bad_device>(source, {"device type 8:3"});
    t.device = {1, 0};
    check_given_back<bad_device, double, space::cuda>(source, {"on cpu:0", "a CUDA device"});
    t.byte_offset = 4;
    check_given_back<bad_argument>(source, {"elements of 8 bytes", "not a multiple of 8"});
    t.byte_offset = 0;
    source.managed.version = {2, 3};
    check_given_back<bad_argument>(source, {"version 2.3", "major version 1"});
    check_refused<bad_argument>([] { dlpack::imported<float>{static_cast<versioned*>(nullptr)}; },
                                {"null pointer"});
}

TEST_CASE("shapes and strides that are no batch are refused") {
    std::vector<double> memory(24);
    double* const data = memory.data();
    check_gaps_refused(data, {}, {}, {"samples along its first index"});
    check_gaps_refused(data, {6, 2}, {4, 1}, {"(2, 1), not (4, 1)"});  // padded samples
    check_gaps_refused(data, {6, 2}, {1, 6}, {"(2, 1), not (1, 6)"});  // the other order
    check_gaps_refused(data, {6, 2}, {1, 1}, {"(2, 1), not (1, 1)"});  // overlapping
    check_gaps_refused(data, {6, 2}, {0, 1}, {"(2, 1), not (0, 1)"});  // one sample, repeated
    check_gaps_refused(data + 23, {6}, {-1}, {"(1), not (-1)"});
    check_gaps_refused(data, {6, 0}, {0, 1}, {"empty batch"});
    check_gaps_refused(data, {-6, -2}, {}, {"(-6, -2)"});
    check_gaps_refused(static_cast<double*>(nullptr), {6, 2}, {}, {"null pointer"});
}

TEST_CASE_TEMPLATE("a batch goes out and comes back as it is", Managed, plain, versioned) {
    std::vector<float> memory(24);
    auto out = dlpack::to_tensor<Managed>(batch(memory, 4), {.sample_shape = {3, 2}});
    const auto& t = out->dl_tensor;
    CHECK(t.ndim == 3);
    CHECK(std::vector(t.shape, t.shape + 3) == std::vector<std::int64_t>{4, 3, 2});
    CHECK(std::vector(t.strides, t.strides + 3) == std::vector<std::int64_t>{6, 2, 1});
    const dlpack::imported<float> back(out.release());
    CHECK(back.view().data == memory.data());
    CHECK((back.view().samples == 4 && back.view().elements == 6));
}

TEST_CASE("the structures of a dlpack.h are read and made too") {
    std::vector<float> memory(12);
    auto out = dlpack::to_tensor<theirs::DLManagedTensor>(batch(memory, 6));
    CHECK(out->dl_tensor.device.device_type == theirs::kDLCPU);
    CHECK(dlpack::view<float>(out->dl_tensor).samples == 6);
    out->dl_tensor.device.device_type = theirs::kDLCUDA;
    check_refused<bad_device>([&] { dlpack::imported<float>{out.release()}; }, {"cuda:0"});
}

TEST_CASE("a vector lives as long as its tensor") {
    std::vector<double> numbers(12);
    double* const data = numbers.data();
    auto out = dlpack::to_tensor(std::move(numbers), 6);
    CHECK((out->version.major == 1 && out->flags == 0));
    const dlpack::imported<double> x(out.release());
    CHECK(sample_into(x) == data);
    CHECK(holds_samples(data));
}

TEST_CASE("what a tensor cannot say of a batch is refused, and the vector is kept") {
    std::vector<float> memory(12);
    const auto shaped = [&](std::vector<std::int64_t> shape) {
        return [&memory, shape] {
            static_cast<void>(dlpack::to_tensor(std::move(memory), 2, {.sample_shape = shape}));
        };
    };
    check_refused<bad_shape>(shaped({3, 3}), {"6 numbers", "(3, 3)"});
    check_refused<bad_shape>(shaped({2}), {"6 numbers", "(2)"});
    check_refused<bad_shape>(shaped({-2, -3}), {"(-2, -3)"});
    check_refused<bad_shape>(shaped({0}), {"(0)"});
    check_refused<bad_shape>([&] { static_cast<void>(dlpack::to_tensor(std::move(memory), 5)); },
                             {"12 numbers do not divide into 5"});
    CHECK(memory.size() == 12);
    check_refused<bad_shape>([] { static_cast<void>(dlpack::to_tensor(batch_view<float>{})); },
                             {"empty batch"});
    const batch_view<const float> read = batch(memory, 2);
    CHECK(dlpack::to_tensor(read)->flags == dlpack::read_only_flag);
    const batch_view<double, space::cuda> device(reinterpret_cast<double*>(64), 2, 3);
    const auto on_device = dlpack::to_tensor(device, {.device_id = 1});
    CHECK((on_device->dl_tensor.device.device_type == 2 &&
           on_device->dl_tensor.device.device_id == 1));
}
