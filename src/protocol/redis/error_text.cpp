// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/error_text.hpp"

#include "protocol/span_text.hpp"

namespace obi::protocol::redis {
namespace {

constexpr std::size_t kMaxCode = 32;

}  // namespace

std::string_view error_code_of(std::string_view error, base::Arena& arena) {
  std::size_t end = 0;
  while (end < error.size() && error[end] >= 'A' && error[end] <= 'Z') ++end;
  const bool is_word = end >= 2 && end <= kMaxCode && (end == error.size() || error[end] == ' ');
  return is_word ? arena.copy(error.substr(0, end)) : "ERR";
}

std::string_view error_message_of(std::string_view error, std::string_view command,
                                  base::Arena& arena) {
  if (command.empty() || command.starts_with("EVAL") || command.starts_with("FCALL")) return {};
  error = error.substr(0, error.find_first_of("'\"`"));
  while (error.ends_with(' ')) error.remove_suffix(1);
  return clean_copy(error, arena);
}

}  // namespace obi::protocol::redis
