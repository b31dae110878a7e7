// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A module for Python that samples into arrays of numpy, torch or any library that knows DLPack,
// where they lie. The network is a function of Python.

#include "capsule.hpp"

#include <diffgen/diffgen.hpp>

#include <nanobind/nanobind.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace {

namespace nb = nanobind;
namespace dlpack = diffgen::dlpack;

/// What the network is to look at, for the time of its call. Not a batch of constant numbers, since
/// libraries without versions of DLPack take no memory that is only to be read.
using network_input = std::variant<diffgen::batch_view<float>, diffgen::batch_view<double>>;

/// Calls network(input, time), and copies what it returns.
struct python_network {
    nb::callable network;

    template <class T>
    void operator()(diffgen::batch_view<const T> in, diffgen::batch_view<T> out,
                    const diffgen::noise_level& level) const {
        const diffgen::batch_view<T> visible(const_cast<T*>(in.data), in.samples, in.elements);
        const nb::object answer = network(nb::cast(network_input(visible)), level.network_time);
        capsules::take(capsules::of(answer), [&](auto* managed) {
            const dlpack::imported<const T> numbers(managed);
            if (numbers.view().samples != out.samples || numbers.view().elements != out.elements)
                throw diffgen::bad_shape(
                    "diffgen: the network's answer has another shape than "
                    "its input");
            std::copy(numbers.view().begin(), numbers.view().end(), out.begin());
        });
    }
};

template <class X>
int sample(const nb::callable& network, X& x, int steps, std::uint64_t seed) {
    using namespace diffgen;
    const sampler s{schedule::linear_beta{}, kernel::variance_preserving{},
                    predicts(epsilon{}, python_network{network}),
                    solver::dpm_solver_pp_multistep<2>{}};
    return s.generate(exec::cpp, x, {.steps = steps, .seed = seed}).evaluations;
}

/// Fills an array. Returns the number of calls of the network.
int sample_into(const nb::callable& network, const nb::object& array, int steps,
                std::uint64_t seed) {
    return capsules::take(capsules::of(array), [&](auto* managed) {
        if (managed->dl_tensor.dtype.bits == 64) {
            const dlpack::imported<double> x(managed);
            return sample(network, x, steps, seed);
        }
        const dlpack::imported<float> x(managed);
        return sample(network, x, steps, seed);
    });
}

/// New samples, which an array takes over.
struct new_samples {
    std::vector<float> numbers;
    std::size_t samples;

    nb::object to_capsule(const nb::kwargs& arguments) {
        if (numbers.empty()) throw nb::buffer_error("these samples have been taken already");
        return capsules::answer(arguments, [this]<class Managed>() {
            return dlpack::to_tensor<Managed>(std::move(numbers), samples);
        });
    }
};

new_samples sample_new(const nb::callable& network, std::size_t samples, std::size_t elements,
                       int steps, std::uint64_t seed) {
    std::vector<float> numbers(samples * elements);
    const auto x = diffgen::batch(numbers, samples);
    sample(network, x, steps, seed);
    return {std::move(numbers), samples};
}

nb::object input_to_capsule(const network_input& input, const nb::kwargs& arguments) {
    return std::visit(
        [&](auto x) {
            return capsules::answer(arguments,
                                    [&]<class Managed>() { return dlpack::to_tensor<Managed>(x); });
        },
        input);
}

nb::object on_host(nb::handle) {
    return nb::make_tuple(dlpack::device_type::cpu, 0);
}

}  // namespace

NB_MODULE(diffgen_python, m) {
    nb::exception<diffgen::error>(m, "error", PyExc_ValueError);
    nb::class_<network_input>(m, "network_input")
        .def("__dlpack__", &input_to_capsule)
        .def("__dlpack_device__", &on_host);
    nb::class_<new_samples>(m, "new_samples")
        .def("__dlpack__", &new_samples::to_capsule)
        .def("__dlpack_device__", &on_host);
    m.def("sample_into", &sample_into, nb::arg("network"), nb::arg("array"), nb::kw_only(),
          nb::arg("steps"), nb::arg("seed"),
          "Fills an array of float32 or float64, the first index the sample, where it lies. "
          "network(input, time) predicts the noise: from_dlpack(input) of your library is its "
          "array, for the time of the call. Returns the number of calls.");
    m.def("sample_new", &sample_new, nb::arg("network"), nb::arg("samples"), nb::arg("elements"),
          nb::kw_only(), nb::arg("steps"), nb::arg("seed"),
          "Samples of float32, to be taken once by from_dlpack() of your library.");
}
