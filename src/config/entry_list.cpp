// SPDX-License-Identifier: Apache-2.0
#include "config/entry_list.hpp"

#include <algorithm>
#include <utility>

#include "base/percent.hpp"
#include "base/utf8.hpp"

namespace obi::config {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_utf8(std::string_view text) { return base::valid_utf8_prefix(text) == text.size(); }

bool has_control_byte(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// Empty if the entry could be read.
std::string_view read_entry(std::string_view item, std::string& key, std::string& value) {
  const std::size_t equals = item.find('=');
  if (equals == std::string_view::npos) return "has no '='";
  if (!base::percent_decode(without_blanks(item.substr(0, equals)), key) ||
      !base::percent_decode(without_blanks(item.substr(equals + 1)), value))
    return "has a '%' without two hexadecimal digits";
  if (key.empty()) return "has no key";
  if (value.empty()) return "has no value";
  if (key.size() > kMaxListKeyBytes || value.size() > kMaxListValueBytes) return "is too long";
  if (!is_utf8(key) || !is_utf8(value)) return "isn't UTF-8";
  if (has_control_byte(key)) return "has a control character in its key";
  return {};
}

void put(EntryList& list, std::string key, std::string value) {
  const auto equal =
      std::ranges::find_if(list.entries, [&](const auto& entry) { return entry.first == key; });
  if (equal != list.entries.end()) list.entries.erase(equal);
  list.entries.emplace_back(std::move(key), std::move(value));
}

}  // namespace

std::string_view without_quotes(std::string_view text) {
  text = without_blanks(text);
  if (text.size() < 2 || text.front() != text.back()) return text;
  if (text.front() != '"' && text.front() != '\'') return text;
  return without_blanks(text.substr(1, text.size() - 2));
}

EntryList read_entry_list(std::string_view text) {
  EntryList list;
  text = without_blanks(text);
  const std::string_view unquoted = without_quotes(text);
  list.was_quoted = unquoted.size() != text.size();
  std::string_view rest = unquoted;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find(',');
    const std::string_view item = without_blanks(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (item.empty()) continue;
    if (number > kMaxListEntries) {
      list.refused.push_back({.number = number, .reason = "and all behind it are too many"});
      break;
    }
    std::string key;
    std::string value;
    const std::string_view reason = read_entry(item, key, value);
    if (reason.empty()) {
      put(list, std::move(key), std::move(value));
    } else {
      list.refused.push_back({.number = number, .reason = reason});
    }
  }
  return list;
}

std::string describe_refused(const EntryList& list) {
  std::string text;
  for (const RefusedEntry& refused : list.refused) {
    if (!text.empty()) text += ", ";
    text += "entry " + std::to_string(refused.number) + " " + std::string(refused.reason);
  }
  return text;
}

}  // namespace obi::config
