// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The C interface of ONNX Runtime: its own header where there is one, and otherwise the part of its
// table that diffgen uses. The table only grows, so the places below hold for every version. Of a
// header at another path, include it before this one.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <cstddef>
#include <cstdint>

#if !defined(ORT_API_VERSION) && __has_include(<onnxruntime_c_api.h>)
#include <onnxruntime_c_api.h>
#elif !defined(ORT_API_VERSION) && __has_include(<onnxruntime/onnxruntime_c_api.h>)
#include <onnxruntime/onnxruntime_c_api.h>
#elif !defined(ORT_API_VERSION)

extern "C" {

struct OrtAllocator;
struct OrtEnv;
struct OrtMemoryInfo;
struct OrtRunOptions;
struct OrtSession;
struct OrtSessionOptions;
struct OrtStatus;
struct OrtTensorTypeAndShapeInfo;
struct OrtTypeInfo;
struct OrtValue;

// NOLINTBEGIN(readability-identifier-naming): the names are ONNX Runtime's.
enum ONNXTensorElementDataType : unsigned {
    ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED = 0,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT = 1,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 = 6,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 = 7,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE = 11
};
enum OrtLoggingLevel : unsigned { ORT_LOGGING_LEVEL_FATAL = 4 };
enum OrtAllocatorType : int { OrtDeviceAllocator = 0 };
enum OrtMemType : int { OrtMemTypeDefault = 0 };

/// Functions of the table at their places; each returns the status of a failure, or a null pointer.
struct OrtApi {
    void* from_0[2];
    const char* (*GetErrorMessage)(const OrtStatus*);
    OrtStatus* (*CreateEnv)(OrtLoggingLevel, const char* name, OrtEnv**);
    void* from_4[3];
    OrtStatus* (*CreateSession)(const OrtEnv*, const char* file, const OrtSessionOptions*,
                                OrtSession**);
    void* from_8[1];
    OrtStatus* (*Run)(OrtSession*, const OrtRunOptions*, const char* const* input_names,
                      const OrtValue* const* inputs, std::size_t input_count,
                      const char* const* output_names, std::size_t output_count,
                      OrtValue** outputs);
    OrtStatus* (*CreateSessionOptions)(OrtSessionOptions**);
    void* from_11[13];
    OrtStatus* (*SetIntraOpNumThreads)(OrtSessionOptions*, int);
    void* from_25[5];
    OrtStatus* (*SessionGetInputCount)(const OrtSession*, std::size_t*);
    OrtStatus* (*SessionGetOutputCount)(const OrtSession*, std::size_t*);
    void* from_32[1];
    OrtStatus* (*SessionGetInputTypeInfo)(const OrtSession*, std::size_t, OrtTypeInfo**);
    OrtStatus* (*SessionGetOutputTypeInfo)(const OrtSession*, std::size_t, OrtTypeInfo**);
    void* from_35[1];
    OrtStatus* (*SessionGetInputName)(const OrtSession*, std::size_t, OrtAllocator*, char**);
    OrtStatus* (*SessionGetOutputName)(const OrtSession*, std::size_t, OrtAllocator*, char**);
    void* from_38[11];
    OrtStatus* (*CreateTensorWithDataAsOrtValue)(const OrtMemoryInfo*, void* data,
                                                 std::size_t bytes, const std::int64_t* shape,
                                                 std::size_t rank, ONNXTensorElementDataType,
                                                 OrtValue**);
    void* from_50[5];
    OrtStatus* (*CastTypeInfoToTensorInfo)(const OrtTypeInfo*, const OrtTensorTypeAndShapeInfo**);
    void* from_56[4];
    OrtStatus* (*GetTensorElementType)(const OrtTensorTypeAndShapeInfo*,
                                       ONNXTensorElementDataType*);
    OrtStatus* (*GetDimensionsCount)(const OrtTensorTypeAndShapeInfo*, std::size_t*);
    OrtStatus* (*GetDimensions)(const OrtTensorTypeAndShapeInfo*, std::int64_t*, std::size_t);
    void* from_63[6];
    OrtStatus* (*CreateCpuMemoryInfo)(OrtAllocatorType, OrtMemType, OrtMemoryInfo**);
    void* from_70[6];
    OrtStatus* (*AllocatorFree)(OrtAllocator*, void*);
    void* from_77[1];
    OrtStatus* (*GetAllocatorWithDefaultOptions)(OrtAllocator**);
    void* from_79[13];
    void (*ReleaseEnv)(OrtEnv*);
    void (*ReleaseStatus)(OrtStatus*);
    void (*ReleaseMemoryInfo)(OrtMemoryInfo*);
    void (*ReleaseSession)(OrtSession*);
    void (*ReleaseValue)(OrtValue*);
    void* from_97[1];
    void (*ReleaseTypeInfo)(OrtTypeInfo*);
    void* from_99[1];
    void (*ReleaseSessionOptions)(OrtSessionOptions*);
};

struct OrtApiBase {
    const OrtApi* (*GetApi)(std::uint32_t version);
    const char* (*GetVersionString)();
};

const OrtApiBase* OrtGetApiBase() noexcept;
// NOLINTEND(readability-identifier-naming)

}  // extern "C"

#endif

// The places of the functions in use, in the header of whoever wrote it.
#define DIFFGEN_ORT_PLACE(place, member) \
    static_assert(offsetof(OrtApi, member) == (place) * sizeof(void*))
DIFFGEN_ORT_PLACE(2, GetErrorMessage);
DIFFGEN_ORT_PLACE(7, CreateSession);
DIFFGEN_ORT_PLACE(9, Run);
DIFFGEN_ORT_PLACE(24, SetIntraOpNumThreads);
DIFFGEN_ORT_PLACE(36, SessionGetInputName);
DIFFGEN_ORT_PLACE(49, CreateTensorWithDataAsOrtValue);
DIFFGEN_ORT_PLACE(60, GetTensorElementType);
DIFFGEN_ORT_PLACE(69, CreateCpuMemoryInfo);
DIFFGEN_ORT_PLACE(76, AllocatorFree);
DIFFGEN_ORT_PLACE(78, GetAllocatorWithDefaultOptions);
DIFFGEN_ORT_PLACE(92, ReleaseEnv);
DIFFGEN_ORT_PLACE(100, ReleaseSessionOptions);
#undef DIFFGEN_ORT_PLACE

#include <diffgen/core/with_macros.hpp>
