#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# check.sh KIND FILE RESPONSE_FILE COMPILER
# KIND static: FILE compiles.
# KIND compile_fail: FILE fails and the first error has the text after "// expected-error: "; the
# twin, which is FILE with -DTWIN and without the options after "// failing-options: ", compiles.
set -euo pipefail
kind=$1 file=$2 flags=$3 compiler=$4
[[ -n $compiler && $compiler != *-NOTFOUND ]] || { echo "skipped: this compiler is not installed"; exit 77; }

compile() { "$compiler" "@$flags" -fsyntax-only -fopenmp -Wall -Wextra -Wpedantic "$@" "$file" 2>&1; }

if [[ $kind == static ]]; then
    compile -Werror
    exit
fi

expected=$(sed -n 's|^// expected-error: ||p' "$file")
[[ -n $expected ]] || { echo "$file has no line '// expected-error: TEXT'"; exit 1; }
read -ra options < <(sed -n 's|^// failing-options: ||p' "$file"; echo)

if ! output=$(compile -Werror -DTWIN); then
    printf 'the twin should compile:\n%s\n' "$output"
    exit 1
fi
if output=$(compile "${options[@]}"); then
    echo "compiled, but should fail with: $expected"
    exit 1
fi
if ! grep -m1 'error:' <<< "$output" | grep -qF -- "$expected"; then
    printf 'failed, but without the text in its first error: %s\nThe compiler printed:\n%s\n' "$expected" "$output"
    exit 1
fi
