// SPDX-License-Identifier: Apache-2.0
// From the kernel to spans, with two sources on one connection: TLS records on the wire, and their
// plaintext from a program set of the tests, which has a uprobe where it is written and read. Needs
// root (BPF); OBI_CAPTURE_BACKEND says by which back end, else syscall.
#include <gmock/gmock.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "app/record_dispatcher.hpp"
#include "base/clock.hpp"
#include "capture/tracer_fixture.hpp"
#include "support/capture_test_sets.hpp"

namespace obi::app {
namespace {

using model::CaptureMode;
using model::Source;

constexpr int kRequests = 5;

// Only segments and connections matter here.
class NoProcesses final : public RecordSource {
 public:
  void on_process_event(const model::ProcessEvent& event) override {}
};

// A TLS record (RFC 8446 section 5.1).
std::string record_of(char type, std::string_view body) {
  const std::string length = {static_cast<char>(body.size() >> 8),
                              static_cast<char>(body.size() & 0xff)};
  return std::string{type} + "\x03\x03" + length + std::string(body);
}
std::string handshake(char message) {
  return record_of(
      0x16, std::string{message} + std::string("\0\0\x26\x03\x03", 5) + std::string(36, '\x5a'));
}
std::string encrypted(std::string_view plaintext) {
  return record_of(0x17, std::string(plaintext.size() + 17, '\xa5'));
}

// This process is both ends of a connection, and traced.
class TwoSources : public testing::Test {
 protected:
  void SetUp() override {
    if (!capture::has_uprobes()) GTEST_SKIP() << "this kernel has no uprobes";
    auto tracer = capture::Tracer::open({.backend = capture::backend_under_test(),
                                         .wakeup_bytes = 0,
                                         .further_sets = {capture::plaintext_set()}});
    ASSERT_TRUE(tracer) << tracer.error().message << " — this test needs root";
    tracer_ = std::move(*tracer);
    const auto self = static_cast<std::uint32_t>(getpid());
    ASSERT_TRUE(
        tracer_->allow({.pid = self, .ns_pid = self, .pid_namespace = capture::pid_namespace()}));
    sockets_ = capture::tcp_sockets();
  }

  static void transfer(int from, int to, const std::string& bytes) {
    ASSERT_EQ(write(from, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    std::string received(bytes.size(), '\0');
    ASSERT_EQ(recv(to, received.data(), received.size(), MSG_WAITALL),
              static_cast<ssize_t>(bytes.size()));
  }
  // As a TLS library does it: encrypted before the record is written, decrypted after it was read.
  static void transfer_encrypted(int from, int to, const std::string& plaintext) {
    obi_test_plaintext(from, plaintext.data(), plaintext.size(), OBI_SEND, nullptr);
    transfer(from, to, encrypted(plaintext));
    obi_test_plaintext(to, plaintext.data(), plaintext.size(), OBI_RECEIVE, nullptr);
  }
  void collect() {
    tracer_->drain(
        [&](std::span<const std::byte> record) { dispatcher_.dispatch(record, source_); });
    dispatcher_.on_tick(base::monotonic_ns());
  }

  std::unique_ptr<capture::Tracer> tracer_;
  capture::Sockets sockets_;
  NoProcesses source_;
  std::vector<std::string> spans_;
  model::Ledger ledger_;
  model::BatchPool pool_{1};
  pipeline::SpanBatcher batcher_{
      {.length = 1}, ledger_, pool_, [this](model::BatchRef&& batch) {
        for (const model::Span& span : batch->spans)
          spans_.push_back(fmt::format("{} {} {}://{} {}", span.is_client() ? "client" : "server",
                                       span.method, span.scheme, span.path, span.status));
        batch = model::BatchRef();
      }};
  pipeline::ConnectionTracker connections_{
      {}, batcher_, [this](std::uint64_t id, Source source, CaptureMode mode) {
        tracer_->set_mode(id, source, mode);
      }};
  RecordDispatcher dispatcher_{connections_, batcher_, ledger_};
};

TEST_F(TwoSources, OfOneConnectionGiveOneSpanForEachRequest) {
  const std::string request = "GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n";
  const std::string response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  transfer(sockets_.a, sockets_.b, handshake(1));
  transfer(sockets_.b, sockets_.a, handshake(2));
  for (int i = 0; i < kRequests; ++i) {
    transfer_encrypted(sockets_.a, sockets_.b, request);
    transfer_encrypted(sockets_.b, sockets_.a, response);
    collect();
  }
  close(sockets_.a);
  close(sockets_.b);
  collect();
  dispatcher_.finish(base::monotonic_ns());

  std::vector<std::string> expected(kRequests, "client GET https:///orders 200");
  expected.insert(expected.end(), kRequests, "server GET https:///orders 200");
  EXPECT_THAT(spans_, testing::UnorderedElementsAreArray(expected));
  EXPECT_EQ(ledger_.get(model::Reason::TlsUnseen), 0U) << "the plaintext is seen";
  using model::LedgerKind;
  EXPECT_EQ(ledger_.get(model::Reason::SegmentsSeen), ledger_.explained(LedgerKind::Segment));
  EXPECT_EQ(ledger_.get(model::Reason::RequestsSeen), ledger_.explained(LedgerKind::Request));
}

}  // namespace
}  // namespace obi::app
