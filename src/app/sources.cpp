// SPDX-License-Identifier: Apache-2.0
#include "app/sources.hpp"

#include "base/clock.hpp"
#include "capture/record.hpp"

namespace obi::app {
namespace {

// How long a segment may lie in the ring below the wake-up threshold.
constexpr auto kFlushInterval = std::chrono::milliseconds(100);
constexpr std::uint64_t kReplayTickNs = 50'000'000;

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

}  // namespace

void SharedRecorder::write(std::span<const std::byte> record) {
  const std::lock_guard lock(mutex_);
  recorder_->write(record);
}

void SharedRecorder::write_service(std::uint32_t pid, const model::Service& service) {
  const std::lock_guard lock(mutex_);
  recorder_->write_service(pid, service);
}

base::Result<void> SharedRecorder::close() {
  const std::lock_guard lock(mutex_);
  return recorder_->close();
}

void KernelSource::run(std::stop_token stop) {
  const capture::Tracer::Consumer consumer = [this](std::span<const std::byte> record) {
    consume(record);
  };
  while (!stop.stop_requested()) {
    tracer_.poll(kFlushInterval, consumer);
    connection_tracker_.set_wall_offset_ns(base::wall_offset_ns());
    on_tick();
  }
  tracer_.drain(consumer);
  connection_tracker_.finish(base::monotonic_ns());
}

void KernelSource::on_tick() {
  const std::uint64_t now = base::monotonic_ns();
  connection_tracker_.on_tick(now);
  if (memory_.is_due(now)) hold_ceiling(now);
}

void KernelSource::hold_ceiling(std::uint64_t now_ns) {
  if (memory_.look(now_ns) != MemoryGuard::Level::kFine) connection_tracker_.give_way();
}

void KernelSource::on_segment(const model::Segment& segment) {
  memory_.took(segment.payload.size());
  if (memory_.has_taken_much()) hold_ceiling(base::monotonic_ns());
  if (!memory_.must_drop()) return connection_tracker_.on_segment(segment);
  ledger_.add(model::Reason::SegmentsSeen);
  ledger_.add(model::Reason::SegmentsShed);
}

void KernelSource::consume(std::span<const std::byte> bytes) {
  if (recorder_ != nullptr) recorder_->write(bytes);
  std::visit(
      Overloaded{
          [&](const model::Segment& segment) { on_segment(segment); },
          [&](const model::ConnectionOpened& opened) { connection_tracker_.on_opened(opened); },
          [&](const model::ConnectionClosed& closed) { connection_tracker_.on_closed(closed); },
          [&](const model::ConnectFailed& failed) {
            connection_tracker_.on_connect_failed(failed);
          },
          [&](const model::ProcessEvent& event) {
            discovery_.push(discover::KernelEvent{event, {}});
          },
          [&](const capture::ExecRecord& exec) {
            discovery_.push(discover::KernelEvent{exec.event, exec.executable});
          },
          [&](const capture::ServiceRecord&) {},
          [&](const capture::UndecodableRecord&) {
            ledger_.add(model::Reason::SegmentsSeen);
            ledger_.add(model::Reason::SegmentsUndecodable);
          }},
      capture::decode_record(bytes));
}

void ReplaySource::run(std::stop_token stop) {
  recording_.replay([&](std::span<const std::byte> record) {
    if (!stop.stop_requested()) consume(record);
  });
  connection_tracker_.finish(now_ns_);
  finished_ = true;
}

void ReplaySource::advance(std::uint64_t now_ns) {
  now_ns_ = std::max(now_ns_, now_ns);
  if (now_ns_ < ticked_ns_ + kReplayTickNs) return;
  ticked_ns_ = now_ns_;
  connection_tracker_.on_tick(now_ns_);
}

void ReplaySource::consume(std::span<const std::byte> bytes) {
  std::visit(
      Overloaded{
          [&](const model::Segment& segment) {
            connection_tracker_.on_segment(segment);
            advance(segment.end_ns);
          },
          [&](const model::ConnectionOpened& opened) { connection_tracker_.on_opened(opened); },
          [&](const model::ConnectionClosed& closed) { connection_tracker_.on_closed(closed); },
          [&](const model::ConnectFailed& failed) {
            connection_tracker_.on_connect_failed(failed);
            advance(failed.end_ns);
          },
          [&](const model::ProcessEvent& event) {
            if (event.kind == model::ProcessEventKind::kFork)
              directory_.inherit(event.pid, event.parent_pid, event.ns);
          },
          [&](const capture::ExecRecord&) {},
          [&](const capture::ServiceRecord& record) {
            if (auto service = capture::read_service(record.json)) {
              service->pid = record.pid;
              directory_.put(record.pid, std::make_shared<model::Service>(std::move(*service)));
            }
          },
          [&](const capture::UndecodableRecord&) {
            ledger_.add(model::Reason::SegmentsSeen);
            ledger_.add(model::Reason::SegmentsUndecodable);
          }},
      capture::decode_record(bytes));
}

}  // namespace obi::app
