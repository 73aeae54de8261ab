// SPDX-License-Identifier: Apache-2.0
// Where records come from: the kernel, or a recording. Both feed the same connection tracker.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include "app/memory_guard.hpp"
#include "capture/recording.hpp"
#include "capture/tracer.hpp"
#include "discover/discovery.hpp"
#include "pipeline/track/connection_tracker.hpp"

namespace obi::app {

/// Writes to a recording from several threads.
class SharedRecorder {
 public:
  explicit SharedRecorder(std::unique_ptr<capture::Recorder> recorder)
      : recorder_(std::move(recorder)) {}
  void write(std::span<const std::byte> record);
  void write_service(std::uint32_t pid, const model::Service& service);
  base::Result<void> close();

 private:
  std::mutex mutex_;
  std::unique_ptr<capture::Recorder> recorder_;
};

/// The capture thread's work.
class KernelSource {
 public:
  KernelSource(capture::Tracer& tracer, pipeline::ConnectionTracker& connection_tracker,
               discover::Discovery& discovery, model::Ledger& ledger, SharedRecorder* recorder,
               MemoryGuard memory)
      : tracer_(tracer),
        connection_tracker_(connection_tracker),
        discovery_(discovery),
        ledger_(ledger),
        recorder_(recorder),
        memory_(std::move(memory)) {}
  void run(std::stop_token stop);

 private:
  void consume(std::span<const std::byte> record);
  void on_segment(const model::Segment& segment);
  void on_tick();
  void hold_ceiling(std::uint64_t now_ns);
  capture::Tracer& tracer_;
  pipeline::ConnectionTracker& connection_tracker_;
  discover::Discovery& discovery_;
  model::Ledger& ledger_;
  SharedRecorder* recorder_;
  MemoryGuard memory_;
};

/// The same from a recording, as fast as it goes, with the recording's own time.
class ReplaySource {
 public:
  ReplaySource(const capture::Recording& recording, pipeline::ConnectionTracker& connection_tracker,
               discover::ProcessDirectory& directory, model::Ledger& ledger)
      : recording_(recording),
        connection_tracker_(connection_tracker),
        directory_(directory),
        ledger_(ledger) {}
  void run(std::stop_token stop);
  [[nodiscard]] bool is_finished() const { return finished_; }

 private:
  void consume(std::span<const std::byte> record);
  void advance(std::uint64_t now_ns);
  const capture::Recording& recording_;
  pipeline::ConnectionTracker& connection_tracker_;
  discover::ProcessDirectory& directory_;
  model::Ledger& ledger_;
  std::uint64_t now_ns_ = 0;
  std::uint64_t ticked_ns_ = 0;
  std::atomic<bool> finished_{false};
};

}  // namespace obi::app
