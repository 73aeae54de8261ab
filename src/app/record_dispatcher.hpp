// SPDX-License-Identifier: Apache-2.0
// Decodes each record once and gives it to what it concerns, the same for live capture and for a
// replay: segments and connections to the tracker, failed connects to the batcher, the rest to the
// source. On the thread of the source; not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "capture/record.hpp"
#include "model/ledger.hpp"
#include "pipeline/batch/span_batcher.hpp"
#include "pipeline/track/connection_tracker.hpp"

namespace obi::app {

/// In what a live capture and a replay differ.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  /// False: there is no memory for the segment; it is dropped, and counted.
  virtual bool admit(const model::Segment& segment) { return true; }
  /// The record that was dispatched last says that it is `now_ns`.
  virtual void on_record_time(std::uint64_t now_ns) {}
  virtual void on_process_event(const model::ProcessEvent& event) = 0;
  virtual void on_exec(const capture::ExecRecord& exec) {}
  virtual void on_service(const capture::ServiceRecord& record) {}
};

class RecordDispatcher {
 public:
  RecordDispatcher(pipeline::ConnectionTracker& connection_tracker, pipeline::SpanBatcher& batcher,
                   model::Ledger& ledger)
      : connection_tracker_(connection_tracker), batcher_(batcher), ledger_(ledger) {}

  void dispatch(std::span<const std::byte> record, RecordSource& source);
  /// Call at least every 100 ms, with CLOCK_MONOTONIC: late segments, old requests, batch time-out.
  void on_tick(std::uint64_t now_ns);
  /// Nothing more comes: counts what is still open and hands out the last batch.
  void finish(std::uint64_t now_ns);
  /// Memory is short: see ConnectionTracker::give_way.
  void give_way() { connection_tracker_.give_way(); }
  void set_wall_offset_ns(std::int64_t offset) { batcher_.set_wall_offset_ns(offset); }

 private:
  void on_segment(const model::Segment& segment, RecordSource& source);
  pipeline::ConnectionTracker& connection_tracker_;
  pipeline::SpanBatcher& batcher_;
  model::Ledger& ledger_;
  model::SegmentContext context_;  // of the segment at hand
};

}  // namespace obi::app
