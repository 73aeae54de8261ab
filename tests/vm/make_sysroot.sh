#!/usr/bin/env bash
# make_sysroot.sh ARCH: unpacks the libraries and headers that building for another architecture needs (the host's own Debian
# release) into the cache and prints the folder. Quick when it is there. Nothing is installed on the host.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
. /etc/os-release
arch=${1:?architecture, as Debian calls it}
packages=$("$here/../../tools/install_deps.sh" --libraries)
stamp=$(cat "$here/make_sysroot.sh" "$here/common.sh" - <<<"$packages" | sha256sum | cut -c1-12)
sysroot=$cache/sysroot-$arch-$stamp
if [ -d "$sysroot" ]; then echo "$sysroot"; exit 0; fi

apt=$cache/apt/sysroot-$arch
rm -rf "$apt" "$sysroot.new"
suites=("$VERSION_CODENAME")
[ "$VERSION_CODENAME" = bookworm ] && suites+=(bookworm-backports)
apt_open "$apt" "$arch" "${suites[@]}"
[ "$VERSION_CODENAME" = bookworm ] && packages=$(sed 's,^libbpf-dev$,libbpf-dev/bookworm-backports libbpf1/bookworm-backports,' <<<"$packages")
unpack_with_dependencies "$sysroot.new" libc6-dev libstdc++-12-dev linux-libc-dev $packages
# Links to absolute paths would lead to the host's own files.
find "$sysroot.new" -type l -lname '/*' | while read -r link; do
  ln -sfn "$(realpath -m --relative-to="$(dirname "$link")" "$sysroot.new$(readlink "$link")")" "$link"
done
rm -rf "$apt"
mv "$sysroot.new" "$sysroot"
echo "$sysroot"
