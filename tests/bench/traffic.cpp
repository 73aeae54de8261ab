// SPDX-License-Identifier: Apache-2.0
#include "traffic.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

#include "bpf/shared/segment.h"

namespace obi::bench {
namespace {

template <typename T>
void append(std::vector<std::byte>& out, T record, std::uint32_t type,
            const std::string& payload = {}) {
  record.header.type = type;
  record.header.size = static_cast<__u32>(sizeof(T) + payload.size());
  const std::size_t at = out.size();
  out.resize(at + (record.header.size + 7) / 8 * 8);
  std::memcpy(out.data() + at, &record, sizeof(T));
  if (!payload.empty()) std::memcpy(out.data() + at + sizeof(T), payload.data(), payload.size());
}

struct Stream {
  std::uint32_t received = 1000;
  std::uint32_t sent = 5000;
};

std::string request_text(std::size_t i) {
  static constexpr const char* kRoutes[] = {
      "/api/users/{}",    "/api/orders/{}/items",    "/products/{}", "/cart",
      "/checkout/{}/pay", "/search?q=shoes&page={}", "/health",      "/v1/stock/{}"};
  const std::string path = fmt::format(fmt::runtime(kRoutes[i % 8]), 1000 + i % 97);
  const bool post = i % 8 == 4;
  const std::string text = fmt::format(
      "{} {} HTTP/1.1\r\nHost: shop.example.com:8080\r\nUser-Agent: Mozilla/5.0 (X11; Linux "
      "x86_64)\r\n"
      "Accept: application/json, text/plain, */*\r\nAccept-Encoding: gzip, "
      "deflate\r\nAccept-Language: en\r\n"
      "Cache-Control: no-cache\r\nX-Request-Id: 7f3c9a{:08x}\r\nX-Forwarded-For: 10.1.2.3\r\n"
      "X-Forwarded-Proto: https\r\nConnection: keep-alive\r\n",
      post ? "POST" : "GET", path, i);
  constexpr std::string_view kBody = R"({"card":"none","sum":100})";
  if (post) return text + fmt::format("Content-Length: {}\r\n\r\n{}", kBody.size(), kBody);
  return text + "\r\n";
}

std::string response_text(std::size_t i) {
  const std::string body = fmt::format("{{\"id\":{},\"state\":\"ok\",\"left\":12}}", i);
  return fmt::format(
      "HTTP/1.1 {}\r\nServer: shop\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\nConnection: keep-alive\r\n\r\n{}",
      i % 50 == 49 ? "404 Not Found" : "200 OK", body.size(), body);
}

obi_connection_open open_of(std::uint64_t id, const TrafficOptions& options) {
  obi_connection_open open{};
  open.id = id;
  open.ns = options.first_ns;
  open.pid = options.pid;
  open.family = AF_INET;
  open.role = OBI_ROLE_SERVER;
  open.local_port = 8080;
  open.remote_port = static_cast<__u16>(40'000 + id);
  for (__u8* address : {open.local_address, open.remote_address}) {
    address[10] = address[11] = 0xff;
    address[12] = 10;
  }
  open.local_address[15] = 1;
  open.remote_address[15] = 2;
  return open;
}

}  // namespace

std::vector<std::byte> make_traffic(const TrafficOptions& options) {
  std::vector<std::byte> out;
  std::vector<Stream> streams(options.connections);
  for (std::size_t c = 0; c < options.connections; ++c) {
    append(out, open_of(c + 1, options), OBI_EVENT_CONNECTION_OPEN);
  }
  std::uint64_t now = options.first_ns;
  for (std::size_t i = 0; i < options.requests; ++i) {
    Stream& stream = streams[i % options.connections];
    for (const bool send : {false, true}) {
      const std::string text = send ? response_text(i) : request_text(i);
      obi_segment segment{};
      now += 5'000;
      segment.connection_id = i % options.connections + 1;
      segment.start_ns = segment.end_ns = now;
      segment.pid = segment.tid = options.pid;
      segment.total_bytes = segment.captured_bytes = static_cast<__u32>(text.size());
      segment.direction = send ? OBI_SEND : OBI_RECEIVE;
      segment.flags = OBI_SEGMENT_HAS_POSITION;
      segment.position = send ? stream.sent : stream.received;
      segment.peer_position = send ? stream.received : stream.sent;
      (send ? stream.sent : stream.received) += segment.total_bytes;
      append(out, segment, OBI_EVENT_SEGMENT, text);
    }
  }
  return out;
}

}  // namespace obi::bench
