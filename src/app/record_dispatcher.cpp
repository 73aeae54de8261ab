// SPDX-License-Identifier: Apache-2.0
#include "app/record_dispatcher.hpp"

#include <variant>

#include "pipeline/batch/failed_connect.hpp"

namespace obi::app {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

}  // namespace

void RecordDispatcher::dispatch(std::span<const std::byte> record, RecordSource& source) {
  std::visit(
      Overloaded{
          [&](const model::Segment& segment) { on_segment(segment, source); },
          [&](const model::ConnectionOpened& opened) { connection_tracker_.on_opened(opened); },
          [&](const model::ConnectionClosed& closed) { connection_tracker_.on_closed(closed); },
          [&](const model::ConnectFailed& failed) {
            pipeline::add_failed_connect(failed, batcher_);
            source.on_record_time(failed.end_ns);
          },
          [&](const model::ProcessEvent& event) { source.on_process_event(event); },
          [&](const capture::ExecRecord& exec) { source.on_exec(exec); },
          [&](const capture::ServiceRecord& service) { source.on_service(service); },
          [&](const capture::UndecodableRecord&) {
            ledger_.add(model::Reason::SegmentsSeen);
            ledger_.add(model::Reason::SegmentsUndecodable);
          }},
      capture::decode_record(record, context_));
}

void RecordDispatcher::on_segment(const model::Segment& segment, RecordSource& source) {
  if (source.admit(segment)) {
    connection_tracker_.on_segment(segment);
  } else {
    ledger_.add(model::Reason::SegmentsSeen);
    ledger_.add(model::Reason::SegmentsShed);
  }
  source.on_record_time(segment.end_ns);
}

void RecordDispatcher::on_tick(std::uint64_t now_ns) {
  connection_tracker_.on_tick(now_ns);
  batcher_.on_tick(now_ns);
}

void RecordDispatcher::finish(std::uint64_t now_ns) {
  connection_tracker_.finish(now_ns);
  batcher_.finish();
}

}  // namespace obi::app
