// SPDX-License-Identifier: Apache-2.0
// TLS on a connection, with and without a source that sees its plaintext.
#include "pipeline/track/connection_tracker_fixture.hpp"

namespace obi::pipeline {
namespace {

using model::CaptureMode;
using model::Reason;
using model::Source;

const std::string kHello =
    std::string("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 11) + std::string(506, 'r');
const std::string kServerHello =
    std::string("\x16\x03\x03\0\x7a\x02\0\0\x76\x03\x03", 11) + std::string(116, 'r');
const std::string kRecord = std::string("\x17\x03\x03\0\x40", 5) + std::string(64, 'c');
const std::string kRequest = get("/a");

class SourcesTest : public ConnectionTrackerTest {
 protected:
  void SetUp() override {
    start();
    tracker_->on_opened(wire_.opened());
  }
  void receive(std::string_view text) { tracker_->on_segment(wire_.receive(text)); }
  void send(std::string_view text) { tracker_->on_segment(wire_.send(text)); }
  void plaintext(model::Segment segment) {
    segment.source = Source::kTls;
    segment.has_position = false;
    tracker_->on_segment(segment);
  }
  void ask() { plaintext(clear_.receive(kRequest)); }
  void answer() { plaintext(clear_.send(kOk)); }
  void handshake() {
    receive(kHello);
    send(kServerHello);
  }
  [[nodiscard]] bool is_silent(Source source) const {
    const auto found = modes_.find({1, source});
    return found != modes_.end() && found->second == CaptureMode::kSilent;
  }
  Talk wire_{1};
  Talk clear_{1};
};

TEST_F(SourcesTest, ARequestInTlsIsOneSpan) {
  handshake();
  receive(kRecord);
  ask();
  answer();
  send(kRecord);
  tracker_->finish(now_ns_);
  EXPECT_EQ(spans_, Spans{"GET /a 200"});
  EXPECT_TRUE(is_silent(Source::kPlain));
  EXPECT_FALSE(is_silent(Source::kTls));
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 0U);
  EXPECT_EQ(ledger_.get(Reason::SegmentsEncrypted), 4U);
  EXPECT_EQ(ledger_.get(Reason::ConnectionsSilenced), 1U);
}

TEST_F(SourcesTest, PlaintextThatIsReportedFirstSilencesTheWireAndCountsWhatWasKept) {
  const auto late = wire_.receive(kRecord);
  send(kRecord);  // waits for what was received before
  ask();
  EXPECT_TRUE(is_silent(Source::kPlain));
  answer();
  tracker_->on_segment(late);
  tracker_->finish(now_ns_);
  EXPECT_EQ(spans_, Spans{"GET /a 200"});
  EXPECT_EQ(ledger_.get(Reason::SegmentsEncrypted), 2U);
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 0U);
}

TEST_F(SourcesTest, TlsWithoutPlaintextIsCountedOnceWhenTheConnectionEnds) {
  handshake();
  tick();
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 0U);
  tracker_->on_closed({.id = 1, .ns = now_ns_});
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 1U);
  EXPECT_EQ(unseen_pids_, std::vector<std::uint32_t>{7});
  EXPECT_EQ(ledger_.get(Reason::RequestsSeen), 0U);
}

TEST_F(SourcesTest, TlsWithoutPlaintextIsCountedOnceWhileTheConnectionGoesOn) {
  handshake();
  tracker_->on_tick(now_ns_ += 11'000'000'000);
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 1U);
  tracker_->on_tick(now_ns_ += 11'000'000'000);
  tracker_->finish(now_ns_);
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 1U);
}

TEST_F(SourcesTest, AHelloThatIsReadInPiecesIsRecognised) {
  receive(std::string_view(kHello).substr(0, 5));
  EXPECT_FALSE(is_silent(Source::kPlain));
  receive(std::string_view(kHello).substr(5));
  EXPECT_TRUE(is_silent(Source::kPlain));
  tracker_->finish(now_ns_);
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 1U);
}

TEST_F(SourcesTest, AServerHelloAloneIsRecognised) {
  Talk talk(2);
  auto opened = talk.opened();
  opened.mid_life = true;
  tracker_->on_opened(opened);
  tracker_->on_segment(talk.send(kServerHello));
  EXPECT_EQ((modes_[{2, Source::kPlain}]), CaptureMode::kSilent);
}

TEST_F(SourcesTest, PlaintextThatNoProtocolKnowsIsSilencedByItselfAndIsNotUnseen) {
  handshake();
  for (int i = 0; i < 30; ++i) plaintext(clear_.receive("\x01\x02 not for us"));
  EXPECT_TRUE(is_silent(Source::kTls));
  tracker_->finish(now_ns_);
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 0U);
  EXPECT_EQ(ledger_.get(Reason::ConnectionsSilenced), 2U);
}

TEST_F(SourcesTest, AnUnreadableSourceLeavesTheOtherAsItIs) {
  receive(kRequest);
  plaintext(clear_.receive("\x01\x02 not for us"));
  send(kOk);
  EXPECT_EQ(spans_, Spans{"GET /a 200"});
}

constexpr std::string_view kSslRequest("\0\0\0\x08\x04\xd2\x16\x2f", 8);

TEST_F(SourcesTest, TlsThatPostgresqlAgreesOnIsHandedOver) {
  receive(kSslRequest);
  send("S");
  handshake();
  EXPECT_TRUE(is_silent(Source::kPlain));
  tracker_->finish(now_ns_);
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 1U);
  EXPECT_EQ(ledger_.get(Reason::SegmentsEncrypted), 2U);
  EXPECT_EQ(ledger_.get(Reason::SegmentsParsed), 2U);
}

TEST_F(SourcesTest, TlsInATunnelThroughAProxyIsTls) {
  receive("CONNECT shop:443 HTTP/1.1\r\nHost: shop:443\r\n\r\n");
  send("HTTP/1.1 200 Connection established\r\n\r\n");
  receive(kHello);
  tracker_->finish(now_ns_);
  EXPECT_EQ(spans_, Spans{"CONNECT  200"});
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 1U);
}

TEST_F(SourcesTest, AWebSocketBehindItsUpgradeIsSilent) {
  receive("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
  send("HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02hi");
  EXPECT_TRUE(is_silent(Source::kPlain));
  receive("\x81\x02yo");
  EXPECT_EQ(spans_, Spans{"GET /ws 101"});
  EXPECT_EQ(ledger_.get(Reason::SegmentsUpgraded), 1U);
  EXPECT_EQ(ledger_.get(Reason::TlsUnseen), 0U);
}

}  // namespace
}  // namespace obi::pipeline
