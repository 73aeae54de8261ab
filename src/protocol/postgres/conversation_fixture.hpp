// SPDX-License-Identifier: Apache-2.0
// Messages of PostgreSQL's protocol as bytes, for tests.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/conversation_fixture.hpp"

namespace obi::protocol::postgres {

inline std::string big32(std::uint32_t value) {
  std::string text;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) text += static_cast<char>(value >> shift);
  return text;
}
inline std::string big16(std::uint16_t value) { return big32(value).substr(2); }
inline std::string z(std::string_view text) { return std::string(text) + '\0'; }
inline std::string message(char type, std::string_view body = {}) {
  return type + big32(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body);
}
inline std::string opener(std::uint32_t code, std::string_view body = {}) {
  return big32(static_cast<std::uint32_t>(body.size() + 8)) + big32(code) + std::string(body);
}

inline const std::string kSsl = opener(80877103);
inline const std::string kGss = opener(80877104);
inline const std::string kStartup =
    opener(3U << 16U, z("user") + z("s3cr3t_user") + z("database") + z("shop") + z(""));
inline const std::string kReady = message('Z', "I");
inline const std::string kReadyInTransaction = message('Z', "T");
inline const std::string kReadyFailed = message('Z', "E");
inline const std::string kAuthenticated = message('R', big32(0)) +
                                          message('S', z("server_version") + z("15")) +
                                          message('K', big32(1) + big32(2)) + kReady;
inline const std::string kSync = message('S');
inline const std::string kParsed = message('1');
inline const std::string kBound = message('2');
inline const std::string kClosed = message('3');
inline const std::string kNoData = message('n');

inline std::string query(std::string_view sql) { return message('Q', z(sql)); }
inline std::string parse(std::string_view sql, std::string_view name = {}) {
  return message('P', z(name) + z(sql) + big16(0));
}
inline std::string bind_to(std::string_view statement = {}, std::string_view portal = {},
                           std::string_view value = "s3cr3t") {
  return message('B', z(portal) + z(statement) + big16(0) + big16(1) +
                          big32(static_cast<std::uint32_t>(value.size())) + std::string(value) +
                          big16(0));
}
inline std::string describe(char kind = 'P', std::string_view name = {}) {
  return message('D', kind + z(name));
}
inline std::string execute(std::string_view portal = {}) {
  return message('E', z(portal) + big32(0));
}
inline std::string close(char kind, std::string_view name) { return message('C', kind + z(name)); }
inline std::string columns() {
  return message('T', big16(1) + z("id") + big32(0) + big16(0) + big32(23) + big16(4) +
                          big32(0xffffffff) + big16(0));
}
inline std::string row(std::string_view value = "s3cr3t") {
  return message('D',
                 big16(1) + big32(static_cast<std::uint32_t>(value.size())) + std::string(value));
}
inline std::string done(std::string_view tag) { return message('C', z(tag)); }
inline std::string error(std::string_view state, std::string_view text,
                         std::string_view severity = "ERROR") {
  return message('E', "S" + z("FEHLER") + "V" + z(severity) + "C" + z(state) + "M" + z(text) +
                          std::string(1, '\0'));
}
inline std::string unit(std::string_view sql, std::string_view name = {}) {
  return parse(sql, name) + bind_to(name) + describe() + execute();
}
inline std::string unit_answer(std::string_view tag) {
  return kParsed + kBound + columns() + row() + done(tag);
}

}  // namespace obi::protocol::postgres
