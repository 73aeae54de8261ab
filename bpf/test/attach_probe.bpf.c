// SPDX-License-Identifier: Apache-2.0
// For tests of src/capture/attach alone: counts the hits of probes.
// Hooks: whatever uprobes and uretprobes a test attaches it to. Maps: its counters.
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__u64 entries = 0;
__u64 returns = 0;

SEC("uprobe")
int obi_probed_entry(void *context) {
  __sync_fetch_and_add(&entries, 1);
  return 0;
}

SEC("uretprobe")
int obi_probed_return(void *context) {
  __sync_fetch_and_add(&returns, 1);
  return 0;
}
