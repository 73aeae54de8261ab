// SPDX-License-Identifier: Apache-2.0
// For tests: FastCGI records as bytes.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace obi::protocol::fastcgi {

inline std::string u16(std::size_t value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value)};
}
inline std::string record(int type, std::uint16_t id, std::string_view content,
                          std::size_t padding = 0) {
  std::string bytes{'\1', static_cast<char>(type)};
  bytes += u16(id) + u16(content.size()) + static_cast<char>(padding) + '\0';
  return bytes + std::string(content) + std::string(padding, '\0');
}
inline std::string begin(std::uint16_t id = 1, bool keep = true) {
  return record(1, id, std::string("\0\1", 2) + (keep ? '\1' : '\0') + std::string(5, '\0'));
}
using Pairs = std::initializer_list<std::pair<std::string_view, std::string_view>>;
inline std::string length(std::size_t size) {
  if (size < 128) return {static_cast<char>(size)};
  return {static_cast<char>(0x80U | size >> 24U), static_cast<char>(size >> 16U),
          static_cast<char>(size >> 8U), static_cast<char>(size)};
}
inline std::string pairs(const Pairs& all) {
  std::string bytes;
  for (const auto& [name, value] : all)
    bytes += length(name.size()) + length(value.size()) + std::string(name) + std::string(value);
  return bytes;
}
/// A whole request with these parameters and body.
inline std::string request(const Pairs& params, std::string_view body = {}, std::uint16_t id = 1,
                           bool keep = true) {
  return begin(id, keep) + record(4, id, pairs(params)) + record(4, id, {}) +
         (body.empty() ? "" : record(5, id, body)) + record(5, id, {});
}
inline std::string get(std::string_view uri, std::uint16_t id = 1) {
  return request({{"REQUEST_METHOD", "GET"}, {"REQUEST_URI", uri}}, {}, id);
}
inline std::string output(std::string_view text, std::uint16_t id = 1) {
  return record(6, id, text, (8 - text.size() % 8) % 8);
}
inline std::string end(std::uint16_t id = 1, char app_status = 0, char protocol_status = 0) {
  return record(3, id,
                std::string{'\0', '\0', '\0', app_status, protocol_status, '\0', '\0', '\0'});
}
inline std::string page(std::string_view head = "", std::uint16_t id = 1) {
  return output(std::string(head) + "Content-type: text/html\r\n\r\nhello", id) + end(id);
}

}  // namespace obi::protocol::fastcgi
