#!/usr/bin/env bash
# fetch_kernel.sh NAME: unpacks the newest Debian kernel of that row of kernels.tsv into the cache and prints its version.
# Nothing is installed and the host's apt configuration stays as it is. Quick when the kernel is there already.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
name=${1:?name of a kernel in kernels.tsv}
version_file=$cache/$name.version
if [ -s "$version_file" ]; then cat "$version_file"; exit 0; fi

IFS=$'\t' read -r _ suites pattern arch < <(kernel_row "$name")
apt=$cache/apt/$name
rm -rf "$apt"
apt_open "$apt" "$arch" $suites
package=$(apt-cache "${apt_options[@]}" pkgnames linux- | grep -xE "$pattern" | sort -V | tail -n 1)
[ -n "$package" ] || { echo "fetch_kernel: no package matches $pattern in $suites" >&2; exit 1; }
packages=$package
[[ $package == linux-binary-* ]] && packages+=" linux-modules-${package#linux-binary-}"
(cd "$apt/debs" && apt-get "${apt_options[@]}" download -qq $packages >&2)
version=${package#linux-image-}; version=${version#linux-binary-}
mkdir -p "$cache/kernels/$name"
for deb in "$apt"/debs/*.deb; do dpkg -x "$deb" "$cache/kernels/$name"; done
rm -rf "$apt"
echo "$version" | tee "$version_file"
