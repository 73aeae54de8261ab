// SPDX-License-Identifier: Apache-2.0
// Where records come from: the kernel, or a recording. Both feed the same dispatcher.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include "app/memory_guard.hpp"
#include "app/record_dispatcher.hpp"
#include "capture/recording.hpp"
#include "capture/tracer.hpp"
#include "discover/discovery.hpp"

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
class KernelSource final : private RecordSource {
 public:
  KernelSource(capture::Tracer& tracer, RecordDispatcher dispatcher, discover::Discovery& discovery,
               SharedRecorder* recorder, MemoryGuard memory)
      : tracer_(tracer),
        dispatcher_(dispatcher),
        discovery_(discovery),
        recorder_(recorder),
        memory_(std::move(memory)) {}
  void run(std::stop_token stop);

 private:
  bool admit(const model::Segment& segment) override;
  void on_process_event(const model::ProcessEvent& event) override;
  void on_exec(const capture::ExecRecord& exec) override;
  void consume(std::span<const std::byte> record);
  void on_tick();
  void hold_ceiling(std::uint64_t now_ns);
  capture::Tracer& tracer_;
  RecordDispatcher dispatcher_;
  discover::Discovery& discovery_;
  SharedRecorder* recorder_;
  MemoryGuard memory_;
};

/// The same from a recording, as fast as it goes, with the recording's own time.
class ReplaySource final : private RecordSource {
 public:
  ReplaySource(const capture::Recording& recording, RecordDispatcher dispatcher,
               discover::ProcessDirectory& directory)
      : recording_(recording), dispatcher_(dispatcher), directory_(directory) {}
  void run(std::stop_token stop);
  [[nodiscard]] bool is_finished() const { return finished_; }

 private:
  void on_record_time(std::uint64_t now_ns) override;
  void on_process_event(const model::ProcessEvent& event) override;
  void on_service(const capture::ServiceRecord& record) override;
  const capture::Recording& recording_;
  RecordDispatcher dispatcher_;
  discover::ProcessDirectory& directory_;
  std::uint64_t now_ns_ = 0;
  std::uint64_t ticked_ns_ = 0;
  std::atomic<bool> finished_{false};
};

}  // namespace obi::app
