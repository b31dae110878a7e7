#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
# Installs what diffgen's build and tests need and this machine lacks (Debian, Ubuntu; as root or
# with sudo). Does nothing, quickly, where nothing is missing.
set -euo pipefail

packages=(cmake ninja-build g++ clang ccache clang-format clang-tidy libomp-dev libtbb-dev
    libthrust-dev libeigen3-dev libxtensor-dev doctest-dev)

if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
    echo "tools/setup.sh installs on Debian and Ubuntu only. Elsewhere please install: CMake 3.25 or"
    echo "newer, Ninja, g++ 12 and clang++ 14 or newer with OpenMP, TBB, Thrust 1.17 or newer, Eigen 3.4,"
    echo "xtensor 0.24 and doctest 2.4 (CMake downloads the last four where they are missing)."
    exit 0
fi

# Commands count however they were installed, and so does the Thrust of a CUDA toolkit.
provided() {
    case $1 in
        ninja-build) command -v ninja ;;
        cmake | g++ | ccache | clang-format | clang-tidy) command -v "$1" ;;
        clang) command -v clang++ ;;
        *) return 1 ;;
    esac > /dev/null
}
installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null) == installed ]]; }

missing=()
for package in "${packages[@]}"; do
    provided "$package" || installed "$package" || missing+=("$package")
done
((${#missing[@]} > 0)) || exit 0

sudo=()
if ((EUID != 0)); then
    command -v sudo > /dev/null || { echo "please install as root: ${missing[*]}"; exit 1; }
    sudo=(sudo)
fi
echo "installing: ${missing[*]}"
apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"
