// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// ONNX Runtime for bridge::network. Link libonnxruntime, of any version; its header is used where
// it is found, and otherwise not needed.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/bridge/network.hpp>
#include <diffgen/bridge/onnx_runtime_c_api.hpp>
#include <diffgen/bridge/tensor.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::bridge {

namespace detail {

/// Something of ONNX Runtime's that is released by the function beside it.
template <class T>
using ort_owned = std::unique_ptr<T, void (*)(T*)>;

/// The table. Its functions are those of version 1, which every library has.
[[nodiscard]] inline const OrtApi& ort() {
    static const OrtApi* const table = OrtGetApiBase()->GetApi(1);
    if (!table)
        throw network_failed(text("diffgen: ONNX Runtime ", OrtGetApiBase()->GetVersionString(),
                                  " has no longer the functions of version 1"));
    return *table;
}

/// Throws Error with the text of a status that is a failure.
template <class Error = network_failed>
void ort_check(OrtStatus* status, const std::string& what) {
    if (!status) return;
    const ort_owned<OrtStatus> owned(status, ort().ReleaseStatus);
    throw Error(text("diffgen: ONNX Runtime, ", what, ": ", ort().GetErrorMessage(status)));
}

/// What create(T**) makes.
template <class T, class Create>
ort_owned<T> ort_made(void (*release)(T*), const std::string& what, const Create& create) {
    T* made = nullptr;
    ort_check(create(&made), what);
    return {made, release};
}

[[nodiscard]] inline element from_ort(ONNXTensorElementDataType type) {
    if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) return element::float32;
    if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE) return element::float64;
    if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32) return element::int32;
    if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64) return element::int64;
    return element::other;
}
[[nodiscard]] inline ONNXTensorElementDataType to_ort(element type) {
    switch (type) {
        case element::float32:
            return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
        case element::float64:
            return ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE;
        case element::int32:
            return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
        case element::int64:
            return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
        case element::other:
            break;
    }
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
}

/// Element type and sizes; none of what is no tensor.
inline void read_ort_shape(port& p, const OrtTypeInfo& type) {
    const OrtTensorTypeAndShapeInfo* info = nullptr;  // a part of `type`
    ort_check(ort().CastTypeInfoToTensorInfo(&type, &info), "a type");
    if (!info) return;
    ONNXTensorElementDataType of{};
    std::size_t rank = 0;
    ort_check(ort().GetTensorElementType(info, &of), "a type");
    ort_check(ort().GetDimensionsCount(info, &rank), "a shape");
    p.type = from_ort(of);
    p.shape.resize(rank);
    ort_check(ort().GetDimensions(info, p.shape.data(), rank), "a shape");
}

/// Count, Name and Type are the functions for inputs, or those for outputs.
template <class Count, class Name, class Type>
std::vector<port> read_ort_ports(const OrtSession& session, Count count_of, Name name_of,
                                 Type type_of) {
    std::size_t count = 0;
    ort_check(count_of(&session, &count), "the number of ports");
    OrtAllocator* memory = nullptr;  // the library's own
    ort_check(ort().GetAllocatorWithDefaultOptions(&memory), "the allocator");
    std::vector<port> ports(count);
    for (std::size_t i = 0; i < count; ++i) {
        char* name = nullptr;
        ort_check(name_of(&session, i, memory, &name), "the name of a port");
        ports[i].name = name;
        ort_check(ort().AllocatorFree(memory, name), "the allocator");
        const auto type =
            ort_made<OrtTypeInfo>(ort().ReleaseTypeInfo, "the type of a port",
                                  [&](OrtTypeInfo** out) { return type_of(&session, i, out); });
        read_ort_shape(ports[i], *type);
    }
    return ports;
}

}  // namespace detail

struct onnx_runtime_options {
    int threads = 0;  ///< of one evaluation; 0: as many as the runtime takes, one for each core

    void check() const {
        detail::require(threads >= 0, "onnx_runtime with threads = ", threads,
                        "; must be 0 or more");
    }
};

/// A network in a file that ONNX Runtime reads. Copies share it; several threads may evaluate it at
/// once. Throws bad_file where the runtime cannot load the file, network_failed where it cannot
/// evaluate the network, each with the runtime's text.
class onnx_runtime {
  public:
    explicit onnx_runtime(const std::filesystem::path& file, onnx_runtime_options options = {})
        : loaded_(std::make_shared<const loaded>(file, options)) {}

    [[nodiscard]] const std::vector<port>& inputs() const { return loaded_->inputs; }
    [[nodiscard]] const std::vector<port>& outputs() const { return loaded_->outputs; }

    void run(std::span<const tensor> inputs, const tensor& output) const {
        std::vector<detail::ort_owned<OrtValue>> values;
        std::vector<const OrtValue*> in;
        std::vector<const char*> names;
        for (const tensor& t : inputs) {
            values.push_back(value_on(t));
            in.push_back(values.back().get());
            names.push_back(t.of->name.c_str());
        }
        const auto out = value_on(output);
        OrtValue* written = out.get();
        const char* const output_name = output.of->name.c_str();
        detail::ort_check(detail::ort().Run(loaded_->session.get(), nullptr, names.data(),
                                            in.data(), in.size(), &output_name, 1, &written),
                          "evaluation");
    }

  private:
    struct loaded {
        detail::ort_owned<OrtEnv> environment;
        detail::ort_owned<OrtMemoryInfo> host;
        detail::ort_owned<OrtSession> session;
        std::vector<port> inputs, outputs;

        loaded(const std::filesystem::path& file, const onnx_runtime_options& options)
            : environment(nullptr, nullptr), host(nullptr, nullptr), session(nullptr, nullptr) {
            options.check();
            const OrtApi& ort = detail::ort();
            // What fails is thrown, and needs no log beside.
            environment = detail::ort_made<OrtEnv>(ort.ReleaseEnv, "environment", [&](OrtEnv** e) {
                return ort.CreateEnv(ORT_LOGGING_LEVEL_FATAL, "diffgen", e);
            });
            host = detail::ort_made<OrtMemoryInfo>(
                ort.ReleaseMemoryInfo, "memory", [&](OrtMemoryInfo** m) {
                    return ort.CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, m);
                });
            const auto settings = detail::ort_made<OrtSessionOptions>(
                ort.ReleaseSessionOptions, "options",
                [&](OrtSessionOptions** o) { return ort.CreateSessionOptions(o); });
            detail::ort_check(ort.SetIntraOpNumThreads(settings.get(), options.threads), "threads");
            OrtSession* made = nullptr;
            detail::ort_check<bad_file>(
                ort.CreateSession(environment.get(), file.c_str(), settings.get(), &made),
                file.string());
            session = {made, ort.ReleaseSession};
            inputs = detail::read_ort_ports(*session, ort.SessionGetInputCount,
                                            ort.SessionGetInputName, ort.SessionGetInputTypeInfo);
            outputs =
                detail::read_ort_ports(*session, ort.SessionGetOutputCount,
                                       ort.SessionGetOutputName, ort.SessionGetOutputTypeInfo);
        }
    };

    /// A value of the runtime's on the memory of the caller.
    [[nodiscard]] detail::ort_owned<OrtValue> value_on(const tensor& t) const {
        return detail::ort_made<OrtValue>(
            detail::ort().ReleaseValue, t.of->name, [&](OrtValue** v) {
                return detail::ort().CreateTensorWithDataAsOrtValue(
                    loaded_->host.get(), t.data, t.bytes(), t.shape.data(), t.shape.size(),
                    detail::to_ort(t.of->type), v);
            });
    }

    std::shared_ptr<const loaded> loaded_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::bridge

#include <diffgen/core/with_macros.hpp>
