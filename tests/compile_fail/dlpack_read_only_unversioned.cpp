// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: diffgen: a DLManagedTensor cannot say that its memory is only to be read
#include <diffgen/adapt/dlpack.hpp>

auto hand_over(diffgen::batch_view<const float> x) {
#ifdef TWIN
    return diffgen::dlpack::to_tensor<diffgen::dlpack::managed_tensor_versioned>(x);
#else
    return diffgen::dlpack::to_tensor<diffgen::dlpack::managed_tensor>(x);
#endif
}
