#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# check.sh INCLUDE_DIR: every include of a diffgen header points the allowed way (docs/design.md).
#   core <- noise, schedule, kernel, grid, predictor <- solver, guidance <- exec <- sampler
#        <- fit, train, nn, family, metrics, task;  io sees core only, nothing sees adapt.
set -euo pipefail
cd "$1"

parts="noise schedule kernel process grid predictor observe"
run="$parts solver guidance concepts options exec"
declare -A sees=(
    [core]=""
    [io]="core"
    [concepts]="core noise process grid solver"  # the page that states them all
    [noise]="core"
    [schedule]="core"
    [kernel]="core"
    [observe]="core"
    [process]="core noise schedule kernel"
    [grid]="core schedule kernel process"
    [predictor]="core noise schedule kernel process"
    [solver]="core $parts guidance concepts"  # a solver made of solvers names what they must be
    [guidance]="core $parts"
    [options]="core grid observe"
    [exec]="core $parts solver guidance concepts options"
    [sampler]="core $run"
    [fit]="core io $run sampler"
    [nn]="core io $run sampler"
    [train]="core io $run sampler nn"
    [family]="core io $run sampler nn train"
    [metrics]="core io $run sampler nn"
    [task]="core io $run sampler nn train family metrics"
    [compat]="core io $run sampler"
    [adapt]="core io $run sampler nn"
    [diffgen]="core io $run sampler fit nn train family metrics task"
)

# The layer of a header: its folder, or its stem where it lies in diffgen/ itself.
layer() {
    local path=${1#diffgen/}
    [[ $path == */* ]] && echo "${path%%/*}" || echo "${path%.hpp}"
}

bad=0 seen=0
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
echo "$seen includes of diffgen headers read"
exit $bad
