// SPDX-License-Identifier: Apache-2.0
// Records of ONC RPC, for tests.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace obi::protocol::sunrpc {

inline std::string word(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8)
    text += static_cast<char>(value >> static_cast<unsigned>(shift));
  return text;
}
inline std::string words(std::initializer_list<std::uint32_t> values) {
  std::string text;
  for (const std::uint32_t value : values) text += word(value);
  return text;
}
inline std::string fragment(std::string_view bytes, bool is_last = true) {
  return word((is_last ? 0x80000000U : 0U) | static_cast<std::uint32_t>(bytes.size())) +
         std::string(bytes);
}
/// Of AUTH_SYS, with a machine name that must never be reported.
inline std::string credential() {
  return words({1, 28, 0x5eed, 9}) + "topsecret" + std::string(3, '\0') + words({0, 0});
}
inline std::string call_front(std::uint32_t xid, std::uint32_t program, std::uint32_t version,
                              std::uint32_t procedure) {
  return words({xid, 0, 2, program, version, procedure}) + credential() + words({0, 0});
}
inline std::string call(std::uint32_t xid, std::uint32_t program, std::uint32_t version,
                        std::uint32_t procedure, std::string_view arguments = "args") {
  return fragment(call_front(xid, program, version, procedure) + std::string(arguments));
}
inline std::string reply(std::uint32_t xid, std::uint32_t accept_stat = 0,
                         std::string_view results = "done") {
  return fragment(words({xid, 1, 0, 0, 0, accept_stat}) + std::string(results));
}
inline std::string denial(std::uint32_t xid) { return fragment(words({xid, 1, 1, 1, 5})); }

}  // namespace obi::protocol::sunrpc
