// SPDX-License-Identifier: Apache-2.0
#include "capture/record.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "bpf/shared/connect_failed.h"
#include "bpf/shared/process_event.h"
#include "bpf/shared/segment.h"

namespace obi::capture {
namespace {

template <typename T>
std::vector<std::byte> bytes_of(T fixed, std::string_view payload = {}) {
  fixed.header.size = static_cast<__u32>(sizeof(T) + payload.size());
  std::vector<std::byte> bytes(fixed.header.size);
  std::memcpy(bytes.data(), &fixed, sizeof(T));
  if (!payload.empty()) std::memcpy(bytes.data() + sizeof(T), payload.data(), payload.size());
  return bytes;
}

/// Keeps a segment's context until the next call.
Record decode(std::span<const std::byte> record) {
  static model::SegmentContext context;
  return decode_record(record, context);
}

obi_segment segment_of(std::uint32_t total, std::uint32_t captured) {
  obi_segment raw{};
  raw.header.type = OBI_EVENT_SEGMENT;
  raw.connection_id = 7;
  raw.start_ns = 10;
  raw.end_ns = 20;
  raw.pid = 42;
  raw.tid = 43;
  raw.total_bytes = total;
  raw.captured_bytes = captured;
  raw.position = 100;
  raw.peer_position = 200;
  raw.direction = OBI_SEND;
  raw.source = OBI_SOURCE_GO;
  raw.flags = OBI_SEGMENT_HAS_POSITION;
  return raw;
}

TEST(Record, SegmentCarriesEveryField) {
  obi_segment raw = segment_of(9, 5);
  raw.tail_bytes = 3;
  std::memcpy(raw.tail, "xyz", 3);
  const auto bytes = bytes_of(raw, "hello");
  const auto record = decode(bytes);
  const auto& segment = std::get<model::Segment>(record);
  EXPECT_EQ(segment.connection_id, 7U);
  EXPECT_EQ(segment.start_ns, 10U);
  EXPECT_EQ(segment.end_ns, 20U);
  EXPECT_EQ(segment.pid, 42U);
  EXPECT_EQ(segment.tid, 43U);
  EXPECT_EQ(segment.total_bytes, 9U);
  EXPECT_EQ(segment.position, 100U);
  EXPECT_EQ(segment.peer_position, 200U);
  EXPECT_EQ(segment.direction, model::Direction::kSend);
  EXPECT_EQ(segment.source, model::Source::kGo);
  EXPECT_TRUE(segment.has_position);
  EXPECT_FALSE(segment.end_of_stream);
  EXPECT_EQ(std::memcmp(segment.payload.data(), "hello", 5), 0);
  EXPECT_EQ(segment.payload.size(), 5U);
  EXPECT_EQ(segment.tail.size(), 3U);
}

TEST(Record, SegmentThatClaimsMoreThanItHoldsIsUndecodable) {
  obi_segment raw = segment_of(100, 6);
  EXPECT_TRUE(std::holds_alternative<UndecodableRecord>(decode(bytes_of(raw, "hello"))));
  raw = segment_of(3, 5);
  EXPECT_TRUE(std::holds_alternative<UndecodableRecord>(decode(bytes_of(raw, "hello"))));
  raw = segment_of(5, 5);
  raw.tail_bytes = 9;
  EXPECT_TRUE(std::holds_alternative<UndecodableRecord>(decode(bytes_of(raw, "hello"))));
  raw = segment_of(5, 5);
  raw.direction = 2;
  EXPECT_TRUE(std::holds_alternative<UndecodableRecord>(decode(bytes_of(raw, "hello"))));
  raw = segment_of(5, 5);
  raw.source = OBI_SOURCE_COUNT;
  EXPECT_TRUE(std::holds_alternative<UndecodableRecord>(decode(bytes_of(raw, "hello"))));
}

// The segment, its payload, and its context behind it.
std::vector<std::byte> with_context(obi_segment raw, std::string_view payload,
                                    const obi_segment_context& context) {
  raw.flags |= OBI_SEGMENT_HAS_CONTEXT;
  std::string behind(payload);
  behind.append(reinterpret_cast<const char*>(&context), sizeof(context));
  return bytes_of(raw, behind);
}

TEST(Record, SegmentHasItsContextBehindThePayload) {
  const auto bytes = with_context(segment_of(9, 5), "hello",
                                  {.async_id = 7,
                                   .trace_id = {1, 2},
                                   .parent_id = {3},
                                   .span_id = {4},
                                   .trace_flags = 1,
                                   .pad = {}});
  const auto record = decode(bytes);
  const auto& segment = std::get<model::Segment>(record);
  EXPECT_EQ(std::memcmp(segment.payload.data(), "hello", 5), 0);
  EXPECT_EQ(segment.payload.size(), 5U);
  ASSERT_NE(segment.context, nullptr);
  EXPECT_EQ(segment.context->async_id, 7U);
  EXPECT_EQ(segment.context->parent.trace_id, (model::TraceId{{1, 2}}));
  EXPECT_EQ(segment.context->parent.span_id, (model::SpanId{{3}}));
  EXPECT_EQ(segment.context->span_id, (model::SpanId{{4}}));
  EXPECT_EQ(segment.context->parent.flags, 1);
}

TEST(Record, SegmentThatLacksTheContextThatItSaysItHasIsUndecodable) {
  auto bytes = with_context(segment_of(9, 5), "hello", {});
  bytes.pop_back();
  const auto size = static_cast<__u32>(bytes.size());
  std::memcpy(bytes.data() + offsetof(obi_event_header, size), &size, sizeof(size));
  EXPECT_TRUE(std::holds_alternative<UndecodableRecord>(decode(bytes)));
}

TEST(Record, EveryProperPrefixIsUndecodable) {
  const auto bytes = bytes_of(segment_of(5, 5), "hello");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(std::holds_alternative<UndecodableRecord>(decode(std::span(bytes).first(size))))
        << size;
  }
}

TEST(Record, OpenCarriesAddressesAndRole) {
  obi_connection_open raw{};
  raw.header.type = OBI_EVENT_CONNECTION_OPEN;
  raw.id = 5;
  raw.family = 2;
  raw.role = OBI_ROLE_SERVER;
  raw.local_port = 80;
  raw.remote_port = 5555;
  raw.local_address[10] = raw.local_address[11] = 0xff;
  raw.local_address[12] = 10;
  raw.local_address[15] = 1;
  const auto bytes = bytes_of(raw);
  const auto record = decode(bytes);
  const auto& opened = std::get<model::ConnectionOpened>(record);
  EXPECT_EQ(opened.role, model::ConnectionRole::kServer);
  EXPECT_EQ(to_string(opened.local.address), "10.0.0.1");
  EXPECT_EQ(opened.local.port, 80);
  EXPECT_EQ(opened.remote.port, 5555);
  EXPECT_FALSE(opened.unix_socket);
  EXPECT_FALSE(opened.mid_life);
  EXPECT_FALSE(opened.datagrams);
}

TEST(Record, OpenSaysWhetherSegmentsAreDatagrams) {
  obi_connection_open raw{};
  raw.header.type = OBI_EVENT_CONNECTION_OPEN;
  raw.flags = OBI_OPEN_DATAGRAMS;
  const auto record = decode(bytes_of(raw));
  EXPECT_TRUE(std::get<model::ConnectionOpened>(record).datagrams);
}

obi_connection_close close_of(std::uint8_t end) {
  obi_connection_close raw{};
  raw.header.type = OBI_EVENT_CONNECTION_CLOSE;
  raw.id = 5;
  raw.ns = 30;
  raw.end_ns = 20;
  raw.send_position = 8;
  raw.receive_position = 9;
  raw.flags = OBI_CLOSE_HAS_POSITION;
  raw.end = end;
  return raw;
}

TEST(Record, ACloseCarriesHowItsConnectionEnded) {
  const auto record = decode(bytes_of(close_of(OBI_END_PEER_RESET)));
  const auto& closed = std::get<model::ConnectionClosed>(record);
  EXPECT_EQ(closed.id, 5U);
  EXPECT_EQ(closed.ns, 30U);
  EXPECT_EQ(closed.end_ns, 20U);
  EXPECT_EQ(closed.end, model::ConnectionEnd::kPeerReset);
  EXPECT_TRUE(closed.has_position);
  EXPECT_EQ(closed.send_position, 8U);
  EXPECT_EQ(closed.receive_position, 9U);
}

TEST(Record, ACloseOfAnotherKindEndedSomehow) {
  const auto record = decode(bytes_of(close_of(OBI_END_TIMED_OUT + 1)));
  EXPECT_EQ(std::get<model::ConnectionClosed>(record).end, model::ConnectionEnd::kUnknown);
}

TEST(Record, ACloseOfAnOlderRecordingHasNoEnd) {
  obi_connection_close raw = close_of(OBI_END_PEER_RESET);
  raw.header.size = OBI_CONNECTION_CLOSE_OLD_BYTES;
  const auto* bytes = reinterpret_cast<const std::byte*>(&raw);
  for (const std::size_t size : {std::size_t{24}, std::size_t{32}}) {
    raw.header.size = static_cast<__u32>(size);
    const auto record = decode(std::span(bytes, size));
    const auto& closed = std::get<model::ConnectionClosed>(record);
    EXPECT_EQ(closed.ns, 30U);
    EXPECT_EQ(closed.end, model::ConnectionEnd::kUnknown);
    EXPECT_EQ(closed.end_ns, 0U);
    EXPECT_FALSE(closed.has_position);
  }
  raw.header.size = 16;
  EXPECT_TRUE(std::holds_alternative<UndecodableRecord>(decode(std::span(bytes, std::size_t{16}))));
}

TEST(Record, AFailedConnectCarriesItsErrorAndItsEnds) {
  obi_connect_failed raw{};
  raw.header.type = OBI_EVENT_CONNECT_FAILED;
  raw.start_ns = 5;
  raw.end_ns = 9;
  raw.pid = 7;
  raw.error = 111;
  raw.local_port = 5555;
  raw.remote_port = 80;
  raw.remote_address[15] = 1;
  const auto bytes = bytes_of(raw);
  const auto record = decode(bytes);
  const auto& failed = std::get<model::ConnectFailed>(record);
  EXPECT_EQ(failed.start_ns, 5U);
  EXPECT_EQ(failed.end_ns, 9U);
  EXPECT_EQ(failed.pid, 7U);
  EXPECT_EQ(failed.error, 111);
  EXPECT_EQ(failed.local.port, 5555);
  EXPECT_EQ(to_string(failed.remote.address), "::1");
  EXPECT_EQ(failed.remote.port, 80);
  EXPECT_TRUE(
      std::holds_alternative<UndecodableRecord>(decode(std::span(bytes).first(bytes.size() - 1))));
}

TEST(Record, AnExecOfACapturedProcessSaysWhatItRuns) {
  obi_exec_event raw{};
  raw.event.header.type = OBI_EVENT_PROCESS;
  raw.event.header.size = sizeof(raw);
  raw.event.kind = OBI_PROCESS_EXEC;
  raw.event.is_captured = 1;
  const auto executable_of = [&](std::string_view path, std::string_view name) {
    std::memset(raw.path, 0, sizeof(raw.path));
    std::memset(raw.name, 0, sizeof(raw.name));
    path.copy(raw.path, sizeof(raw.path));
    name.copy(raw.name, sizeof(raw.name));
    std::vector<std::byte> bytes(sizeof(raw));
    std::memcpy(bytes.data(), &raw, sizeof(raw));
    return std::get<ExecRecord>(decode(bytes)).executable;
  };
  EXPECT_EQ(executable_of("/usr/bin/python3", "python3.11"), "/usr/bin/python3.11");
  EXPECT_EQ(executable_of("./server", "server"), "./server");
  EXPECT_EQ(executable_of("server", "server"), "server");
  EXPECT_EQ(executable_of("/bin/true", ""), "/bin/true");
  EXPECT_EQ(executable_of(std::string(256, 'x'), std::string(64, 'y')), std::string(64, 'y'));
  EXPECT_EQ(executable_of("", ""), "");
}

TEST(Record, UnknownTypeAndUnknownProcessKindAreUndecodable) {
  obi_process_event raw{};
  raw.header.type = OBI_EVENT_PROCESS;
  raw.kind = 99;
  EXPECT_TRUE(std::holds_alternative<UndecodableRecord>(decode(bytes_of(raw))));
  raw.kind = OBI_PROCESS_LISTEN;
  raw.port = 8080;
  EXPECT_EQ(std::get<model::ProcessEvent>(decode(bytes_of(raw))).port, 8080);
  raw.header.type = 1234;
  EXPECT_TRUE(std::holds_alternative<UndecodableRecord>(decode(bytes_of(raw))));
}

}  // namespace
}  // namespace obi::capture
