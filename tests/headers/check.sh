#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# check.sh INCLUDE_DIR RESPONSE_FILE BATCH COMPILER [OPTION...]
# Compiles every public header under INCLUDE_DIR/diffgen, BATCH of them a unit, all processors at
# work. Prints the failing units, exits 1 if any.
# An adapter whose library is not installed is named and left out.
set -euo pipefail
include=$1 flags=$2 batch=$3 compiler=$4
shift 4
[[ -n $compiler && $compiler != *-NOTFOUND ]] || { echo "skipped: this compiler is not installed"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [[ $(basename "$compiler") == nvcc* ]]; then
    # Eigen 3.4 trips warning 20012 in its own headers, and nvcc knows no system headers.
    compile=("$compiler" --options-file "$flags" -x cu --expt-relaxed-constexpr -arch=sm_80 -ptx
        -o /dev/null -Werror all-warnings -diag-suppress 20012 "$@")
    with_eigen=(-diag-suppress 20014)  # which its decompositions trip; of our own headers it counts
    suffix=cu
else
    compile=("$compiler" "@$flags" "$@")
    with_eigen=()
    suffix=cpp
fi

# Prints the library header that an adapter needs, if any.
needs() {
    case $1 in
        diffgen/adapt/torch*) echo torch/torch.h ;;
        diffgen/adapt/onnx*) echo onnxruntime_cxx_api.h ;;
        diffgen/bridge/openvino*) echo openvino/c/openvino.h ;;
        diffgen/bridge/libtorch*) echo torch/script.h ;;
        diffgen/adapt/xtensor*) echo xtensor/xtensor.hpp ;;
        diffgen/adapt/eigen* | diffgen/nn/* | diffgen/train/* | diffgen/metrics/* | diffgen/family/* | diffgen/posterior/* | diffgen/task/* | diffgen/compat/azula* | diffgen/compat/deepinv* | diffgen/compat/torchmetrics*) echo Eigen/Core ;;
    esac
}
declare -A installed
has() {
    if [[ -z ${installed[$1]:-} ]]; then
        printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$1" > "$work/probe.$suffix"
        installed[$1]=yes
        "${compile[@]}" "$work/probe.$suffix" > "$work/probe.log" 2>&1 || installed[$1]=no
    fi
    [[ ${installed[$1]} == yes ]]
}

declare -A members
count=0
while IFS= read -r header; do
    library=$(needs "$header")
    if [[ -n $library ]] && ! has "$library"; then
        echo "left out: $header (no $library here)"
        continue
    fi
    group=unit
    [[ $library == Eigen/Core ]] && group=eigen
    members[$group]=$((${members[$group]:-0} + 1))
    printf '#include <%s>\n' "$header" >> "$work/${group}_$(((members[$group] - 1) / batch)).$suffix"
    count=$((count + 1))
done < <(cd "$include" && find diffgen -name '*.hpp' ! -name 'with*_macros.hpp' | LC_ALL=C sort)
((count > 0)) || { echo "no headers under $include/diffgen"; exit 1; }

# check_one UNIT COMMAND...
check_one() {
    local unit=$1
    shift
    "$@" "$unit" > "$unit.log" 2>&1 ||
        { echo "FAILED:"; sed 's/^#include/   /' "$unit"; head -n 30 "$unit.log"; return 1; }
}
export -f check_one
# check_all GROUP COMMAND...
check_all() {
    local group=$1
    shift
    find "$work" -name "${group}_*.$suffix" -print0 |
        xargs -0 -P "$(nproc)" -I {} bash -c 'check_one "$@"' check_one {} "$@"
}
failed=0
check_all unit "${compile[@]}" || failed=1
check_all eigen "${compile[@]}" "${with_eigen[@]}" || failed=1
((failed == 0)) && echo "$count headers compile"
exit $failed
