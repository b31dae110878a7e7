// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How Python hands tensors of DLPack over: in capsules, whose name says which structure they hold,
// and which are named "used_..." once it has been taken.

#include <diffgen/adapt/dlpack.hpp>

#include <nanobind/nanobind.h>

#include <string>

namespace capsules {

namespace nb = nanobind;
namespace dlpack = diffgen::dlpack;

template <class Managed>
inline constexpr const char* name = "dltensor";
template <>
inline constexpr const char* name<dlpack::managed_tensor_versioned> = "dltensor_versioned";
template <class Managed>
inline constexpr const char* used_name = "used_dltensor";
template <>
inline constexpr const char* used_name<dlpack::managed_tensor_versioned> =
    "used_dltensor_versioned";

/// A tensor in a capsule, which gives it back if nobody takes it.
template <class Managed>
nb::object wrap(dlpack::tensor_handle<Managed> tensor) {
    PyObject* const capsule = PyCapsule_New(tensor.get(), name<Managed>, [](PyObject* mine) {
        if (PyCapsule_IsValid(mine, name<Managed>))
            dlpack::tensor_handle<Managed>(
                static_cast<Managed*>(PyCapsule_GetPointer(mine, name<Managed>)));
    });
    if (!capsule) throw nb::python_error();
    static_cast<void>(tensor.release());
    return nb::steal(capsule);
}

/// What __dlpack__ of Python returns: make.operator()<Managed>() for the structure that the
/// consumer knows, which tells the highest version that it does.
template <class Make>
nb::object answer(const nb::kwargs& arguments, Make make) {
    const bool versioned = arguments.contains("max_version") &&
                           !arguments["max_version"].is_none() &&
                           nb::cast<int>(arguments["max_version"][0]) >= 1;
    if (versioned) return wrap(make.template operator()<dlpack::managed_tensor_versioned>());
    return wrap(make.template operator()<dlpack::managed_tensor>());
}

/// The capsule of an array of any library.
inline nb::object of(const nb::object& array) {
    if (!nb::hasattr(array, "__dlpack__"))
        throw nb::type_error("an array with __dlpack__ is needed, as numpy and torch have it");
    const nb::object export_to = array.attr("__dlpack__");
    try {
        return export_to(nb::arg("max_version") = nb::make_tuple(1, 0));
    } catch (nb::python_error& e) {
        if (!e.matches(PyExc_TypeError)) throw;
        return export_to();  // of a library that is older than max_version
    }
}

/// Calls use(pointer) with the tensor of a capsule, which is the callee's from then on.
template <class Use>
auto take(const nb::object& capsule, Use use) {
    const auto taken = [&]<class Managed>(Managed* m) {
        if (!m || PyCapsule_SetName(capsule.ptr(), used_name<Managed>) != 0)
            throw nb::python_error();
        return use(m);
    };
    using versioned = dlpack::managed_tensor_versioned;
    if (PyCapsule_IsValid(capsule.ptr(), name<versioned>))
        return taken(static_cast<versioned*>(PyCapsule_GetPointer(capsule.ptr(), name<versioned>)));
    using plain = dlpack::managed_tensor;
    return taken(static_cast<plain*>(PyCapsule_GetPointer(capsule.ptr(), name<plain>)));
}

}  // namespace capsules
