#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# check.sh INCLUDE_DIR RESPONSE_FILE BATCH COMPILER [OPTION...]
# Compiles every public header under INCLUDE_DIR/diffgen on its own, all processors at work; nvcc
# reads BATCH headers a unit, since it is slow to start. Prints the failing ones, exits 1 if any.
# An adapter whose library is not installed is named and left out.
set -euo pipefail
include=$1 flags=$2 batch=$3 compiler=$4
shift 4
[[ -n $compiler && $compiler != *-NOTFOUND ]] || { echo "skipped: this compiler is not installed"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [[ $(basename "$compiler") == nvcc* ]]; then
    compile=("$compiler" --options-file "$flags" -x cu --expt-relaxed-constexpr -arch=sm_80 -ptx -o /dev/null "$@")
    suffix=cu
else
    compile=("$compiler" "@$flags" "$@")
    suffix=cpp
fi

# Prints the library header that an adapter needs, if any.
needs() {
    case $1 in
        diffgen/adapt/torch*) echo torch/torch.h ;;
        diffgen/adapt/onnx*) echo onnxruntime_cxx_api.h ;;
        diffgen/adapt/xtensor*) echo xtensor/xtensor.hpp ;;
        diffgen/adapt/eigen* | diffgen/nn/* | diffgen/train/* | diffgen/metrics/*) echo Eigen/Core ;;
    esac
}
declare -A installed
has() {
    [[ -n ${installed[$1]:-} ]] ||
        { printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$1" > "$work/probe.$suffix"
          if "${compile[@]}" "$work/probe.$suffix" > "$work/probe.log" 2>&1; then installed[$1]=yes; else installed[$1]=no; fi; }
    [[ ${installed[$1]} == yes ]]
}

count=0
while IFS= read -r header; do
    library=$(needs "$header")
    if [[ -n $library ]] && ! has "$library"; then
        echo "left out: $header (no $library here)"
        continue
    fi
    printf '#include <%s>\n' "$header" >> "$work/unit_$((count / batch)).$suffix"
    count=$((count + 1))
done < <(cd "$include" && find diffgen -name '*.hpp' | LC_ALL=C sort)
((count > 0)) || { echo "no headers under $include/diffgen"; exit 1; }

printf '%q ' "${compile[@]}" > "$work/command"
export work
check_one() {
    local log=$1.log
    eval "$(cat "$work/command")" '"$1"' > "$log" 2>&1 ||
        { echo "FAILED:"; sed 's/^#include/   /' "$1"; head -n 30 "$log"; return 1; }
}
export -f check_one
if find "$work" -name "unit_*.$suffix" -print0 |
    xargs -0 -n 1 -P "$(nproc)" bash -c 'check_one "$0"'; then
    echo "$count headers compile"
else
    exit 1
fi
