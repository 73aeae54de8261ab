// SPDX-License-Identifier: Apache-2.0
// Packets of both ends, for tests.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/mysql/packet.hpp"

namespace obi::protocol::mysql {

inline std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

inline std::string packet(int sequence, std::string_view payload) {
  return little(payload.size(), 3) + static_cast<char>(sequence) + std::string(payload);
}

inline std::string command(int code, std::string_view rest = {}) {
  return packet(0, static_cast<char>(code) + std::string(rest));
}
inline std::string query(std::string_view sql) { return command(0x03, sql); }
inline std::string prepare(std::string_view sql) { return command(0x16, sql); }
inline std::string execute(std::uint32_t id) {
  return command(0x17, little(id, 4) + std::string(1, '\0') + little(1, 4));
}

/// What MySQL 8 can do, less what a test asks to leave out.
inline constexpr std::uint32_t kServerCapabilities = 0xffffffff & ~(1U << 28U);
inline constexpr std::uint32_t kUsualCapabilities =
    kCapMySql | kCapProtocol41 | kCapSecureConnection | kCapConnectWithDb;

inline std::string greeting(std::uint32_t capabilities = kServerCapabilities,
                            std::string_view version = "8.0.39") {
  std::string payload = "\x0a" + std::string(version) + '\0' + little(42, 4) + "saltsalt" + '\0';
  payload +=
      little(capabilities & 0xffff, 2) + '\x21' + little(2, 2) + little(capabilities >> 16, 2);
  payload += '\x15' + std::string(10, '\0') + "moresaltmore" + '\0';
  return packet(0, payload + "caching_sha2_password" + '\0');
}
inline std::string login(std::uint32_t capabilities = kUsualCapabilities,
                         std::string_view database = "shop") {
  std::string payload =
      little(capabilities, 4) + little(1 << 24, 4) + '\x21' + std::string(23, '\0');
  payload += "alice" + std::string(1, '\0') + '\x08' + "hunter22";
  return packet(1, payload + std::string(database) + '\0' + "caching_sha2_password" + '\0');
}

inline std::string ok(int sequence, int status = 2) {
  return packet(sequence, std::string(3, '\0') + little(status, 2) + little(0, 2));
}
inline std::string eof(int sequence, int status = 2) {
  return packet(sequence, "\xfe" + little(0, 2) + little(status, 2));
}
/// What takes the place of eof() where that is deprecated.
inline std::string end_ok(int sequence, int status = 2) {
  return packet(sequence, "\xfe" + std::string(2, '\0') + little(status, 2) + little(0, 2));
}
inline std::string error(int sequence, int code, std::string_view state, std::string_view message) {
  return packet(sequence,
                "\xff" + little(code, 2) + "#" + std::string(state) + std::string(message));
}
inline std::string definition(int sequence, std::string_view name = "id") {
  const auto text = [](std::string_view value) {
    return static_cast<char>(value.size()) + std::string(value);
  };
  return packet(sequence, text("def") + text("shop") + text("items") + text("items") + text(name) +
                              text(name) + '\x0c' + std::string(12, '\0'));
}
inline std::string row(int sequence, std::string_view value = "1") {
  return packet(sequence, static_cast<char>(value.size()) + std::string(value));
}
/// A result set of a column and `rows` rows.
inline std::string result(int rows = 2, bool deprecates_eof = false, int status = 2, int from = 1) {
  int sequence = from;
  std::string text = packet(sequence++, "\1");
  text += definition(sequence++);
  if (!deprecates_eof) text += eof(sequence++, status);
  for (int i = 0; i < rows; ++i) text += row(sequence++);
  return text + (deprecates_eof ? end_ok(sequence, status) : eof(sequence, status));
}
inline std::string prepared(std::uint32_t id, int columns, int parameters, bool deprecates_eof) {
  int sequence = 1;
  std::string text = packet(sequence++, '\0' + little(id, 4) + little(columns, 2) +
                                            little(parameters, 2) + std::string(3, '\0'));
  for (const int count : {parameters, columns}) {
    for (int i = 0; i < count; ++i) text += definition(sequence++);
    if (count > 0 && !deprecates_eof) text += eof(sequence++);
  }
  return text;
}

}  // namespace obi::protocol::mysql
