// SPDX-License-Identifier: Apache-2.0
#include "capture/socket_sweep.hpp"

#include <bpf/bpf.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "bpf/shared/process_event.h"
#include "bpf/shared/segment.h"

namespace obi::capture {

SocketSweep::SocketSweep(int connections, int program)
    : connections_(connections),
      program_(program),
      keys_(kEntriesPerStep),
      entries_(kEntriesPerStep) {}

void SocketSweep::on_record(std::span<const std::byte> record) {
  obi_event_header header;
  if (record.size() < sizeof(header)) return;
  std::memcpy(&header, record.data(), sizeof(header));
  if (header.type == OBI_EVENT_CONNECTION_OPEN) on_open(record);
  if (header.type == OBI_EVENT_PROCESS) on_process(record);
}

void SocketSweep::on_open(std::span<const std::byte> record) {
  obi_connection_open open;
  if (record.size() < sizeof(open)) return;
  std::memcpy(&open, record.data(), sizeof(open));
  has_unix_ |= open.family == AF_UNIX;
}

void SocketSweep::on_process(std::span<const std::byte> record) {
  obi_process_event event;
  if (record.size() < sizeof(event)) return;
  std::memcpy(&event, record.data(), sizeof(event));
  if (event.kind != OBI_PROCESS_EXIT || event.is_captured == 0) return;
  if (exits_.size() >= kMaxExits) exits_.clear();  // then an end has the time at which it is seen
  exits_[event.pid] = event.ns;
}

void SocketSweep::step(std::uint64_t now_ns) {
  if (!works_ || now_ns < next_ns_) return;
  next_ns_ = now_ns + kStepNs;
  if (!in_pass_) {
    std::erase_if(exits_, [&](const auto& exit) { return exit.second + kExitNs < now_ns; });
    if (!std::exchange(has_unix_, false)) return;
    in_pass_ = true;
    pass_begun_ns_ = now_ns;
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
    has_unix_ = true;  // maybe
    return end_pass(now_ns);
  }
  for (__u32 i = 0; i < count && works_; ++i) look_at(keys_[i], entries_[i], now_ns);
  if (at_end) end_pass(now_ns);
}

void SocketSweep::look_at(std::uint64_t key, const connection& entry, std::uint64_t now_ns) {
  if (entry.stream_socket != STREAM_UNIX) return;
  has_unix_ = true;
  const auto exit = exits_.find(entry.reported_until[0]);
  std::array<__u64, 2> arguments{key, exit == exits_.end() ? now_ns : exit->second};
  LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = arguments.data(), .ctx_size_in = sizeof(arguments));
  if (const int failed = bpf_prog_test_run_opts(program_, &run); failed != 0) {
    spdlog::debug("this kernel can't look at a socket on demand: {}", std::strerror(-failed));
    works_ = false;
  }
}

void SocketSweep::end_pass(std::uint64_t now_ns) {
  in_pass_ = false;
  next_ns_ = std::max(pass_begun_ns_ + kPassNs, now_ns + kStepNs);
}

}  // namespace obi::capture
