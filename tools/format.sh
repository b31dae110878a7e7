#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Formats every C++ and CUDA file (clang-format 14) and lints all public headers through the one unit
# that includes them (clang-tidy).
#   tools/format.sh            formats, then lints
#   tools/format.sh --check    changes nothing; exits 1 where something is not formatted or linted
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(-i)
case ${1:-} in
    "") ;;
    --check) mode=(--dry-run -Werror) ;;
    *) echo "usage: tools/format.sh [--check]"; exit 2 ;;
esac

# Versions of clang-format disagree, so the one of the .clang-format is asked for by name.
format=$(command -v clang-format-14 || command -v clang-format)
git ls-files -z --cached --others --exclude-standard -- '*.hpp' '*.cpp' '*.cu' |
    xargs -0 "$format" "${mode[@]}"

cmake --preset clang --log-level=WARNING > /dev/null
clang-tidy --quiet -p build/clang tests/package/two_units_other.cpp 2> >(grep -v "warnings generated" >&2)
