// SPDX-License-Identifier: Apache-2.0
#include "app/sources.hpp"

#include "base/clock.hpp"

namespace obi::app {
namespace {

// How long a segment may lie in the ring below the wake-up threshold.
constexpr auto kFlushInterval = std::chrono::milliseconds(100);
constexpr std::uint64_t kReplayTickNs = 50'000'000;

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
    dispatcher_.set_wall_offset_ns(base::wall_offset_ns());
    on_tick();
  }
  tracer_.drain(consumer);
  dispatcher_.finish(base::monotonic_ns());
}

void KernelSource::on_tick() {
  const std::uint64_t now = base::monotonic_ns();
  dispatcher_.on_tick(now);
  if (memory_.is_due(now)) hold_ceiling(now);
}

void KernelSource::hold_ceiling(std::uint64_t now_ns) {
  if (memory_.look(now_ns) != MemoryGuard::Level::kFine) dispatcher_.give_way();
}

bool KernelSource::admit(const model::Segment& segment) {
  memory_.took(segment.payload.size());
  if (memory_.has_taken_much()) hold_ceiling(base::monotonic_ns());
  return !memory_.must_drop();
}

void KernelSource::on_process_event(const model::ProcessEvent& event) {
  discovery_.push(discover::KernelEvent{event, {}});
}

void KernelSource::on_exec(const capture::ExecRecord& exec) {
  discovery_.push(discover::KernelEvent{exec.event, exec.executable});
}

void KernelSource::consume(std::span<const std::byte> record) {
  if (recorder_ != nullptr) recorder_->write(record);
  dispatcher_.dispatch(record, *this);
}

void ReplaySource::run(std::stop_token stop) {
  recording_.replay([&](std::span<const std::byte> record) {
    if (!stop.stop_requested()) dispatcher_.dispatch(record, *this);
  });
  dispatcher_.finish(now_ns_);
  finished_ = true;
}

void ReplaySource::on_record_time(std::uint64_t now_ns) {
  now_ns_ = std::max(now_ns_, now_ns);
  if (now_ns_ < ticked_ns_ + kReplayTickNs) return;
  ticked_ns_ = now_ns_;
  dispatcher_.on_tick(now_ns_);
}

void ReplaySource::on_process_event(const model::ProcessEvent& event) {
  if (event.kind == model::ProcessEventKind::kFork)
    directory_.inherit(event.pid, event.parent_pid, event.ns);
}

void ReplaySource::on_service(const capture::ServiceRecord& record) {
  auto service = capture::read_service(record.json);
  if (!service) return;
  service->pid = record.pid;
  directory_.put(record.pid, std::make_shared<model::Service>(std::move(*service)));
}

}  // namespace obi::app
