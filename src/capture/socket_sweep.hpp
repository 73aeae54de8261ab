// SPDX-License-Identifier: Apache-2.0
// Finds the ends of AF_UNIX connections that no capture program has seen: goes through the kernel
// side's table of connections, a part at a time, and has a program look at each such socket
// (bpf/generic/unix_end.bpf.h). That reports and forgets the connections whose socket is gone.
// Needs kernel 5.10 (BPF_PROG_TEST_RUN of raw tracepoints); does nothing on older ones.
// Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "bpf/shared/connection.h"

namespace obi::capture {

class SocketSweep {
 public:
  /// Entries looked at in one step: at most 1 ms of CPU, if all are of AF_UNIX.
  static constexpr std::size_t kEntriesPerStep = 512;
  static constexpr std::uint64_t kStepNs = 50'000'000;
  /// From the beginning of one pass through the table to the next, while there are connections of
  /// AF_UNIX. Without them there is no pass: a look through an empty table costs 800 000
  /// instructions.
  static constexpr std::uint64_t kPassNs = 250'000'000;
  /// How long after the end of its last user a socket is taken to have ended with it.
  static constexpr std::uint64_t kExitNs = 1'000'000'000;
  static constexpr std::size_t kMaxExits = 4096;

  /// Descriptors of the table and of the program.
  SocketSweep(int connections, int program);

  /// A record of the kernel side: ends of processes are remembered, and that there are connections
  /// of AF_UNIX.
  void on_record(std::span<const std::byte> record);
  /// Goes on, if it is time; call it at least every 100 ms with CLOCK_MONOTONIC.
  void step(std::uint64_t now_ns);

 private:
  void on_open(std::span<const std::byte> record);
  void on_process(std::span<const std::byte> record);
  void look_at_batch(std::uint64_t now_ns);
  void look_at(std::uint64_t key, const connection& entry, std::uint64_t now_ns);
  void end_pass(std::uint64_t now_ns);

  int connections_;
  int program_;
  bool works_ = true;
  bool in_pass_ = false;
  // A connection of AF_UNIX was opened, or found, since the last pass began.
  bool has_unix_ = false;
  std::uint64_t position_ = 0;  // the kernel's token for where the next batch begins
  std::uint64_t pass_begun_ns_ = 0;
  std::uint64_t next_ns_ = 0;
  std::vector<std::uint64_t> keys_;
  std::vector<connection> entries_;
  std::unordered_map<std::uint32_t, std::uint64_t> exits_;  // when captured processes ended
};

}  // namespace obi::capture
