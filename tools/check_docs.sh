#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# check_docs.sh [--write] [ROOT]
# Every code block of a page that follows a line
#     <!-- snippet: FILE [MARKER] -->
# equals the part of FILE between its two lines that hold nothing but a comment sign and [MARKER],
# its common indentation taken away; without [MARKER], the whole FILE. And every relative link of a
# page leads to a file. With --write the blocks are brought up to date instead of compared.
set -euo pipefail
write=0
[[ ${1:-} == --write ]] && { write=1; shift; }
cd "${1:-$(dirname "$0")/..}"

bad=0 blocks=0 links=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

complain() { echo "$1"; bad=1; }

# region FILE MARKER: what a block is to hold. Fails where the marker is not there exactly twice.
region() {
    awk -v marker="$2" '
        BEGIN { inside = marker == "" }
        marker != "" && $0 ~ "^[[:space:]]*(//|#)[[:space:]]*" && index($0, "[" marker "]") {
            inside = !inside
            seen++
            next
        }
        inside { line[n++] = $0 }
        END {
            if (marker != "" && seen != 2) exit 1
            indent = -1
            for (i = 0; i < n; i++)
                if (line[i] ~ /[^ ]/) {
                    match(line[i], /^ */)
                    if (indent < 0 || RLENGTH < indent) indent = RLENGTH
                }
            for (i = 0; i < n; i++) print substr(line[i], indent + 1)
        }' "$1"
}

# Copies PAGE to standard output, each snippet with the text of its source.
with_snippets() {
    local page=$1 line source marker fence number=0
    while IFS= read -r line || [[ -n $line ]]; do
        number=$((number + 1))
        printf '%s\n' "$line"
        [[ $line =~ ^'<!-- snippet: '([^ ]+)(' ['([^]]+)']')?' -->'$ ]] || continue
        source=${BASH_REMATCH[1]} marker=${BASH_REMATCH[3]}
        blocks=$((blocks + 1))
        IFS= read -r fence || fence=
        if [[ $fence != '```'* ]]; then
            complain "$page:$number: no code block follows the snippet line" >&2
            printf '%s\n' "$fence"
            continue
        fi
        printf '%s\n' "$fence"
        if [[ ! -f $source ]] || ! region "$source" "$marker" > "$work/region"; then
            complain "$page:$number: $source has no two lines with [$marker]" >&2
            : > "$work/region"
        fi
        cat "$work/region"
        while IFS= read -r line && [[ $line != '```' ]]; do
            number=$((number + 1))
        done
        number=$((number + 2))
        printf '```\n'
    done < "$page"
}

# Relative targets of [text](target) outside code blocks, one "LINE TARGET" a line.
links_of() {
    awk '
        /^```/ { code = !code }
        !code {
            rest = $0
            gsub(/`[^`]*`/, "", rest)
            while (match(rest, /\]\([^) ]+\)/)) {
                print NR, substr(rest, RSTART + 2, RLENGTH - 3)
                rest = substr(rest, RSTART + RLENGTH)
            }
        }' "$1"
}

while IFS= read -r page; do
    with_snippets "$page" > "$work/page"
    if ! cmp -s "$page" "$work/page"; then
        if ((write)); then
            cp "$work/page" "$page"
            echo "$page: written"
        else
            complain "$page: a block differs from its source; tools/check_docs.sh --write brings it over:"
            diff "$page" "$work/page" | head -n 20 || true
        fi
    fi
    while read -r number target; do
        [[ $target == *:* || $target == '#'* ]] && continue
        links=$((links + 1))
        [[ -e $(dirname "$page")/${target%%#*} ]] ||
            complain "$page:$number: the link to $target leads nowhere"
    done < <(links_of "$page")
done < <(find . -path ./build -prune -o -path './.*' -prune -o -name '*.md' -print | sed 's|^\./||' | LC_ALL=C sort)

((blocks > 0)) || complain "no snippet was found"
echo "$blocks snippets, $links links read"
exit $bad
