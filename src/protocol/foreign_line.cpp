// SPDX-License-Identifier: Apache-2.0
#include "protocol/foreign_line.hpp"

#include <algorithm>

namespace obi::protocol {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "RTSP/1.0": a name and a version, and not HTTP's.
bool is_foreign_version(std::string_view word) {
  constexpr std::size_t kVersionBytes = 4;  // "/1.0"
  constexpr std::size_t kMaxNameBytes = 16;
  if (word.size() <= kVersionBytes || word.size() > kMaxNameBytes + kVersionBytes) return false;
  const std::string_view name = word.substr(0, word.size() - kVersionBytes);
  const std::string_view version = word.substr(name.size());
  return version[0] == '/' && is_digit(version[1]) && version[2] == '.' && is_digit(version[3]) &&
         std::ranges::all_of(name, is_upper) && name != "HTTP";
}

bool is_status(std::string_view word) {
  return word.size() == 3 && std::ranges::all_of(word, is_digit);
}

}  // namespace

bool names_foreign_protocol(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  std::string_view line = text.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("SSH-2.0-") || line.starts_with("SSH-1.99-")) return true;
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos) return false;
  if (is_foreign_version(line.substr(0, first)))
    return is_status(line.substr(first + 1, line.find(' ', first + 1) - first - 1));
  const std::size_t last = line.rfind(' ');
  return last > first &&
         std::ranges::all_of(line.substr(0, first),
                             [](char c) { return is_upper(c) || c == '_' || c == '-'; }) &&
         is_foreign_version(line.substr(last + 1));
}

}  // namespace obi::protocol
