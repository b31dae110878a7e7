// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// One target of tools/fuzz as libFuzzer calls it (-DTARGET=npy -DTARGET_HEADER="readers.hpp").
#include TARGET_HEADER

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::TARGET({data, size});
    return 0;
}
