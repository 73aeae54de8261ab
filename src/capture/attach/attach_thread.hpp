// SPDX-License-Identifier: Apache-2.0
// The thread on which probes are attached and processes are watched for libraries that they map
// later. Discovery says which processes there are and goes on at once: neither it nor the capture
// thread ever waits for a file to be read or for the kernel to attach or detach. Thread-safe.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "capture/attach/attacher.hpp"
#include "capture/attach/detacher.hpp"
#include "capture/attach/mapped_file_watch.hpp"

namespace obi::capture {

class AttachThread {
 public:
  /// The sets' programs are loaded, and outlive it. `proc`: root of the proc file system.
  AttachThread(std::vector<ProbeSet> sets, AttachMethod method, std::string proc = "/proc");
  /// Returns when everything is detached.
  ~AttachThread();
  AttachThread(const AttachThread&) = delete;
  AttachThread& operator=(const AttachThread&) = delete;

  /// A process is instrumented from now on, or begins another program.
  void start(std::uint32_t pid) { post(pid, Event::kStart); }
  /// It has ended, or is instrumented no more.
  void end(std::uint32_t pid) { post(pid, Event::kEnd); }

  [[nodiscard]] std::vector<AttachmentStatus> status() const;
  /// Links that are being ended.
  [[nodiscard]] std::size_t detaching() const { return detacher_.pending(); }

 private:
  enum class Event : std::uint8_t { kStart, kEnd };
  using Events = std::unordered_map<std::uint32_t, Event>;  // of a process the latest counts

  void post(std::uint32_t pid, Event event);
  void run();
  bool wait(Events& events);
  void apply(const Events& events);
  void look();
  bool look_at(std::uint32_t pid);
  void publish();

  std::string proc_;
  Detacher detacher_;
  Attacher attacher_;      // of the thread
  MappedFileWatch watch_;  // likewise
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Events events_;
  std::vector<AttachmentStatus> status_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace obi::capture
