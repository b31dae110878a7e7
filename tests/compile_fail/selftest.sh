#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# selftest.sh RESPONSE_FILE COMPILER: check.sh accepts a right case and refuses each kind of wrong one.
set -euo pipefail
flags=$1 compiler=$2
check=$(dirname "$0")/check.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# refused NAME TEXT: the case read from standard input is refused with TEXT.
refused() {
    cat > "$work/$1.cpp"
    if output=$("$check" compile_fail "$work/$1.cpp" "$flags" "$compiler"); then
        echo "$1 was accepted"; exit 1
    fi
    grep -qF "$2" <<< "$output" || { printf '%s: wrong reason:\n%s\n' "$1" "$output"; exit 1; }
}

refused compiles "should fail with" <<'CASE'
// expected-error: anything
int main() {}
CASE
refused other_text "without the text" <<'CASE'
// expected-error: some other text
#ifndef TWIN
#error "this text"
#endif
CASE
refused twin_fails "twin should compile" <<'CASE'
// expected-error: this text
#error "this text"
CASE
refused no_expectation "has no line" <<'CASE'
int main() {}
CASE

cat > "$work/right.cpp" <<'CASE'
// expected-error: this text
#ifndef TWIN
#error "this text"
#endif
CASE
"$check" compile_fail "$work/right.cpp" "$flags" "$compiler"
