#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# group.sh UNIT FILE...: writes one unit that holds several test files, each in a namespace of its own, so that
# their helpers may have equal names. All that they include comes first, outside of the namespaces; a test case
# keeps the name of its file.
set -euo pipefail
unit=$1
shift
{
    grep -hE '^[[:space:]]*#[[:space:]]*include' "$@" | awk '!seen[$0]++'
    for file in "$@"; do
        name=${file##*/tests/}
        echo "namespace in_${name//[!a-zA-Z0-9]/_} {"
        echo "#include \"$file\""
        echo "}"
    done
} > "$unit"
