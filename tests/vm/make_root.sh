#!/usr/bin/env bash
# make_root.sh: builds the root file system that every VM boots (the host's own Debian release, so that programs built here
# run there) and prints the image's path. Quick when it is there. The image holds no kernel modules: the initramfs loads them.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/obi/vm
packages=procps,iproute2,busybox-static,curl,nginx-light,apache2-utils,python3,python3-pytest,python3-yaml,redis-server,psmisc,strace,kmod,libcap2-bin
stamp=$(cat "$here/make_root.sh" "$here/vminit" | sha256sum | cut -c1-12)
image=$cache/root-$stamp.img
if [ -s "$image" ]; then echo "$image"; exit 0; fi

. /etc/os-release
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/*$')
root=$cache/root
rm -rf "$root"
mkdir -p "$cache"
debootstrap --variant=minbase --include="$packages" "$VERSION_CODENAME" "$root" "$mirror" >"$cache/debootstrap.log" 2>&1 ||
  { tail -n 20 "$cache/debootstrap.log" >&2; exit 1; }
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}
install -m 755 "$here/vminit" "$root/sbin/vminit"
mkdir -p "$root/host" "$root/obi"
mke2fs -q -t ext4 -O ^has_journal -d "$root" "$image.new" 900M
mv "$image.new" "$image"
rm -rf "$root"
echo "$image"
