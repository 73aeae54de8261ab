// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/command_text.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace obi::protocol::redis {
namespace {

constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
constexpr bool is_letter(char c) { return upper(c) >= 'A' && upper(c) <= 'Z'; }
constexpr bool is_name_character(char c) {
  return is_letter(c) || c == '.' || c == '_' || c == '-';
}

bool equals(std::string_view word, std::string_view upper_case) {
  return std::ranges::equal(word, upper_case, {}, upper);
}

}  // namespace

void CommandText::begin(std::string_view name) {
  text_.clear();
  arguments_ = 0;
  has_no_key_ = is_reply_ = false;
  mode_ = Mode::kNone;
  database_ = -1;
  const bool is_name = !name.empty() && name.size() <= kMaxName && is_letter(name[0]) &&
                       std::ranges::all_of(name, is_name_character);
  if (is_name) text_.resize(name.size());
  if (is_name) std::ranges::transform(name, text_.begin(), upper);
  info_ = command_info(text_);
  // What isn't in the table may be anything, a credential too.
  if (is_name && info_.name.empty()) text_ = kOtherCommand;
  name_bytes_ = text_.size();
}

bool CommandText::is_key() const {
  return info_.key == arguments_ && !(info_.counts_keys && has_no_key_);
}

void CommandText::add(std::string_view argument) {
  ++arguments_;
  if (info_.counts_keys && arguments_ + 1 == info_.key) has_no_key_ = argument == "0";
  if (arguments_ <= 2) note_meaning(argument);
  if (name_bytes_ == 0 || info_.is_secret || arguments_ > kMaxArguments + 1) return;
  if (arguments_ == kMaxArguments + 1) {
    text_ += " ...";
    return;
  }
  text_ += ' ';
  const bool is_subcommand = info_.has_subcommand && arguments_ == 1 && !argument.empty() &&
                             argument.size() <= kMaxName &&
                             std::ranges::all_of(argument, is_name_character);
  if (is_subcommand) {
    std::ranges::transform(argument, std::back_inserter(text_), upper);
  } else if (is_key()) {
    text_ += argument.substr(0, kMaxKey);
  } else {
    text_ += '?';
  }
}

void CommandText::note_meaning(std::string_view argument) {
  if (info_.kind == CommandKind::kSelect && arguments_ == 1) {
    int number = -1;
    const char* const end = argument.data() + argument.size();
    const auto read = std::from_chars(argument.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end && number >= 0) database_ = number;
  }
  if (info_.kind != CommandKind::kClient) return;
  if (arguments_ == 1) is_reply_ = equals(argument, "REPLY");
  if (arguments_ != 2) return;
  mode_ = equals(argument, "OFF")    ? Mode::kOff
          : equals(argument, "SKIP") ? Mode::kSkip
          : equals(argument, "ON")   ? Mode::kOn
                                     : Mode::kNone;
}

}  // namespace obi::protocol::redis
