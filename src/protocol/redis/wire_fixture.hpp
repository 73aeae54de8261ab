// SPDX-License-Identifier: Apache-2.0
// For tests: bytes as a Redis client and server send them.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace obi::protocol::redis {

/// An aggregate of strings, of the type '*', '>' or '~'.
inline std::string members(char type, const std::vector<std::string_view>& strings) {
  std::string bytes = fmt::format("{}{}\r\n", type, strings.size());
  for (const std::string_view text : strings)
    bytes += fmt::format("${}\r\n{}\r\n", text.size(), text);
  return bytes;
}

inline std::string command(const std::vector<std::string_view>& words) {
  return members('*', words);
}

inline std::string confirmation(char type, std::string_view word, std::string_view channel,
                                int count) {
  return fmt::format("{}3\r\n${}\r\n{}\r\n${}\r\n{}\r\n:{}\r\n", type, word.size(), word,
                     channel.size(), channel, count);
}

}  // namespace obi::protocol::redis
