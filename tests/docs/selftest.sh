#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# selftest.sh CHECK_DOCS: the check accepts a right page, refuses each kind of wrong one, and --write
# mends what can be mended.
set -euo pipefail
check=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fence='```'

printf 'int main() {\n    // [twice]\n    int a = 2;\n    if (a)\n        a *= 2;\n    // [twice]\n}\n// [once]\n' \
    > "$work/source.cpp"

# page SNIPPET_LINE CODE...: the page of this test.
page() {
    local snippet=$1
    shift
    printf '%s\n' "# Page" "$snippet" "${fence}cpp" "$@" "$fence" "[source](source.cpp)" > "$work/page.md"
}
refused() {
    if output=$("$check" "$work" 2>&1); then
        echo "accepted, but should say: $1"; exit 1
    fi
    grep -qF -- "$1" <<< "$output" || { printf 'wrong reason, not: %s\n%s\n' "$1" "$output"; exit 1; }
}

right=("int a = 2;" "if (a)" "    a *= 2;")
page '<!-- snippet: source.cpp [twice] -->' "${right[@]}"
"$check" "$work"

page '<!-- snippet: source.cpp [twice] -->' "int a = 3;"
refused "differs from its source"
"$check" --write "$work"
"$check" "$work"
[[ $(sed -n '4,6p' "$work/page.md") == "$(printf '%s\n' "${right[@]}")" ]] || { echo "--write wrote:"; cat "$work/page.md"; exit 1; }

page '<!-- snippet: source.cpp [once] -->' "${right[@]}"
refused "page.md:2: source.cpp has no two lines with [once]"
page '<!-- snippet: elsewhere.cpp [twice] -->' "${right[@]}"
refused "page.md:2: elsewhere.cpp has no two lines with [twice]"
page 'no snippet' "${right[@]}"
refused "no snippet was found"

page '<!-- snippet: source.cpp [twice] -->' "${right[@]}"
echo "see [nothing](missing.md#part)" >> "$work/page.md"
refused "page.md:9: the link to missing.md#part leads nowhere"
