#!/usr/bin/env bash
# boot.sh KERNEL JOB [SECONDS]: boots a kernel of kernels.tsv under QEMU (emulation, no KVM) and runs the script JOB in it as
# root; its exit status is this one's. The VM sees $VM_SHARE as /host (read and write) and the image $VM_DISK as /obi (read
# only); its root file system is thrown away. VM_QEMU adds arguments. One virtual CPU after the other on one thread: with a
# thread each, code that the kernel patches at run time now and then crashes the VM.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/common.sh"
name=$1 job=$2 seconds=${3:-600}
version=$("$here/fetch_kernel.sh" "$name")
initramfs=$("$here/make_initramfs.sh" "$name" "$version")
IFS=$'\t' read -r _ _ _ arch < <(kernel_row "$name")
root=$("$here/make_root.sh" "$arch")
case $arch in
  amd64) machine=(qemu-system-x86_64 -cpu max) console=ttyS0 ;;
  arm64) machine=(qemu-system-aarch64 -machine virt -cpu cortex-a76) console=ttyAMA0 ;;
esac
for candidate in "$cache/kernels/$name/boot/vmlinuz-$version" "$cache/kernels/$name/usr/lib/modules/$version/vmlinuz"; do
  [ -f "$candidate" ] && kernel=$candidate
done
share=${VM_SHARE:-$(mktemp -d)}
script=$(basename "$job").$$
cp "$job" "$share/$script"
disks=(-drive "file=$root,format=raw,if=none,id=root,snapshot=on" -device virtio-blk-pci,drive=root)
if [ -n "${VM_DISK:-}" ]; then
  disks+=(-drive "file=$VM_DISK,format=raw,if=none,id=disk,readonly=on" -device virtio-blk-pci,drive=disk)
fi
status=0
timeout -k 5 "$seconds" "${machine[@]}" -nodefaults -no-reboot -nographic -m "${VM_MEMORY:-4096}" \
  -smp "${VM_CPUS:-2}" -accel tcg,thread=single -kernel "${kernel:?no kernel image}" -initrd "$initramfs" \
  -append "console=$console quiet panic=-1 loglevel=4 mitigations=off vmjob=$script" -serial stdio -monitor none \
  "${disks[@]}" -fsdev "local,id=share,path=$share,security_model=none,multidevs=remap" \
  -device virtio-9p-pci,fsdev=share,mount_tag=host -device virtio-rng-pci ${VM_QEMU:-} </dev/null || status=$?
result=$(cat "$share/$script.status" 2>/dev/null || echo 125)  # 125: the job never ended
rm -f "$share/$script" "$share/$script.status"
[ "$status" = 0 ] || { echo "boot: qemu ended with $status" >&2; exit "$status"; }
exit "$result"
