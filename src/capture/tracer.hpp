// SPDX-License-Identifier: Apache-2.0
// Owns the programs in the kernel: opens, loads and attaches a back end and other sets, keeps the
// PID filter, reads the ring buffers. Everything above works on the records alone and doesn't
// depend on the back end. Thread rule: `poll` from the capture thread; `allow`, `block` and
// `set_mode` from any one thread each; the rest anywhere.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "capture/audit.hpp"
#include "capture/program_set.hpp"
#include "model/segment.hpp"

namespace obi::capture {

/// How the kernel side sees bytes move. `kAuto` takes the first row of the hook table that loads
/// and attaches.
enum class Backend : std::uint8_t { kAuto, kFentry, kKprobe, kTracepoint, kSyscall };
std::string_view to_string(Backend backend);
inline constexpr std::array kBackends = {Backend::kFentry, Backend::kKprobe, Backend::kTracepoint,
                                         Backend::kSyscall};
/// In the order in which kAuto tries them on this kernel: kBackends, those with a drawback last.
std::vector<Backend> backends_by_preference();
/// What speaks against one that works on this kernel; empty = nothing.
std::string_view drawback(Backend backend);

struct TracerOptions {
  Backend backend = Backend::kAuto;
  std::size_t wakeup_bytes =
      64 * 1024;  ///< ring data at which the reader is woken; a poll time-out collects less
  std::size_t ring_bytes = 4 * 1024 * 1024;  ///< power of two, multiple of the page size
  std::size_t max_map_bytes = 0;  ///< ceiling of all maps together; smaller ones are made to fit
  std::string btf_file;  ///< the kernel's types, for one that doesn't bring them; empty = its own
  bool passive = false;  ///< refuse programs that could alter anything but their own maps
  bool verifier_statistics = false;  ///< have the kernel report the verifier's work, for `audit`
  /// Beside the back end; one that fails is left out, with the reason in the log and in `audit`.
  std::vector<ProgramSet> further_sets = {};
};

struct PidIdentity {
  std::uint32_t pid = 0;            ///< root pid namespace (as the agent's /proc shows it)
  std::uint32_t ns_pid = 0;         ///< innermost pid namespace
  std::uint32_t pid_namespace = 0;  ///< inode of that namespace
};

struct KernelLoss {
  std::string_view name;
  std::string_view help;
  std::uint64_t count = 0;
};

class Tracer {
 public:
  /// Loads and attaches; the error names the back end and the first reason in words.
  static base::Result<std::unique_ptr<Tracer>> open(const TracerOptions& options);
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  /// The process's calls are captured from now on. Repeating it is harmless.
  base::Result<void> allow(const PidIdentity& process);
  void block(const PidIdentity& process);

  /// Asks for more or less of what one source sees of a connection; takes effect with its next
  /// call. Other sources of the connection are not affected.
  void set_mode(std::uint64_t connection_id, model::Source source, model::CaptureMode mode);

  using Consumer = std::function<void(std::span<const std::byte> record)>;
  /// Waits up to `timeout` for a wake-up, then hands every waiting record to `consume`, process
  /// events first. Returns the number of records. Call it at least every 100 ms, also for the ends
  /// of AF_UNIX connections, which it looks for in between.
  std::size_t poll(std::chrono::milliseconds timeout, const Consumer& consume);
  /// As poll, for what is there now.
  std::size_t drain(const Consumer& consume);

  [[nodiscard]] Backend backend() const;
  /// Process events that found no room in their ring buffer.
  [[nodiscard]] std::uint64_t lost_process_events() const;
  /// Every reason, also those with count 0.
  [[nodiscard]] std::vector<KernelLoss> losses() const;
  [[nodiscard]] Audit audit() const;
  /// Memory of all maps in the kernel.
  [[nodiscard]] std::size_t map_bytes() const;

 private:
  struct Loaded;
  explicit Tracer(std::unique_ptr<Loaded> loaded);
  static base::Result<std::unique_ptr<Tracer>> open_backend(Backend backend,
                                                            const TracerOptions& options);
  std::unique_ptr<Loaded> loaded_;
};

}  // namespace obi::capture
