// SPDX-License-Identifier: Apache-2.0
// Packets of both ends as [MS-TDS] describes them, for tests.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/mssql/packet.hpp"

namespace obi::protocol::mssql {

inline std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}
inline std::string wide(std::string_view ascii) {
  std::string text;
  for (const char c : ascii) (text += c) += '\0';
  return text;
}
inline std::string packet(int type, std::string_view payload, int status = 1) {
  const std::size_t size = payload.size() + kHeaderBytes;
  return std::string{static_cast<char>(type),
                     static_cast<char>(status),
                     static_cast<char>(size >> 8U),
                     static_cast<char>(size),
                     0,
                     0,
                     1,
                     0} +
         std::string(payload);
}

inline std::string prelogin(int encryption) {
  const std::string options("\0\0\x0b\0\6\1\0\x11\0\1\xff", 11);
  return options + std::string("\x0f\0\7\xd0\0\0", 6) + static_cast<char>(encryption);
}
inline std::string login(std::string_view database = "shop") {
  std::string fixed = little(0x74000004, 4) + std::string(60, '\0');
  const std::size_t password = 94;
  const std::string texts = wide("hunter22") + wide(database);
  fixed += little(password + 16, 2) + little(database.size(), 2);
  fixed += std::string(94 - 4 - fixed.size(), '\0');
  return packet(16, little(94 + texts.size(), 4) + fixed + texts);
}

inline std::string all_headers() {
  return little(22, 4) + little(18, 4) + little(2, 2) + little(0, 8) + little(1, 4);
}
inline std::string batch(std::string_view sql) { return packet(1, all_headers() + wide(sql)); }

/// Parameters.
inline std::string nvarchar(std::string_view text) {
  return std::string("\0\0\xe7", 3) + little(8000, 2) + std::string(5, '\0') +
         little(2 * text.size(), 2) + wide(text);
}
inline std::string nvarchar_max(std::string_view text) {
  return std::string("\0\0\xe7\xff\xff", 5) + std::string(5, '\0') + little(2 * text.size(), 8) +
         little(2 * text.size(), 4) + wide(text) + little(0, 4);
}
inline std::string number(std::uint32_t value) {
  return std::string("\0\0\x26\4\4", 5) + little(value, 4);
}
inline std::string null_output() { return std::string("\0\1\x26\4\0", 5); }
inline std::string call(int procedure, std::string_view parameters) {
  return packet(3, all_headers() + little(0xffff, 2) + little(static_cast<unsigned>(procedure), 2) +
                       little(0, 2) + std::string(parameters));
}
inline std::string call(std::string_view procedure, std::string_view parameters) {
  return packet(3, all_headers() + little(procedure.size(), 2) + wide(procedure) + little(0, 2) +
                       std::string(parameters));
}

/// Tokens.
inline std::string done(int status = 0x10, int token = 0xfd) {
  return static_cast<char>(token) + little(static_cast<unsigned>(status), 2) + little(0xc1, 2) +
         little(1, 8);
}
inline std::string error_token(std::uint32_t number, std::string_view message, int severity = 16,
                               int token = 0xaa) {
  const std::string body = little(number, 4) + '\1' + static_cast<char>(severity) +
                           little(message.size(), 2) + wide(message) + '\2' + wide("db") + '\0' +
                           little(1, 4);
  return static_cast<char>(token) + little(body.size(), 2) + body;
}
inline std::string database_token(std::string_view name) {
  const std::string body =
      '\1' + std::string(1, static_cast<char>(name.size())) + wide(name) + '\6' + wide("master");
  return '\xe3' + little(body.size(), 2) + body;
}
/// Metadata of an INT column, and as many rows.
inline std::string rows(int count) {
  std::string text =
      '\x81' + little(1, 2) + little(0, 4) + little(8, 2) + '\x38' + '\2' + wide("id");
  for (int i = 0; i < count; ++i) text += '\xd1' + little(static_cast<unsigned>(i), 4);
  return text;
}
inline std::string returned(std::uint32_t handle) {
  return '\x79' + little(0, 4) + '\xac' + little(0, 2) + std::string(1, '\0') + '\1' +
         little(0, 4) + little(0, 2) + std::string("\x26\4\4", 3) + little(handle, 4);
}
inline std::string answer(std::string_view tokens, int status = 1) {
  return packet(4, tokens, status);
}

}  // namespace obi::protocol::mssql
