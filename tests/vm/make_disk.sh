#!/usr/bin/env bash
# make_disk.sh BUILD IMAGE [ARCH]: packs what a VM runs into a read-only disk image: the programs of a build folder, the
# libraries that they need and the tests.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=$1 image=$2 host=$(dpkg --print-architecture)
arch=${3:-$host}
if [ "$arch" = "$host" ]; then
  libraries=/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH) tools=
else
  triplet=$(dpkg-architecture -a"$arch" -qDEB_HOST_MULTIARCH 2>/dev/null)
  libraries=$("$here/make_sysroot.sh" "$arch")/usr/lib/$triplet tools=$triplet-
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"/{build/bin,lib,tests}
for program in ebpf-instrument capture_test probed_process libprobed.so; do cp "$build/bin/$program" "$folder/build/bin/"; done
"${tools}strip" --strip-debug "$folder"/build/bin/*

# The libraries that they name, and those that these name. Of the C library there must be one only, the root file system's.
add_libraries_of() {
  local name
  for name in $("${tools}readelf" -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    [[ $name =~ ^(libc|libm|libpthread|libdl|librt|libresolv|ld-linux[^/]*)\.so ]] && continue
    [ -e "$folder/lib/$name" ] && continue
    cp -L "$libraries/$name" "$folder/lib/"
    add_libraries_of "$folder/lib/$name"
  done
}
for program in "$folder"/build/bin/*; do add_libraries_of "$program"; done
cp -r "$here/../e2e" "$folder/tests/"
rm -f "$image"
mke2fs -q -t ext4 -O ^has_journal -d "$folder" "$image" 200M >/dev/null
