// SPDX-License-Identifier: Apache-2.0
#include "capture/pid_filter.hpp"

#include <bpf/bpf.h>

#include <atomic>
#include <cerrno>

#include "bpf/shared/pid_filter.h"

namespace obi::capture {
namespace {
obi_pid_key key_of(const PidIdentity& process) {
  return {.pid = process.ns_pid, .pid_namespace = process.pid_namespace};
}
}  // namespace

// Whoever sees the new generation must see the tables as they are now.
void PidFilter::publish() { std::atomic_ref(*generation_).fetch_add(1, std::memory_order_release); }

base::Result<void> PidFilter::allow(const PidIdentity& process) {
  const obi_pid_key key = key_of(process);
  if (bpf_map_update_elem(allowed_map_, &key, &process.pid, BPF_ANY) != 0) {
    return base::fail("the table of traced processes takes no more", errno);
  }
  const std::uint32_t hash = OBI_PID_HASH(key.pid_namespace, key.pid);
  std::atomic_ref(segments_[hash / 64]).fetch_or(std::uint64_t{1} << (hash & 63U));
  publish();
  return {};
}

// The bit stays: another process may share it, and the exact table decides. Bits are only hints.
void PidFilter::block(const PidIdentity& process) {
  const obi_pid_key key = key_of(process);
  bpf_map_delete_elem(allowed_map_, &key);
  publish();
}

}  // namespace obi::capture
