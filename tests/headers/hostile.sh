#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# hostile.sh INCLUDE_DIR FLAGS COMPILER...: the public headers compile in programs that define macros
# of their names before, and that say `using namespace std` before and after; and leave the macros as
# they were. Exit code 77: there is no such compiler.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
include=$1 flags=$2
shift 2
command -v "$1" > /dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

headers() {
    (cd "$include" && find diffgen -name '*.hpp' | LC_ALL=C sort) |
        grep -vE 'with(out)?_macros|adapt/(xtensor|torch)|bridge/(openvino|libtorch)|cuda' | sed 's/.*/#include <&>/'
}

{
    echo '#include <complex.h>'
    echo '#include <sys/sysmacros.h>'
    echo "#include \"$here/macros.hpp\""
    headers
    for macro in I min max near small emit check require abs bit F Success None True B1 major; do
        echo "#if !defined($macro)"
        echo "#error the macro $macro is gone"
        echo '#endif'
    done
    echo 'static_assert(bit(3) == 8 && sq(3) == 9 && Success == 0);'
} > "$work/macros.cpp"

{
    printf '#include <%s>\n' cmath cstring map string vector
    echo 'using namespace std;'
    headers
    echo 'using namespace diffgen;'
    echo 'using namespace diffgen::nn;'
    echo 'matrix<float> doubled(const matrix<float>& m) { return 2 * m; }'
} > "$work/using.cpp"

# Macros are the same in every standard, and std only gains names: one standard each.
for unit in macros:gnu++20 using:gnu++2b; do
    name=${unit%:*} standard=${unit#*:}
    "$@" @"$flags" -std="$standard" -fopenmp -fsyntax-only "$work/$name.cpp" 2> "$work/errors" || {
        grep -m 20 -E 'error' "$work/errors"
        echo "$name, $standard: does not compile"
        exit 1
    }
done
