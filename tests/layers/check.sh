#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# check.sh INCLUDE_DIR: every include of a diffgen header points the allowed way (docs/design.md).
# The table below is read from the bottom: a layer sees none but those that its row names, which
# must all stand above it, so that there are no cycles of folders.
set -euo pipefail
cd "$1"

declare -A sees=()
cycle=0
layer_sees() {
    local each
    for each in $2; do
        [[ -v sees[$each] ]] && continue
        echo "the layer '$1' names '$each', which is not above it in the table of $0"
        cycle=1
    done
    sees[$1]=$2
}
layer_sees core ""
layer_sees io "core"
layer_sees noise "core"
layer_sees schedule "core"
layer_sees kernel "core"
layer_sees observe "core"
layer_sees predictor "core"
layer_sees guidance "core predictor"
layer_sees process "core schedule kernel"
layer_sees grid "core schedule process"
layer_sees blocks "core grid"
layer_sees solver "core process"
layer_sees options "core observe grid"
layer_sees concepts "core noise process grid solver" # those of solvers are in solver/concepts.hpp
layer_sees exec "core noise observe predictor process grid blocks options solver concepts"
layer_sees likelihood "core"
layer_sees run_file "core io exec"
layer_sees sampler "core noise observe predictor process grid blocks options solver concepts exec"
layer_sees fit "core io process grid options solver exec sampler"
layer_sees nn "core io noise predictor"
layer_sees metrics "core io noise"
layer_sees posterior "core noise observe predictor process grid options metrics"
layer_sees density "core io noise schedule kernel predictor process grid solver options concepts exec likelihood"
layer_sees discrete "core noise observe exec density"
layer_sees train "core noise process discrete nn density"
layer_sees family "core noise exec nn"
layer_sees compat "core io noise metrics family nn density discrete posterior schedule kernel predictor guidance process grid options solver exec sampler"
layer_sees task "core noise metrics posterior predictor options process"
layer_sees adapt "core"
layer_sees bridge "core predictor guidance"
layer_sees run_file "core io exec"
layer_sees diffgen "core io noise schedule kernel observe predictor guidance process grid blocks options solver concepts exec sampler discrete run_file fit nn train metrics likelihood density"

# The layer of a header: its folder, or its stem where it lies in diffgen/ itself.
layer() {
    local path=${1#diffgen/}
    [[ $path == */* ]] && echo "${path%%/*}" || echo "${path%.hpp}"
}

bad=$cycle seen=0
while IFS=: read -r file target; do
    seen=$((seen + 1))
    from=$(layer "$file") to=$(layer "$target")
    if [[ ! -v sees[$from] ]]; then
        echo "$file: the layer '$from' has no row in the table of $0"
        bad=1
    elif [[ $from != "$to" && " ${sees[$from]} " != *" $to "* ]]; then
        echo "${file#diffgen/}: $from must not include $target"
        bad=1
    fi
done < <(grep -rnHE --include='*.hpp' '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]diffgen/' diffgen |
    sed -E 's/^([^:]+):[0-9]+:[^<"]*[<"]([^>"]+)[>"].*/\1:\2/' | LC_ALL=C sort -u)

# An include by a relative path would escape the rule above.
if grep -rnE --include='*.hpp' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' diffgen; then
    echo "the includes above are not of the form <diffgen/...>"
    bad=1
fi
# What another header defines as a macro is a name in every header of diffgen, and everything is in
# the inline namespace of its configuration.
while read -r file; do
    if [[ $(grep -m1 '^#include' "$file") != '#include <diffgen/core/without_macros.hpp>' ||
        $(tail -n1 "$file") != '#include <diffgen/core/with_macros.hpp>' ||
        $(grep -c 'core/with\(out\)\?_macros.hpp>' "$file") != 2 ]]; then
        echo "$file: its first include is not core/without_macros.hpp, or its last line not that of core/with_macros.hpp, or they are there more than once"
        bad=1
    fi
done < <(grep -rl --include='*.hpp' '^namespace diffgen' diffgen)
if grep -rnE --include='*.hpp' '^namespace diffgen(::| \{)' diffgen | grep -v 'diffgen::inline DIFFGEN_ABI'; then
    echo "the namespaces above are not opened as namespace diffgen::inline DIFFGEN_ABI"
    bad=1
fi

echo "$seen includes of diffgen headers read"
exit $bad
