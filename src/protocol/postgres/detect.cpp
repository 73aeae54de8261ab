// SPDX-License-Identifier: Apache-2.0
// Whether a connection speaks PostgreSQL's protocol: by what it begins with, or in mid-life by
// messages that fill what was shown and an answer that only this server gives.
#include "base/byte_cursor.hpp"
#include "protocol/postgres/conversation.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::postgres {
namespace {

constexpr std::uint64_t kMaxPlausible = 16U << 20U;
constexpr std::size_t kFormatAt = 5;  // of the answer to a COPY, behind type and length

// A StartupMessage whose first parameter has a name and a value.
bool is_startup(std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes.subspan(kOpenerBytes));
  const std::string_view name = cursor.c_string();
  return cursor.ok() && !name.empty() && is_printable_ascii(name);
}

Match detect_start(const FirstBytes& first_bytes) {
  if (first_bytes.server_first) return Match::kNo;
  const auto head = parse_opener(first_bytes.client.bytes);
  if (!head) return head.error() == ParseError::Truncated ? Match::kMaybe : Match::kNo;
  if (head->kind != Opener::kStartup) return Match::kYes;
  if (head->size > first_bytes.client.original_size) return Match::kMaybe;
  return is_startup(first_bytes.client.bytes) ? Match::kYes : Match::kNo;
}

struct Walk {
  std::size_t messages = 0;  // whole ones
  bool is_clean = true;      // nothing else is among them
  bool has_ready = false;    // ReadyForQuery is the last of them
  bool has_copy = false;     // CopyInResponse or another of the kind is
};

Walk walk(PeerRole from, std::span<const std::byte> bytes) {
  Walk walk;
  while (!bytes.empty()) {
    const auto size = message_size(from, bytes);
    if (!size && size.error() == ParseError::Truncated) return walk;
    if (!size || *size > kMaxPlausible) {
      walk.is_clean = false;
      return walk;
    }
    if (*size > bytes.size()) return walk;
    const std::string_view message = text_of(bytes.first(*size));
    const char last = message.back();
    walk.has_ready = message.front() == 'Z' && (last == 'I' || last == 'T' || last == 'E');
    // Its first byte is the format, 0 or 1.
    walk.has_copy = std::string_view("GHW").contains(message.front()) &&
                    message.size() > kFormatAt && message[kFormatAt] <= 1;
    if ((message.front() == 'Z' && !walk.has_ready) || (message.front() == 'C' && last != '\0')) {
      walk.is_clean = false;
      return walk;
    }
    ++walk.messages;
    bytes = bytes.subspan(*size);
  }
  return walk;
}

Match detect_mid_life(const FirstBytes& first_bytes) {
  const Walk client = walk(PeerRole::kClient, first_bytes.client.bytes);
  const Walk server = walk(PeerRole::kServer, first_bytes.server.bytes);
  const bool server_is_proof = server.is_clean && server.has_ready && server.messages > 1;
  if (server_is_proof && !first_bytes.client.bytes.empty()) return Match::kYes;
  if (first_bytes.client.bytes.empty() || first_bytes.server.bytes.empty())
    return client.is_clean && server.is_clean ? Match::kMaybe : Match::kNo;
  if (!client.is_clean || client.messages == 0) return Match::kNo;
  return server.is_clean && (server.messages > 1 || server.has_copy) ? Match::kYes : Match::kNo;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  return first_bytes.mid_life ? detect_mid_life(first_bytes) : detect_start(first_bytes);
}

}  // namespace obi::protocol::postgres
