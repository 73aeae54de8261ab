#!/usr/bin/env bash
# make_disk.sh BUILD IMAGE: packs what a VM runs into a read-only disk image: the programs of a build folder, the libraries
# that they need and the tests.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=$1 image=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"/{build/bin,lib,tests}
for program in ebpf-instrument capture_test; do cp "$build/bin/$program" "$folder/build/bin/"; done
strip --strip-debug "$folder"/build/bin/*
# Of the C library there must be one only, the root file system's.
ldd "$folder"/build/bin/* | awk '$2 == "=>" {print $3}' | sort -u | grep -vE '/(libc|libm|libpthread|libdl|librt|ld-linux[^/]*)\.so' |
  xargs cp -L -t "$folder/lib"
cp -r "$here/../e2e" "$folder/tests/"
rm -f "$image"
mke2fs -q -t ext4 -O ^has_journal -d "$folder" "$image" 200M
