// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// expected-error: deleted
#include <diffgen/diffgen.hpp>

using namespace diffgen;

double run() {
#ifdef TWIN
    const process named{schedule::edm{}, kernel::variance_exploding{}};
    const process_view view(named);
#else
    const process_view view(process{schedule::edm{}, kernel::variance_exploding{}});
#endif
    return view.level(7).sigma;
}
