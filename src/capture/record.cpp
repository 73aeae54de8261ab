// SPDX-License-Identifier: Apache-2.0
#include "capture/record.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "bpf/shared/connect_failed.h"
#include "bpf/shared/process_event.h"
#include "bpf/shared/segment.h"

namespace obi::capture {
namespace {

/// False if the record is shorter than T. Records are copied out: the ring gives no alignment
/// promise beyond 8 bytes.
template <typename T>
bool read_fixed(std::span<const std::byte> record, T& out) {
  if (record.size() < sizeof(T)) return false;
  std::memcpy(&out, record.data(), sizeof(T));
  return true;
}

// Behind the payload; false if it isn't there.
bool read_context(const obi_segment& raw, std::span<const std::byte> record,
                  model::SegmentContext& context) {
  obi_segment_context from;
  if (!read_fixed(record.subspan(sizeof(raw) + raw.captured_bytes), from)) return false;
  context.async_id = from.async_id;
  std::ranges::copy(from.trace_id, context.parent.trace_id.bytes.begin());
  std::ranges::copy(from.parent_id, context.parent.span_id.bytes.begin());
  std::ranges::copy(from.span_id, context.span_id.bytes.begin());
  context.parent.flags = from.trace_flags;
  return true;
}

Record decode_segment(std::span<const std::byte> record, model::SegmentContext& context) {
  obi_segment raw;
  if (!read_fixed(record, raw) || raw.captured_bytes > record.size() - sizeof(raw) ||
      raw.captured_bytes > raw.total_bytes || raw.tail_bytes > sizeof(raw.tail) ||
      raw.direction > OBI_SEND || raw.source >= OBI_SOURCE_COUNT) {
    return UndecodableRecord{};
  }
  const bool has_context = (raw.flags & OBI_SEGMENT_HAS_CONTEXT) != 0;
  if (has_context && !read_context(raw, record, context)) return UndecodableRecord{};
  return model::Segment{
      .connection_id = raw.connection_id,
      .start_ns = raw.start_ns,
      .end_ns = raw.end_ns,
      .pid = raw.pid,
      .tid = raw.tid,
      .total_bytes = raw.total_bytes,
      .position = raw.position,
      .peer_position = raw.peer_position,
      .direction = raw.direction == OBI_SEND ? model::Direction::kSend : model::Direction::kReceive,
      .source = static_cast<model::Source>(raw.source),
      .has_position = (raw.flags & OBI_SEGMENT_HAS_POSITION) != 0,
      .end_of_stream = (raw.flags & OBI_SEGMENT_END_OF_STREAM) != 0,
      .payload = record.subspan(sizeof(raw), raw.captured_bytes),
      .tail = record.subspan(offsetof(obi_segment, tail), raw.tail_bytes),
      .context = has_context ? &context : nullptr};
}

Record decode_open(std::span<const std::byte> record) {
  obi_connection_open raw;
  if (!read_fixed(record, raw)) return UndecodableRecord{};
  model::ConnectionOpened opened;
  opened.id = raw.id;
  opened.ns = raw.ns;
  opened.pid = raw.pid;
  opened.netns = raw.netns;
  opened.unix_socket = raw.family == AF_UNIX;
  opened.mid_life = (raw.flags & OBI_OPEN_MID_LIFE) != 0;
  opened.datagrams = (raw.flags & OBI_OPEN_DATAGRAMS) != 0;
  opened.role = raw.role <= OBI_ROLE_SERVER ? static_cast<model::ConnectionRole>(raw.role)
                                            : model::ConnectionRole::kUnknown;
  std::ranges::copy(raw.local_address, opened.local.address.bytes.begin());
  std::ranges::copy(raw.remote_address, opened.remote.address.bytes.begin());
  opened.local.port = raw.local_port;
  opened.remote.port = raw.remote_port;
  return opened;
}

// Recordings of older agents hold the record without its end.
Record decode_close(std::span<const std::byte> record) {
  obi_connection_close raw{};
  if (record.size() < OBI_CONNECTION_CLOSE_OLD_BYTES) return UndecodableRecord{};
  std::memcpy(&raw, record.data(),
              record.size() < sizeof(raw) ? OBI_CONNECTION_CLOSE_OLD_BYTES : sizeof(raw));
  return model::ConnectionClosed{.id = raw.id,
                                 .ns = raw.ns,
                                 .end_ns = raw.end_ns,
                                 .end = raw.end <= OBI_END_TIMED_OUT
                                            ? static_cast<model::ConnectionEnd>(raw.end)
                                            : model::ConnectionEnd::kUnknown,
                                 .has_position = (raw.flags & OBI_CLOSE_HAS_POSITION) != 0,
                                 .send_position = raw.send_position,
                                 .receive_position = raw.receive_position};
}

Record decode_connect_failed(std::span<const std::byte> record) {
  obi_connect_failed raw;
  if (!read_fixed(record, raw)) return UndecodableRecord{};
  model::ConnectFailed failed;
  failed.start_ns = raw.start_ns;
  failed.end_ns = raw.end_ns;
  failed.pid = raw.pid;
  failed.netns = raw.netns;
  failed.error = raw.error;
  std::ranges::copy(raw.local_address, failed.local.address.bytes.begin());
  std::ranges::copy(raw.remote_address, failed.remote.address.bytes.begin());
  failed.local.port = raw.local_port;
  failed.remote.port = raw.remote_port;
  return failed;
}

// The path that /proc would have shown: that of the interpreter, with the name of the file itself.
std::string path_of(const obi_exec_event& raw) {
  const auto text = [](const auto& bytes) {
    return std::string_view(bytes, strnlen(bytes, sizeof(bytes)));
  };
  const std::string_view path = text(raw.path);
  if (text(raw.name).empty()) return std::string(path);
  return std::string(path.substr(0, path.rfind('/') + 1)).append(text(raw.name));
}

Record decode_process(std::span<const std::byte> record) {
  obi_process_event raw;
  if (!read_fixed(record, raw) || raw.kind < OBI_PROCESS_EXEC || raw.kind > OBI_PROCESS_LISTEN) {
    return UndecodableRecord{};
  }
  const model::ProcessEvent event{.kind = static_cast<model::ProcessEventKind>(raw.kind),
                                  .ns = raw.ns,
                                  .pid = raw.pid,
                                  .parent_pid = raw.parent_pid,
                                  .ns_pid = raw.ns_pid,
                                  .pid_namespace = raw.pid_ns,
                                  .net_namespace = raw.net_ns,
                                  .port = raw.port};
  if (obi_exec_event exec; raw.kind == OBI_PROCESS_EXEC && read_fixed(record, exec))
    return ExecRecord{.event = event, .executable = path_of(exec)};
  return event;
}

Record decode_service(std::span<const std::byte> record) {
  constexpr std::size_t kFixed = sizeof(obi_event_header) + sizeof(std::uint32_t);
  if (record.size() < kFixed) return UndecodableRecord{};
  ServiceRecord service;
  std::memcpy(&service.pid, record.data() + sizeof(obi_event_header), sizeof(service.pid));
  const auto text = record.subspan(kFixed);
  service.json = {reinterpret_cast<const char*>(text.data()), text.size()};
  return service;
}

}  // namespace

Record decode_record(std::span<const std::byte> record, model::SegmentContext& context) {
  obi_event_header header;
  if (!read_fixed(record, header) || header.size > record.size() || header.size < sizeof(header)) {
    return UndecodableRecord{};
  }
  record = record.first(header.size);
  switch (header.type) {
    case OBI_EVENT_SEGMENT: return decode_segment(record, context);
    case OBI_EVENT_CONNECTION_OPEN: return decode_open(record);
    case OBI_EVENT_CONNECTION_CLOSE: return decode_close(record);
    case OBI_EVENT_CONNECT_FAILED: return decode_connect_failed(record);
    case OBI_EVENT_PROCESS: return decode_process(record);
    case OBI_EVENT_SERVICE: return decode_service(record);
    default: return UndecodableRecord{};
  }
}

}  // namespace obi::capture
