#!/usr/bin/env bash
# make_root.sh [ARCH]: builds the root file system that every VM boots (the host's own Debian release, so that programs built
# here run there) and prints the image's path. Quick when it is there. The image holds no kernel modules: the initramfs loads
# them. Packages are unpacked, and no script of theirs runs: so one for another architecture is made in the same way.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
. /etc/os-release
arch=${1:-$(dpkg --print-architecture)}
packages="procps iproute2 busybox-static curl nginx-light apache2-utils python3 python3-pytest python3-yaml psmisc strace kmod
  libcap2-bin base-files base-passwd bash dash coreutils util-linux mount hostname sed grep gawk findutils tar
  libc-bin netbase"
stamp=$(cat "$here/make_root.sh" "$here/common.sh" "$here/vminit" | sha256sum | cut -c1-12)
image=$cache/root-$arch-$stamp.img
if [ -s "$image" ]; then echo "$image"; exit 0; fi

apt=$cache/apt/root-$arch
root=$cache/root-$arch
rm -rf "$root" "$apt"
apt_open "$apt" "$arch" "$VERSION_CODENAME"
unpack_with_dependencies "$root" $packages
# What the packages' scripts would have made.
cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
ln -sfn gawk "$root/usr/bin/awk"
[ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
mkdir -p "$root"/{proc,sys,dev,run,tmp,root,host,obi,var/lib/nginx,var/log,etc/nginx/modules-enabled,etc/ld.so.conf.d}
echo "127.0.0.1 localhost vm" >"$root/etc/hosts"
rm -rf "$root"/usr/share/{doc,man,locale} "$apt"
# Or each start of Python would compile what it imports, which takes a VM several seconds. The release is this host's, and so
# is its Python.
/usr/bin/python3 -m compileall -q -s "$root" -p / "$root"/usr/lib/python3* >&2
install -m 755 "$here/vminit" "$root/sbin/vminit"
mke2fs -q -t ext4 -O ^has_journal -d "$root" "$image.new" 900M >/dev/null
mv "$image.new" "$image"
rm -rf "$root"
echo "$image"
