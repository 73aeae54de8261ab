#!/usr/bin/env bash
# make_initramfs.sh NAME VERSION: packs the modules that a VM needs before its root file system is there, in loading order,
# and prints the image's path. Which modules a kernel has, and in what order, is asked of modprobe: it differs by kernel.
set -euo pipefail
self=$(readlink -f "$0")
. "$(dirname "$self")/common.sh"
name=$1 version=$2
IFS=$'\t' read -r _ _ _ arch < <(kernel_row "$name")
stamp=$(sha256sum <"$self" | cut -c1-12)
image=$cache/initramfs-$name-$version-$stamp.img
if [ -s "$image" ]; then echo "$image"; exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lib/modules" "$work/ram"/{bin,mod,dev,proc,sys,new}
for folder in "$cache/kernels/$name/lib/modules/$version" "$cache/kernels/$name/usr/lib/modules/$version"; do
  [ -d "$folder" ] && ln -sfn "$folder" "$work/lib/modules/$version"
done
depmod -b "$work" "$version"
cp "$(busybox_of "$arch")" "$work/ram/bin/busybox"
ln -s busybox "$work/ram/bin/sh"
index=100
for module in virtio_pci virtio_blk ext4 crc32c_generic crc32c_intel 9pnet_virtio 9p virtio_rng cls_bpf sch_ingress veth dummy tls gcm; do
  modprobe -d "$work" -S "$version" --show-depends "$module" 2>/dev/null | awk '$1 == "insmod" {print $2}' || true
done | awk '!seen[$0]++' | while read -r file; do
  target=$work/ram/mod/$index-$(basename "${file%.xz}")
  case $file in *.xz) xz -dc "$file" >"$target" ;; *) cp "$file" "$target" ;; esac
  index=$((index + 1))
done
cat >"$work/ram/init" <<'EOI'
#!/bin/sh
B=/bin/busybox
$B mount -t proc p /proc; $B mount -t sysfs s /sys; $B mount -t devtmpfs d /dev
for module in /mod/*; do $B insmod "$module" || echo "vm: insmod $module failed"; done
tries=0
while [ ! -b /dev/vda ] && [ $tries -lt 50 ]; do $B sleep 0.1; tries=$((tries + 1)); done
$B mount -t ext4 /dev/vda /new || { echo "vm: no root file system"; $B poweroff -f; }
$B mount --move /dev /new/dev; $B umount /proc; $B umount /sys
exec $B switch_root /new /sbin/vminit
EOI
chmod +x "$work/ram/init"
(cd "$work/ram" && find . | cpio -o -H newc --quiet | gzip -1) >"$image.new"
mv "$image.new" "$image"
echo "$image"
