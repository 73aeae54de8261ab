// SPDX-License-Identifier: Apache-2.0
#include "protocol/nats/command.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace obi::protocol::nats {
namespace {

constexpr std::uint64_t kMaxPayloadBytes = 64ULL << 20U;
constexpr std::string_view kBlanks = " \t";

struct VerbRow {
  std::string_view name;
  Verb verb;
  PeerRole from;
};
// PING and PONG are said by both.
constexpr std::array kVerbs = {
    VerbRow{"PUB", Verb::kPub, PeerRole::kClient},
    VerbRow{"HPUB", Verb::kHpub, PeerRole::kClient},
    VerbRow{"SUB", Verb::kSub, PeerRole::kClient},
    VerbRow{"UNSUB", Verb::kUnsub, PeerRole::kClient},
    VerbRow{"CONNECT", Verb::kConnect, PeerRole::kClient},
    VerbRow{"PING", Verb::kPing, PeerRole::kClient},
    VerbRow{"PONG", Verb::kPong, PeerRole::kClient},
    VerbRow{"MSG", Verb::kMsg, PeerRole::kServer},
    VerbRow{"HMSG", Verb::kHmsg, PeerRole::kServer},
    VerbRow{"INFO", Verb::kInfo, PeerRole::kServer},
    VerbRow{"PING", Verb::kPing, PeerRole::kServer},
    VerbRow{"PONG", Verb::kPong, PeerRole::kServer},
    VerbRow{"+OK", Verb::kOk, PeerRole::kServer},
    VerbRow{"-ERR", Verb::kErr, PeerRole::kServer},
};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool equal_in_upper_case(std::string_view text, std::string_view upper_case) {
  return std::ranges::equal(text, upper_case, {}, upper);
}

// `whole`: the word is over, else a longer name may begin with it.
const VerbRow* find_verb(PeerRole from, std::string_view word, bool whole) {
  for (const VerbRow& row : kVerbs) {
    if (row.from != from || word.size() > row.name.size()) continue;
    if (whole && word.size() != row.name.size()) continue;
    if (equal_in_upper_case(word, row.name.substr(0, word.size()))) return &row;
  }
  return nullptr;
}

// The words of a line; a sixth is a sign that it is none.
struct Words {
  std::array<std::string_view, 5> word;
  std::size_t count = 0;
};

std::expected<Words, ParseError> split(std::string_view text) {
  Words words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return words;
    if (words.count == words.word.size()) return std::unexpected(ParseError::Malformed);
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
    words.word[words.count++] = word;
    text.remove_prefix(word.size());
  }
}

bool parse_size(std::string_view word, std::uint64_t& size) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), size);
  return error == std::errc() && end == word.data() + word.size() && size <= kMaxPayloadBytes;
}

// Anything but blanks and control characters; servers allow UTF-8.
bool is_subject(std::string_view word) {
  return std::ranges::all_of(word, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f;
  });
}

struct Shape {
  std::size_t least_words = 0;
  std::size_t sizes = 1;  // numbers at the end: [headers'] and total bytes
};

bool read_message(Command& command, Shape shape) {
  const auto words = split(command.arguments);
  if (!words || words->count < shape.least_words || words->count > shape.least_words + 1)
    return false;
  command.subject = words->word[0];
  command.has_payload = true;
  std::uint64_t header_bytes = 0;
  if (shape.sizes == 2 && !parse_size(words->word[words->count - 2], header_bytes)) return false;
  return parse_size(words->word[words->count - 1], command.payload_bytes) &&
         header_bytes <= command.payload_bytes && is_subject(command.subject);
}

bool read_arguments(Command& command) {
  switch (command.verb) {
    case Verb::kPub: return read_message(command, {.least_words = 2});
    case Verb::kHpub: return read_message(command, {.least_words = 3, .sizes = 2});
    case Verb::kMsg: return read_message(command, {.least_words = 3});
    case Verb::kHmsg: return read_message(command, {.least_words = 4, .sizes = 2});
    case Verb::kSub: {
      const auto words = split(command.arguments);
      if (!words || words->count < 2 || words->count > 3) return false;
      command.subject = words->word[0];
      return is_subject(command.subject);
    }
    case Verb::kUnsub: {
      const auto words = split(command.arguments);
      return words && words->count >= 1 && words->count <= 2;
    }
    case Verb::kInfo:
    case Verb::kConnect: return command.arguments.starts_with('{');
    case Verb::kErr: return true;
    case Verb::kPing:
    case Verb::kPong:
    case Verb::kOk: return command.arguments.empty();
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::expected<Command, ParseError> parse_command(PeerRole from, std::span<const std::byte> bytes) {
  const std::string_view text = text_of(bytes);
  // The longest word is CONNECT.
  const std::size_t word_end = text.substr(0, 8).find_first_of(" \t\r\n");
  const bool whole = word_end != std::string_view::npos;
  const VerbRow* const row =
      find_verb(from, text.substr(0, std::min(word_end, text.size())), whole);
  if (row == nullptr) return std::unexpected(ParseError::NotThisProtocol);
  const std::size_t line_end = text.find('\n', whole ? word_end : text.size());
  if (!whole || line_end == std::string_view::npos) return std::unexpected(ParseError::Truncated);
  std::string_view arguments = text.substr(word_end, line_end - word_end);
  if (arguments.ends_with('\r')) arguments.remove_suffix(1);
  Command command{.verb = row->verb,
                  .arguments = trimmed(arguments),
                  .subject = {},
                  .line_bytes = line_end + 1};
  if (!read_arguments(command)) return std::unexpected(ParseError::Malformed);
  return command;
}

}  // namespace obi::protocol::nats
