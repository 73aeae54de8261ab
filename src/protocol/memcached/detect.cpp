// SPDX-License-Identifier: Apache-2.0
// How memcached is distinguished from other protocols, see protocol/table.hpp.
#include <algorithm>

#include "protocol/memcached/conversation.hpp"
#include "protocol/memcached/opcode.hpp"

namespace obi::protocol::memcached {
namespace {

// A line with its end; empty if it has none.
std::string_view whole_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

std::string_view content_of(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// What only memcached answers to that command. An error, "OK" and "END" behind a word alone are
// other servers' too; in mid-life, where the first command isn't known to be one, also "DELETED"
// (beanstalkd) and what is a single word or number on either side.
bool is_proof(const TextCommand& command, Words said, bool mid_life) {
  Words shared = kErrors | kOk | kOther;
  if (command.key.empty()) shared |= kEnd;
  if (mid_life) shared |= kDeleted | kNotFound | kTouched | kNumber | kVersion;
  return (said & command.answers & ~shared) != 0;
}

Match detect_text(const FirstBytes& first_bytes) {
  const std::string_view client = text_of(first_bytes.client.bytes);
  const std::string_view server = text_of(first_bytes.server.bytes);
  const std::string_view line = whole_line(client);
  if (first_bytes.server_first || !is_plain_line(content_of(line.empty() ? client : line)))
    return Match::kNo;
  if (line.empty() && !may_begin_command(client)) return Match::kNo;
  if (line.empty() && (!server.empty() || client.size() < kMaxLine))
    return server.empty() ? Match::kMaybe : Match::kNo;
  const TextCommand command = parse_command(content_of(line.empty() ? client : line));
  if (!command.is_known) return Match::kNo;
  if (command.has_data && !line.empty()) {
    // With its data, and the end of line behind it, a store is like nothing else.
    const std::string_view rest = client.substr(line.size());
    if (rest.size() >= command.data_bytes + 2)
      return rest.substr(command.data_bytes, 2) == "\r\n" ? Match::kYes : Match::kNo;
  }
  const std::string_view said = whole_line(server);
  if (said.empty()) return server.size() < kMaxLine ? Match::kMaybe : Match::kNo;
  const auto answer = parse_answer(content_of(said));
  if (!answer || !said.ends_with("\r\n")) return Match::kNo;
  return is_proof(command, answer->word, first_bytes.mid_life) ? Match::kYes : Match::kNo;
}

// Walks over what Couchbase begins with as well.
Match detect_binary(const FirstBytes& first_bytes) {
  std::span<const std::byte> rest = first_bytes.client.bytes;
  while (!rest.empty()) {
    const auto frame = parse_frame(rest);
    if (!frame) return frame.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
    if (!is_plausible_request(*frame)) return Match::kNo;
    if (!is_sasl(frame->opcode)) {
      if (!first_bytes.mid_life) return Match::kYes;
      const auto answer = parse_frame(first_bytes.server.bytes);
      if (!answer) return first_bytes.server.bytes.empty() ? Match::kMaybe : Match::kNo;
      return answer->magic == Frame::kResponse && answer->datatype == 0 &&
                     answer->opcode == frame->opcode && answer->opaque == frame->opaque
                 ? Match::kYes
                 : Match::kNo;
    }
    if (rest.size() <= frame->size()) break;
    rest = rest.subspan(frame->size());
  }
  return Match::kMaybe;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  if (first_bytes.client.bytes.empty()) return Match::kNo;
  const bool is_binary = first_bytes.client.bytes[0] == std::byte{Frame::kRequest};
  return is_binary ? detect_binary(first_bytes) : detect_text(first_bytes);
}

}  // namespace obi::protocol::memcached
