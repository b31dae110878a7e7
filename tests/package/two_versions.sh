#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# two_versions.sh INCLUDE_DIR FLAGS COMPILER: two shared libraries, one with these headers and lanes,
# one with another version of them that draws another prior and has one lane, in one process: each
# has the numbers that it has alone, in both orders of linking.
set -euo pipefail
include=$1 flags=$2 compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The other version: its number is another one, and its prior is twice as wide.
cp -r "$include" other
sed -i 's/define DIFFGEN_VERSION_MINOR .*/define DIFFGEN_VERSION_MINOR 99/' other/diffgen/core/config.hpp
sed -i 's/prior.sigma = static_cast<T>(sigma);/prior.sigma = static_cast<T>(2 * sigma);/' \
    other/diffgen/exec/passes.hpp
if cmp -s other/diffgen/exec/passes.hpp "$include/diffgen/exec/passes.hpp"; then
    echo "passes.hpp has no line that the other version could change"
    exit 1
fi

cat > library.cpp <<'CODE'
#include <diffgen/exec/policy.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <vector>
extern "C" double NAME() {
    using namespace diffgen;
    const auto network = [](auto in, auto out, const noise_level& l) {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = static_cast<float>(l.sigma) * in.data[i];
    };
    std::vector<float> x(64);
    sampler s{schedule::linear_beta{}, kernel::variance_preserving{}, predicts(epsilon{}, network),
              solver::ancestral{}};
    s.generate(exec::cpp, batch(x, 16), {.steps = 5, .seed = 7});
    return x[0];
}
CODE
cat > main.cpp <<'CODE'
#include <cstdio>
extern "C" double first();
extern "C" double second();
int main() {
#if defined(FIRST)
    std::printf("first %.9g\n", first());
#endif
#if defined(SECOND)
    std::printf("second %.9g\n", second());
#endif
}
CODE
"$compiler" @"$flags" -O1 -fPIC -shared -DNAME=first library.cpp -o libfirst.so
sed "s#^-I$include\$#-I$work/other#" "$flags" > other.rsp
"$compiler" -Iother @other.rsp -O1 -fPIC -shared -DNAME=second -DDIFFGEN_ONE_LANE library.cpp -o libsecond.so

link() {  # link NAME OPTION...
    "$compiler" main.cpp "${@:2}" -L. -Wl,-rpath,"$work" -o "$1"
    "./$1"
}
alone=$(link a -DFIRST -lfirst; link b -DSECOND -lsecond)
one_way=$(link c -DFIRST -DSECOND -lfirst -lsecond)
other_way=$(link d -DFIRST -DSECOND -lsecond -lfirst)
echo "alone: $alone; first before second: $one_way; second before first: $other_way"
[[ $alone == "$one_way" && $alone == "$other_way" ]]
[[ $(sed -n 's/first //p' <<< "$alone") != $(sed -n 's/second //p' <<< "$alone") ]]
