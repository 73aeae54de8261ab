#!/usr/bin/env bash
# fetch_kernel.sh NAME: unpacks the newest Debian kernel of that row of kernels.tsv into the cache and prints its version.
# Nothing is installed and the host's apt configuration stays as it is. Quick when the kernel is there already.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/obi/vm
name=${1:?name of a kernel in kernels.tsv}
version_file=$cache/$name.version
if [ -s "$version_file" ]; then cat "$version_file"; exit 0; fi

IFS=$'\t' read -r _ suites pattern arch < <(grep -P "^\Q$name\E\t" "$here/kernels.tsv") || { echo "fetch_kernel: no kernel '$name'" >&2; exit 2; }
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/*$')
mirror=${mirror%/}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
apt=$cache/apt/$name
mkdir -p "$apt"/{lists,cache,debs}
for suite in $suites; do
  uri=$mirror
  [[ $suite == *-security ]] && uri=${mirror%/debian}/debian-security
  echo "deb [arch=$arch signed-by=$keyring] $uri $suite main"
done >"$apt/sources.list"
options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists"
  -o "Dir::Cache=$apt/cache" -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root)
apt-get "${options[@]}" update -qq >&2
package=$(apt-cache "${options[@]}" pkgnames linux- | grep -xE "$pattern" | sort -V | tail -n 1)
[ -n "$package" ] || { echo "fetch_kernel: no package matches $pattern in $suites" >&2; exit 1; }
packages=$package
[[ $package == linux-binary-* ]] && packages+=" linux-modules-${package#linux-binary-}"
(cd "$apt/debs" && apt-get "${options[@]}" download -qq $packages >&2)
version=${package#linux-image-}; version=${version#linux-binary-}
mkdir -p "$cache/kernels/$name"
for deb in "$apt"/debs/*.deb; do dpkg -x "$deb" "$cache/kernels/$name"; done
rm -rf "$apt"
echo "$version" | tee "$version_file"
