// SPDX-License-Identifier: Apache-2.0
// Clients of a listener, for tests.
#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "export/http/http_listener.hpp"

namespace obi::exporting {

inline HttpListener::PageMaker says(std::string text) {
  return [text = std::move(text)] { return HttpPage{.body = text}; };
}

inline base::Fd connect_to(std::uint16_t port) {
  base::Fd socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return socket;
}

/// Reads until the listener closes.
inline std::string read_all(const base::Fd& socket) {
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t received = 0;
  while ((received = ::recv(socket.get(), buffer.data(), buffer.size(), 0)) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(received));
  }
  return text;
}

/// How long a page takes while `socket`s of others are open.
inline std::chrono::milliseconds time_of_a_page(std::uint16_t port,
                                                const std::string& path = "/metrics") {
  const auto begin = std::chrono::steady_clock::now();
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(std::chrono::seconds(20));
  EXPECT_TRUE(client.Get(path));
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               begin);
}

inline void send_text(const base::Fd& socket, std::string_view text) {
  EXPECT_EQ(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(text.size()));
}

inline constexpr auto kSoon = std::chrono::seconds(2);  // far below any limit of the listener

}  // namespace obi::exporting
