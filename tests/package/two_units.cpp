// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include "everything.hpp"

#include <typeinfo>

const std::type_info& error_type_of_other_unit();

// Zero if both units mean the same type by diffgen::error.
int main() {
    return typeid(diffgen::error) == error_type_of_other_unit() ? 0 : 1;
}
