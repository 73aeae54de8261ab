// SPDX-License-Identifier: Apache-2.0
#include "protocol/memcached/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace obi::protocol::memcached {
namespace {

constexpr std::uint64_t kMaxData = 1U << 30U;  // the largest item that can be configured

// Where a command has its key and, of those that store, its length; counted from the name. 0: none.
struct Row {
  std::string_view name;
  std::string_view operation;
  std::size_t key = 0;
  std::size_t length = 0;
  std::size_t least = 0;  // arguments
  Words answers = 0;
  Words last = 0;
};

constexpr Words kStores = kStored | kNotStored | kExists | kNotFound;
constexpr Words kStats = kStat | kEnd | kOk | kReset | kOther;

constexpr std::array kRows = {
    Row{"get", "GET", 1, 0, 1, kValue | kEnd, kEnd},
    Row{"gets", "GET", 1, 0, 1, kValue | kEnd, kEnd},
    Row{"gat", "GAT", 2, 0, 2, kValue | kEnd, kEnd},
    Row{"gats", "GAT", 2, 0, 2, kValue | kEnd, kEnd},
    Row{"set", "SET", 1, 4, 4, kStores, kStores},
    Row{"add", "ADD", 1, 4, 4, kStores, kStores},
    Row{"replace", "REPLACE", 1, 4, 4, kStores, kStores},
    Row{"append", "APPEND", 1, 4, 4, kStores, kStores},
    Row{"prepend", "PREPEND", 1, 4, 4, kStores, kStores},
    Row{"cas", "CAS", 1, 4, 5, kStores, kStores},
    Row{"delete", "DELETE", 1, 0, 1, kDeleted | kNotFound, kDeleted | kNotFound},
    Row{"incr", "INCR", 1, 0, 2, kNumber | kNotFound, kNumber | kNotFound},
    Row{"decr", "DECR", 1, 0, 2, kNumber | kNotFound, kNumber | kNotFound},
    Row{"touch", "TOUCH", 1, 0, 2, kTouched | kNotFound, kTouched | kNotFound},
    Row{"flush_all", "FLUSH_ALL", 0, 0, 0, kOk, kOk},
    Row{"stats", "STATS", 0, 0, 0, kStats, kEnd | kOk | kReset},
    Row{"version", "VERSION", 0, 0, 0, kVersion, kVersion},
    Row{"verbosity", "VERBOSITY", 0, 0, 0, kOk, kOk},
    Row{"quit", "QUIT", 0, 0, 0, 0, 0},
};

constexpr Words kMetaStores = kMetaHit | kMetaNotStored | kMetaExists | kMetaNotFound;
constexpr std::array kMetaRows = {
    Row{"mg", "GET", 1, 0, 1, kMetaHit | kMetaValue | kMetaMiss, kMetaMiss},
    Row{"ms", "SET", 1, 2, 2, kMetaStores, kMetaHit},
    Row{"md", "DELETE", 1, 0, 1, kMetaStores, kMetaHit | kMetaNotFound},
    Row{"ma", "INCR", 1, 0, 1, kMetaStores | kMetaValue, kMetaHit | kMetaNotFound},
    Row{"me", "DEBUG", 1, 0, 1, kMetaDebug | kMetaMiss, 0},
    Row{"mn", "", 0, 0, 0, kMetaNoop, 0},
};

// Takes the next word off the front of the line; empty at its end.
std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

// The mode flag of a meta command says what it stores or counts.
std::string_view operation_of_mode(std::string_view operation, char mode) {
  const bool sets = operation == "SET";
  switch (mode) {
    case 'E':
    case 'e': return sets ? "ADD" : operation;
    case 'A':
    case 'a': return sets ? "APPEND" : operation;
    case 'P':
    case 'p': return sets ? "PREPEND" : operation;
    case 'R':
    case 'r': return sets ? "REPLACE" : operation;
    case 'D':
    case 'd':
    case '-': return operation == "INCR" ? "DECR" : operation;
    default: return operation;
  }
}

void read_meta_flags(std::string_view flags, Words quiet, TextCommand& command) {
  for (std::string_view flag; !(flag = next_word(flags)).empty();) {
    switch (flag[0]) {
      case 'q': command.unsaid = quiet; break;
      case 'k': command.names_key = true; break;
      case 'O': command.opaque = flag.substr(1); break;
      case 'M':
        if (flag.size() > 1) command.operation = operation_of_mode(command.operation, flag[1]);
        break;
      default: break;
    }
  }
}

// Its answer is an error, or nothing that is looked at.
TextCommand unknown_command() { return {.operation = {}, .key = {}, .opaque = {}}; }

bool take_length(std::string_view word, TextCommand& command) {
  const auto length = number(word);
  if (!length || *length > kMaxData) return false;
  command.has_data = true;
  command.data_bytes = *length;
  return true;
}

TextCommand meta_command(const Row& row, std::string_view line) {
  TextCommand command{.operation = row.operation,
                      .key = {},
                      .answers = row.answers,
                      .last = row.answers,
                      .opaque = {}};
  if (row.key > 0) command.key = next_word(line);
  command.is_known = row.key == 0 || !command.key.empty();
  if (row.length > 0) command.is_known = command.is_known && take_length(next_word(line), command);
  if (row.name != "mn") read_meta_flags(line, row.last, command);
  return command.is_known ? command : unknown_command();
}

TextCommand classic_command(const Row& row, std::string_view line) {
  TextCommand command{.operation = row.operation,
                      .key = {},
                      .answers = row.answers,
                      .last = row.last,
                      .opaque = {}};
  std::size_t count = 0;
  std::string_view last;
  bool fits = true;
  for (std::string_view word; !(word = next_word(line)).empty(); last = word) {
    ++count;
    if (count == row.key) command.key = word;
    if (count == row.length) fits = take_length(word, command);
    if ((row.answers & kEnd) != 0 && count > row.key) break;  // more keys than one
  }
  const bool is_fetch = row.answers == (kValue | kEnd);
  command.is_known = fits && count >= row.least;
  if (!command.is_known) return unknown_command();
  command.is_unanswered =
      row.answers == 0 || (last == "noreply" && !is_fetch && row.name != "stats");
  return command;
}

struct Said {
  std::string_view word;
  Words words;
};
constexpr std::array kSaid = {
    Said{"VALUE", kValue},
    Said{"END", kEnd},
    Said{"STAT", kStat},
    Said{"ITEM", kStat},
    Said{"PREFIX", kStat},
    Said{"STORED", kStored},
    Said{"NOT_STORED", kNotStored},
    Said{"EXISTS", kExists},
    Said{"NOT_FOUND", kNotFound},
    Said{"DELETED", kDeleted},
    Said{"TOUCHED", kTouched},
    Said{"OK", kOk},
    Said{"VERSION", kVersion},
    Said{"RESET", kReset},
    Said{"HD", kMetaHit},
    Said{"VA", kMetaValue},
    Said{"EN", kMetaMiss},
    Said{"NF", kMetaNotFound},
    Said{"NS", kMetaNotStored},
    Said{"EX", kMetaExists},
    Said{"MN", kMetaNoop},
    Said{"ME", kMetaDebug},
    Said{"ERROR", kError},
    Said{"CLIENT_ERROR", kClientError},
    Said{"SERVER_ERROR", kServerError},
    Said{"BUSY", kOther},
    Said{"BADCLASS", kOther},
    Said{"NOSPARE", kOther},
    Said{"NOTFULL", kOther},
    Said{"UNSAFE", kOther},
    Said{"SAME", kOther},
};
constexpr Words kMetaAnswers = kMetaHit | kMetaValue | kMetaNotFound | kMetaNotStored | kMetaExists;

void read_answer_flags(std::string_view flags, TextAnswer& answer) {
  for (std::string_view flag; !(flag = next_word(flags)).empty();) {
    if (flag[0] == 'k') answer.key = flag.substr(1);
    if (flag[0] == 'O') answer.opaque = flag.substr(1);
  }
}

}  // namespace

bool is_plain_line(std::string_view line) {
  return std::ranges::none_of(
      line, [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
}

TextCommand parse_command(std::string_view line) {
  const std::string_view name = next_word(line);
  const auto* const row = std::ranges::find(kRows, name, &Row::name);
  if (row != kRows.end()) return classic_command(*row, line);
  const auto* const meta = std::ranges::find(kMetaRows, name, &Row::name);
  if (meta != kMetaRows.end()) return meta_command(*meta, line);
  TextCommand other = unknown_command();
  other.is_watch = name == "watch";
  const std::string_view what = name == "lru_crawler" ? next_word(line) : std::string_view();
  if (what == "metadump" || what == "mgdump") other.last = kEnd | kMetaMiss;
  return other;
}

bool may_begin_command(std::string_view text) {
  const std::string_view name = text.substr(0, text.find(' '));
  const auto fits = [&](const Row& row) {
    return name.size() == text.size() ? row.name.starts_with(name) : row.name == name;
  };
  return std::ranges::any_of(kRows, fits) || std::ranges::any_of(kMetaRows, fits);
}

std::expected<TextAnswer, ParseError> parse_answer(std::string_view line) {
  const std::string_view word = next_word(line);
  TextAnswer answer{.key = {}, .opaque = {}};
  if (number(word)) {
    answer.word = kNumber;
    return answer;
  }
  const auto* const said = std::ranges::find(kSaid, word, &Said::word);
  if (said == kSaid.end()) {
    if (word.starts_with("key=")) return answer;  // of a dump
    return std::unexpected(ParseError::NotThisProtocol);
  }
  answer.word = said->words;
  if (answer.word == kValue || answer.word == kMetaValue) {
    if (answer.word == kValue) answer.key = next_word(line);
    if (answer.word == kValue) next_word(line);  // flags
    const auto length = number(next_word(line));
    if (!length || *length > kMaxData) return std::unexpected(ParseError::Malformed);
    answer.has_data = true;
    answer.data_bytes = *length;
  }
  if ((answer.word & kMetaAnswers) != 0) read_answer_flags(line, answer);
  return answer;
}

std::string_view error_code_of(Words word) {
  if (word == kError) return "ERROR";
  if (word == kClientError) return "CLIENT_ERROR";
  return word == kServerError ? "SERVER_ERROR" : "";
}

}  // namespace obi::protocol::memcached
