// SPDX-License-Identifier: Apache-2.0
// Protocols that the kernel layers on TCP: what the application sent and received must be reported
// as it is, or be counted. Never anything else.
#include <gtest/gtest.h>
#include <linux/tcp.h>
#include <linux/tls.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "capture/tracer_fixture.hpp"

namespace obi::capture {
namespace {

constexpr std::string_view kText = "hello";

#ifndef IPPROTO_MPTCP
constexpr int IPPROTO_MPTCP = 262;
#endif
constexpr int kTlsLevel = 282;  // SOL_TLS

Sockets multipath_sockets() { return stream_sockets(IPPROTO_MPTCP); }

bool set_tls(int socket, int direction) {
  tls12_crypto_info_aes_gcm_128 keys{};  // the same ones at both ends
  keys.info.version = TLS_1_2_VERSION;
  keys.info.cipher_type = TLS_CIPHER_AES_GCM_128;
  return setsockopt(socket, IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")) == 0 &&
         setsockopt(socket, kTlsLevel, direction, &keys, sizeof(keys)) == 0;
}

Sockets encrypted_sockets() {
  const Sockets sockets = tcp_sockets();
  return set_tls(sockets.a, TLS_TX) && set_tls(sockets.b, TLS_RX) ? sockets : Sockets{};
}

void talk(Sockets sockets) {
  expect_bytes(send(sockets.a, kText.data(), kText.size(), 0), kText.size());
  expect_bytes(recv(sockets.b, g_buffer, sizeof(g_buffer), 0), kText.size());
}

class TracerLayered : public TracerTest {
 protected:
  void expect_reported_or_counted(const Seen& seen) {
    int received = 0;
    int sent = 0;
    for (std::size_t i = 0; i < seen.segments.size(); ++i) {
      if (seen.segments[i].total_bytes == 0) continue;
      EXPECT_EQ(seen.payloads[i], kText);
      (seen.segments[i].direction == model::Direction::kReceive ? received : sent) += 1;
    }
    EXPECT_EQ(sent, 1);
    if (tracer_->backend() == Backend::kKprobe) {
      EXPECT_EQ(received, 0);
      EXPECT_EQ(loss("receive_unseen"), 1U);
    } else {
      EXPECT_EQ(received, 1);
      EXPECT_EQ(loss("receive_unseen"), 0U);
    }
  }
};

TEST_F(TracerLayered, Multipath) {
  if (const Sockets probe = multipath_sockets(); probe.a < 0)
    GTEST_SKIP() << "this kernel has no MPTCP";
  if (tracer_->backend() == Backend::kTracepoint)
    GTEST_SKIP() << "TCP's tracepoints tell the subflows' bytes";
  expect_reported_or_counted(capture(multipath_sockets, talk));
}

TEST_F(TracerLayered, KernelTls) {
  if (const Sockets probe = encrypted_sockets(); probe.a < 0)
    GTEST_SKIP() << "this kernel has no TLS of its own";
  if (tracer_->backend() == Backend::kTracepoint)
    GTEST_SKIP() << "TCP's tracepoints tell the encrypted bytes";
  expect_reported_or_counted(capture(encrypted_sockets, talk));
}

}  // namespace
}  // namespace obi::capture
