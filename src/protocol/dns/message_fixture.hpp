// SPDX-License-Identifier: Apache-2.0
// DNS messages, for tests.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace obi::protocol::dns {

inline std::string u16(unsigned value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value)};
}
inline std::string u16s(std::initializer_list<unsigned> values) {
  std::string text;
  for (const unsigned value : values) text += u16(value);
  return text;
}
/// "www.example" as labels.
inline std::string name(std::string_view text) {
  std::string labels;
  while (!text.empty()) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    labels += static_cast<char>(dot);
    labels += text.substr(0, dot);
    text = text.substr(std::min(dot + 1, text.size()));
  }
  return labels + '\0';
}
inline std::string question(std::string_view host, unsigned type) {
  return name(host) + u16s({type, 1});
}
inline std::string query(unsigned id, std::string_view host, unsigned type) {
  return u16s({id, 0x0100, 1, 0, 0, 0}) + question(host, type);
}
/// A record of the name that the message asks for.
inline std::string record(unsigned type, std::string_view data) {
  return u16s({0xc00c, type, 1, 0, 60, static_cast<unsigned>(data.size())}) + std::string(data);
}
inline std::string a_record(char last) { return record(1, std::string("\x0a\0\0", 3) + last); }
inline std::string option_record(unsigned upper_rcode) {
  return '\0' + u16s({41, 1232, upper_rcode << 8U, 0, 0});
}
/// `answers` records, then `additionals` ones.
inline std::string response(unsigned id, std::string_view host, unsigned type,
                            std::string_view records = {}, unsigned answers = 0, unsigned rcode = 0,
                            unsigned additionals = 0) {
  return u16s({id, 0x8180 | rcode, 1, answers, 0, additionals}) + question(host, type) +
         std::string(records);
}
/// As TCP has it.
inline std::string framed(std::string_view message) {
  return u16(static_cast<unsigned>(message.size())) + std::string(message);
}

}  // namespace obi::protocol::dns
