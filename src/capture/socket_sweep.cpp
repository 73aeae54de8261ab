// SPDX-License-Identifier: Apache-2.0
#include "capture/socket_sweep.hpp"

#include <bpf/bpf.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "bpf/shared/process_event.h"

namespace obi::capture {

SocketSweep::SocketSweep(int connections, int program)
    : connections_(connections),
      program_(program),
      keys_(kEntriesPerStep),
      entries_(kEntriesPerStep) {}

void SocketSweep::on_record(std::span<const std::byte> record) {
  obi_process_event event;
  if (record.size() < sizeof(event)) return;
  std::memcpy(&event.header, record.data(), sizeof(event.header));
  if (event.header.type != OBI_EVENT_PROCESS) return;
  std::memcpy(&event, record.data(), sizeof(event));
  if (event.kind != OBI_PROCESS_EXIT || event.is_captured == 0) return;
  if (exits_.size() >= kMaxExits)
    exits_.clear();  // then the ends are told by the time they are seen
  exits_[event.pid] = event.ns;
}

void SocketSweep::step(std::uint64_t now_ns) {
  if (!works_ || now_ns < next_ns_) return;
  next_ns_ = now_ns + kStepNs;
  if (!in_pass_) {
    in_pass_ = true;
    found_unix_ = false;
    pass_begun_ns_ = now_ns;
    std::erase_if(exits_, [&](const auto& exit) { return exit.second + kExitNs < now_ns; });
  }
  look_at_batch(now_ns);
}

void SocketSweep::look_at_batch(std::uint64_t now_ns) {
  LIBBPF_OPTS(bpf_map_batch_opts, options);
  auto count = static_cast<__u32>(keys_.size());
  void* from = pass_begun_ns_ == now_ns ? nullptr : &position_;
  const int failed = bpf_map_lookup_batch(connections_, from, &position_, keys_.data(),
                                          entries_.data(), &count, &options);
  const bool at_end = failed == -ENOENT;
  if (failed != 0 && !at_end) {
    spdlog::debug("looking through the connections failed: {}", std::strerror(-failed));
    return end_pass(now_ns);
  }
  for (__u32 i = 0; i < count && works_; ++i) look_at(keys_[i], entries_[i], now_ns);
  if (at_end) end_pass(now_ns);
}

void SocketSweep::look_at(std::uint64_t key, const connection& entry, std::uint64_t now_ns) {
  if (entry.stream_socket != STREAM_UNIX) return;
  found_unix_ = true;
  const auto exit = exits_.find(entry.told_to[0]);
  std::array<__u64, 2> arguments{key, exit == exits_.end() ? now_ns : exit->second};
  LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = arguments.data(), .ctx_size_in = sizeof(arguments));
  if (const int failed = bpf_prog_test_run_opts(program_, &run); failed != 0) {
    spdlog::debug("this kernel can't look at a socket on demand: {}", std::strerror(-failed));
    works_ = false;
  }
}

void SocketSweep::end_pass(std::uint64_t now_ns) {
  in_pass_ = false;
  const std::uint64_t next = pass_begun_ns_ + (found_unix_ ? kPassNs : kIdlePassNs);
  next_ns_ = std::max(next, now_ns + kStepNs);
}

}  // namespace obi::capture
