// SPDX-License-Identifier: Apache-2.0
#include "model/query_redaction.hpp"

#include <array>
#include <cstring>
#include <functional>
#include <optional>
#include <span>

namespace obi::model {
namespace {

constexpr std::array<std::string_view, 38> kSensitive = {"X-Amz-Signature",
                                                         "X-Amz-Credential",
                                                         "X-Amz-Security-Token",
                                                         "AWSAccessKeyId",
                                                         "Signature",
                                                         "SecurityToken",
                                                         "X-Goog-Signature",
                                                         "sig",
                                                         "token",
                                                         "access_token",
                                                         "refresh_token",
                                                         "id_token",
                                                         "jwt",
                                                         "session",
                                                         "sid",
                                                         "signature",
                                                         "api_key",
                                                         "apikey",
                                                         "client_secret",
                                                         "secret",
                                                         "password",
                                                         "pass",
                                                         "pwd",
                                                         "reset_token",
                                                         "invite_token",
                                                         "verify_token",
                                                         "otp",
                                                         "totp",
                                                         "mfa_code",
                                                         "verification_code",
                                                         "SAMLResponse",
                                                         "assertion",
                                                         "card",
                                                         "cc",
                                                         "pan",
                                                         "cvv",
                                                         "ssn",
                                                         "tax_id"};
constexpr std::string_view kReplacement = "REDACTED";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Longer keys are compared as they are sent only.
constexpr std::size_t kMaxDecodedKeyBytes = 256;

// Percent-decodes into `buffer`; nullopt if it is too small.
std::optional<std::string_view> decode(std::string_view text, std::span<char> buffer) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (size == buffer.size()) return std::nullopt;
    const int high = i + 2 < text.size() && text[i] == '%' ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    buffer[size++] = low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
    if (low >= 0) i += 2;
  }
  return std::string_view(buffer.data(), size);
}

// Calls `each(part)` for the parts between '&'.
template <typename Each>
void for_each_part(std::string_view query, const Each& each) {
  while (true) {
    const std::size_t end = query.find('&');
    each(query.substr(0, end));
    if (end == std::string_view::npos) return;
    query.remove_prefix(end + 1);
  }
}

}  // namespace

QueryRedaction::QueryRedaction(const std::vector<std::string>& add,
                               const std::vector<std::string>& remove) {
  for (const std::string_view key : kSensitive) keys_.emplace(key);
  for (const std::string& key : remove) keys_.erase(key);
  keys_.insert(add.begin(), add.end());
}

bool QueryRedaction::is_sensitive(std::string_view key) const {
  if (key.find('%') == std::string_view::npos) return keys_.contains(key);
  std::array<char, kMaxDecodedKeyBytes> buffer;
  const auto decoded = decode(key, buffer);
  return keys_.contains(key) || (decoded && keys_.contains(*decoded));
}

std::string_view QueryRedaction::redact(std::string_view query, base::Arena& arena) const {
  std::size_t size = 0;
  bool found = false;
  const auto secret_of = [&](std::string_view part) {
    const std::size_t equals = part.find('=');
    return equals != std::string_view::npos && is_sensitive(part.substr(0, equals))
               ? equals + 1
               : std::string_view::npos;
  };
  for_each_part(query, [&](std::string_view part) {
    const std::size_t at = secret_of(part);
    found |= at != std::string_view::npos;
    size += 1 + (at == std::string_view::npos ? part.size() : at + kReplacement.size());
  });
  if (!found) return query;
  char* const text = arena.allocate(size);
  char* out = text;
  const auto put = [&](std::string_view piece) {
    std::memcpy(out, piece.data(), piece.size());
    out += piece.size();
  };
  for_each_part(query, [&](std::string_view part) {
    const std::size_t at = secret_of(part);
    put(at == std::string_view::npos ? part : part.substr(0, at));
    if (at != std::string_view::npos) put(kReplacement);
    put("&");
  });
  return {text, static_cast<std::size_t>(out - text) - 1};
}

}  // namespace obi::model
