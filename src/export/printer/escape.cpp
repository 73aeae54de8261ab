// SPDX-License-Identifier: Apache-2.0
#include "export/printer/escape.hpp"

#include "base/utf8.hpp"

namespace obi::exporting {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

void append_hex_byte(std::string& out, std::uint8_t byte) {
  out += kHexDigits[byte >> 4U];
  out += kHexDigits[byte & 0xfU];
}

// Characters that stand for themselves in both forms; most text has no others.
bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

// Appends the plain characters at the front of `text` and takes them off.
void move_plain(std::string& out, std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_plain(text[end])) ++end;
  out += text.substr(0, end);
  text.remove_prefix(end);
}

// One valid sequence that is not plain.
void append_json_sequence(std::string& out, std::string_view sequence) {
  const char c = sequence[0];
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (sequence == "\u2028" || sequence == "\u2029") {
    out += sequence == "\u2028" ? "\\u2028" : "\\u2029";
  } else if (sequence.size() > 1 || c == 0x7f) {
    out += sequence;
  } else {
    out += "\\u00";
    append_hex_byte(out, static_cast<std::uint8_t>(c));
  }
}

bool is_control(std::string_view sequence) {
  const std::uint8_t first = byte_at(sequence, 0);
  return first < 0x20 || first == 0x7f || (first == 0xc2 && byte_at(sequence, 1) < 0xa0);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (move_plain(out, text); !text.empty(); move_plain(out, text)) {
    const std::size_t length = base::utf8_sequence(text);
    if (length == 0) {
      out += "\\ufffd";
    } else {
      append_json_sequence(out, text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void append_printable(std::string& out, std::string_view text) {
  for (move_plain(out, text); !text.empty(); move_plain(out, text)) {
    const std::size_t length = base::utf8_sequence(text);
    const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
    if (length > 0 && !is_control(sequence)) {
      out += sequence;
    } else {
      for (const char c : sequence) {
        out += "\\x";
        append_hex_byte(out, static_cast<std::uint8_t>(c));
      }
    }
    text.remove_prefix(sequence.size());
  }
}

void append_hex(std::string& out, std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) append_hex_byte(out, byte);
}

}  // namespace obi::exporting
