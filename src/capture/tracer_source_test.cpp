// SPDX-License-Identifier: Apache-2.0
// Two sources of one connection: the socket's own bytes, which look like TLS records, and the
// plaintext that the tests' program set sees above it.
#include <bpf/bpf.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "base/fd.hpp"
#include "bpf/shared/connection.h"
#include "capture/tracer_fixture.hpp"
#include "support/capture_test_sets.hpp"

namespace obi::capture {
namespace {

using model::CaptureMode;
using model::Source;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kRecord = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, '\xa5');
const std::string kRequest = "POST /orders HTTP/1.1\r\ncontent-length: 0\r\n\r\n";

class TwoSources : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_uprobes()) GTEST_SKIP() << "this kernel has no uprobes";
    auto tracer = Tracer::open(
        {.backend = backend_under_test(), .wakeup_bytes = 0, .further_sets = {plaintext_set()}});
    ASSERT_TRUE(tracer) << tracer.error().message;
    tracer_ = std::move(*tracer);
    for (const SetFacts& set : tracer_->audit().sets) ASSERT_EQ(set.failure, "") << set.name;
    sockets_ = tcp_sockets();
    const auto self = static_cast<std::uint32_t>(getpid());
    ASSERT_TRUE(tracer_->allow({.pid = self, .ns_pid = self, .pid_namespace = pid_namespace()}));
  }
  void TearDown() override {
    close(sockets_.a);
    close(sockets_.b);
  }

  void send_record(const std::string& bytes = kRecord) const {
    EXPECT_EQ(write(sockets_.a, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void send_plaintext(const std::string& bytes = kRequest,
                      const obi_segment_context* context = nullptr) const {
    obi_test_plaintext(sockets_.a, bytes.data(), bytes.size(), OBI_SEND, context);
  }

  // What was reported since the last time, of that source.
  std::vector<std::string> payloads(Source source) {
    read_all();
    std::vector<std::string> found;
    for (auto& [of, payload] : seen_) {
      if (of == source) found.push_back(payload);
    }
    std::erase_if(seen_, [&](const auto& one) { return one.first == source; });
    return found;
  }
  std::uint64_t connection() {
    read_all();
    return ids_.empty() ? 0 : *ids_.begin();
  }
  void read_all() {
    tracer_->drain([&](std::span<const std::byte> bytes) {
      model::SegmentContext context;
      const Record record = decode_record(bytes, context);
      opened_ += std::holds_alternative<model::ConnectionOpened>(record) ? 1 : 0;
      const auto* segment = std::get_if<model::Segment>(&record);
      if (segment == nullptr) return;
      ids_.insert(segment->connection_id);
      seen_.emplace_back(segment->source, text_of(segment->payload));
      last_ = *segment;
      last_.payload = last_.tail = {};
      if (segment->context != nullptr) contexts_.push_back(*segment->context);
    });
  }

  std::unique_ptr<Tracer> tracer_;
  Sockets sockets_;
  std::vector<std::pair<Source, std::string>> seen_;
  std::set<std::uint64_t> ids_;
  int opened_ = 0;
  model::Segment last_;
  std::vector<model::SegmentContext> contexts_;
};

TEST_F(TwoSources, ArriveOnOneConnection) {
  send_record();
  send_plaintext();
  EXPECT_THAT(payloads(Source::kPlain), ElementsAre(kRecord));
  EXPECT_THAT(payloads(Source::kTls), ElementsAre(kRequest));
  EXPECT_EQ(ids_.size(), 1U);
  EXPECT_EQ(opened_, 1);
  EXPECT_FALSE(last_.has_position) << "plaintext has no place in TCP's stream";
  EXPECT_THAT(contexts_, IsEmpty());
}

TEST_F(TwoSources, SilencingPlainLeavesTlsRunning) {
  send_record();
  send_plaintext();
  tracer_->set_mode(connection(), Source::kPlain, CaptureMode::kSilent);
  seen_.clear();
  send_record();
  send_plaintext();
  EXPECT_THAT(payloads(Source::kPlain), IsEmpty());
  EXPECT_THAT(payloads(Source::kTls), ElementsAre(kRequest));
}

TEST_F(TwoSources, SilencingTlsLeavesPlainRunning) {
  send_record();
  send_plaintext();
  tracer_->set_mode(connection(), Source::kTls, CaptureMode::kSilent);
  seen_.clear();
  send_record();
  send_plaintext();
  EXPECT_THAT(payloads(Source::kPlain), ElementsAre(kRecord));
  EXPECT_THAT(payloads(Source::kTls), IsEmpty());
}

// HTTP ends the probing of the stream in which it is seen, after which a call's head is captured.
TEST_F(TwoSources, EachHasItsOwnAccount) {
  const std::string large(OBI_HEAD_CALL_BYTES + 1000, 'x');
  send_plaintext();
  send_record(large);
  send_plaintext(large);
  EXPECT_THAT(payloads(Source::kPlain), ElementsAre(large)) << "it is still being probed";
  EXPECT_THAT(payloads(Source::kTls), ElementsAre(kRequest, large.substr(0, OBI_HEAD_CALL_BYTES)));
}

// Of the maps that this process holds.
base::Fd map_named(std::string_view name) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int fd = std::stoi(entry.path().filename());
    bpf_map_info info{};
    __u32 size = sizeof(info);
    if (bpf_map_get_info_by_fd(fd, &info, &size) == 0 && info.name == name)
      return base::Fd(dup(fd));
  }
  return base::Fd(-1);
}

TEST_F(TwoSources, AStreamThatWasEvictedKeepsItsMode) {
  send_plaintext();
  tracer_->set_mode(connection(), Source::kTls, CaptureMode::kSilent);
  seen_.clear();
  send_plaintext();
  EXPECT_THAT(payloads(Source::kTls), IsEmpty());
  const base::Fd streams = map_named("source_streams");
  const obi_stream_key key{.connection_id = connection(), .source = OBI_SOURCE_TLS};
  ASSERT_EQ(bpf_map_delete_elem(streams.get(), &key), 0);
  send_plaintext();
  EXPECT_THAT(payloads(Source::kTls), IsEmpty());
}

TEST_F(TwoSources, AContextOfTheKernelComesWithTheSegment) {
  obi_segment_context context{.async_id = 77, .trace_flags = 1};
  for (std::uint8_t i = 0; i < 16; ++i) context.trace_id[i] = i + 1;
  for (std::uint8_t i = 0; i < 8; ++i) context.parent_id[i] = i + 101;
  for (std::uint8_t i = 0; i < 8; ++i) context.span_id[i] = i + 201;
  send_plaintext(kRequest, &context);
  EXPECT_THAT(payloads(Source::kTls), ElementsAre(kRequest));
  ASSERT_EQ(contexts_.size(), 1U);
  EXPECT_EQ(contexts_[0].async_id, 77U);
  EXPECT_EQ(to_hex(contexts_[0].parent.trace_id), "0102030405060708090a0b0c0d0e0f10");
  EXPECT_EQ(to_hex(contexts_[0].parent.span_id), "65666768696a6b6c");
  EXPECT_EQ(to_hex(contexts_[0].span_id), "c9cacbcccdcecfd0");
  EXPECT_EQ(contexts_[0].parent.flags, 1);
}

TEST_F(TwoSources, OfALongCallTheFirstPartHasTheIdsAndEveryPartItsTask) {
  const obi_segment_context context{.async_id = 5, .trace_id = {1}, .parent_id = {2}};
  const std::string large(OBI_STREAM_RECORD_BYTES + 1000, 'x');
  send_plaintext("first", &context);
  tracer_->set_mode(connection(), Source::kTls, CaptureMode::kStream);
  seen_.clear();
  send_plaintext(large, &context);
  EXPECT_THAT(payloads(Source::kTls),
              ElementsAre(large.substr(0, OBI_STREAM_RECORD_BYTES), std::string(1000, 'x')));
  ASSERT_EQ(contexts_.size(), 3U) << "of the first call, and of the parts of the second";
  for (const model::SegmentContext& one : contexts_) EXPECT_EQ(one.async_id, 5U);
  EXPECT_TRUE(contexts_[1].parent.is_set());
  EXPECT_FALSE(contexts_[2].parent.trace_id.is_set() || contexts_[2].parent.span_id.is_set());
}

}  // namespace
}  // namespace obi::capture
