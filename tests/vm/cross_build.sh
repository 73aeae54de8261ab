#!/usr/bin/env bash
# cross_build.sh ARCH: builds what a VM of another architecture runs and prints the build folder.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$here/../..")
arch=${1:?architecture, as Debian calls it}
build=$root/build-$arch
cmake -G Ninja -S "$root" -B "$build" -DCMAKE_TOOLCHAIN_FILE="$root/cmake/$arch.cmake" \
  -DOBI_SYSROOT="$("$here/make_sysroot.sh" "$arch")" -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
cmake --build "$build" -j "$(nproc)" --target ebpf-instrument --target capture_test >&2
echo "$build"
