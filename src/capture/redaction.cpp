// SPDX-License-Identifier: Apache-2.0
#include "capture/redaction.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <string_view>

#include "bpf/shared/segment.h"

namespace obi::capture {
namespace {

constexpr std::array<std::string_view, 7> kKeptHeaders = {
    "content-length", "transfer-encoding", "connection", "upgrade", "expect",
    "host",           "traceparent"};
constexpr std::string_view kChunkedEnd = "\r\n0\r\n\r\n";

void hide(std::span<char> text) { std::ranges::fill(text, 'x'); }

bool is_kept_header(std::string_view name) {
  return std::ranges::any_of(kKeptHeaders, [&](std::string_view kept) {
    return kept.size() == name.size() && strncasecmp(kept.data(), name.data(), name.size()) == 0;
  });
}

bool begins_message(std::string_view text) {
  if (text.starts_with("HTTP/1.")) return true;
  const std::string_view line = text.substr(0, text.find('\n'));
  const std::size_t space = line.find(' ');
  return space != std::string_view::npos && space > 2 && space < 20 &&
         line.find(" HTTP/1.") != std::string_view::npos &&
         std::ranges::all_of(
             line.substr(0, space), [](unsigned char c) { return std::isupper(c) != 0; });
}

void hide_query(std::span<char> line) {
  const std::string_view text(line.data(), line.size());
  const std::size_t question = text.find('?');
  if (question == std::string_view::npos) return;
  const std::size_t end = std::min(text.find(' ', question), text.size());
  hide(line.subspan(question + 1, end - question - 1));
}

void redact_header(std::span<char> line) {
  const std::string_view text(line.data(), line.size());
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    hide(line);
  } else if (!is_kept_header(text.substr(0, colon))) {
    hide(line.subspan(colon + 1));
  }
}

// Redacts the head at the start of `payload`; returns its length, the empty line included.
std::size_t redact_head(std::span<char> payload) {
  std::size_t at = 0;
  for (bool first = true; at < payload.size(); first = false) {
    const std::string_view rest(payload.data() + at, payload.size() - at);
    const std::size_t newline = rest.find('\n');
    std::size_t length = std::min(newline, rest.size());
    if (length > 0 && rest[length - 1] == '\r') --length;
    const auto line = payload.subspan(at, length);
    if (first) {
      hide_query(line);
    } else {
      redact_header(line);
    }
    if (newline == std::string_view::npos) return payload.size();
    at += newline + 1;
    if (length == 0) break;
  }
  return at;
}

}  // namespace

void redact_payload(std::span<char> payload) {
  std::size_t at = 0;
  while (at < payload.size()) {
    const auto rest = payload.subspan(at);
    if (!begins_message({rest.data(), rest.size()})) break;
    at += redact_head(rest);
  }
  auto body = payload.subspan(at);
  if (std::string_view(body.data(), body.size()).ends_with(kChunkedEnd))
    body = body.first(body.size() - kChunkedEnd.size());
  hide(body);
}

void redact_record(std::span<std::byte> record) {
  obi_segment segment;
  if (record.size() < sizeof(segment)) return;
  std::memcpy(&segment, record.data(), sizeof(segment));
  if (segment.header.type != OBI_EVENT_SEGMENT) return;
  const auto behind = record.subspan(sizeof(segment));
  const auto payload = behind.first(std::min<std::size_t>(segment.captured_bytes, behind.size()));
  redact_payload({reinterpret_cast<char*>(payload.data()), payload.size()});
  const std::string_view tail(reinterpret_cast<const char*>(segment.tail), sizeof(segment.tail));
  if (!tail.ends_with(kChunkedEnd))
    std::memset(record.data() + offsetof(obi_segment, tail), 'x', sizeof(segment.tail));
}

}  // namespace obi::capture
