// SPDX-License-Identifier: Apache-2.0
#include "protocol/kafka/header.hpp"

#include <algorithm>

#include "base/byte_cursor.hpp"
#include "protocol/kafka/walk.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::kafka {
namespace {

constexpr std::int16_t kNewestApi = 92;
// Of APIs whose bodies aren't read; the newest known is 13.
constexpr std::int16_t kNewestVersion = 16;
constexpr std::int32_t kLeastRequest = 10;  // key, version, correlation id, length of client id
constexpr std::int32_t kLeastAnswer = 4;

bool is_topic_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

// Looks whether what a request says is possible.
class PlausibleFields final : public FieldSink {
 public:
  void on_field(Role role, std::int64_t number, std::string_view text) override {
    switch (role) {
      case Role::kClientId: has_client_id_ = !text.empty(); break;
      case Role::kAcks: good_ &= number >= -1 && number <= 1; break;
      case Role::kTopicName:
        good_ &= !text.empty() && std::ranges::all_of(text, is_topic_character);
        break;
      case Role::kPartition:
        good_ &= number >= 0;
        has_topic_ = true;
        break;
      case Role::kFetchOffset: good_ &= number >= -2; break;
      default: return;
    }
    if (role == Role::kClientId) good_ &= is_printable_ascii(text);
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool has_topic() const { return has_topic_; }
  [[nodiscard]] bool has_client_id() const { return has_client_id_; }

 private:
  bool good_ = true;
  bool has_topic_ = false;
  bool has_client_id_ = false;
};

Evidence evidence_of_body(const RequestHeader& header, std::span<const std::byte> bytes) {
  const auto within =
      bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), header.bytes)));
  Walk walk;
  PlausibleFields fields;
  walk.begin(request_schema(header.api_key), header.version, header.bytes - kRequestHeaderBytes);
  walk.feed(within.subspan(kRequestHeaderBytes), fields);
  if (walk.state() == Walk::State::kBad || !fields.good()) return Evidence::kNone;
  if (walk.state() != Walk::State::kDone)
    return fields.has_topic() ? Evidence::kStrong : Evidence::kMore;
  // Produce without a topic doesn't exist; zeros alone would look like it.
  if (header.api_key == kProduce && !fields.has_topic()) return Evidence::kNone;
  const bool says_something = fields.has_topic() || fields.has_client_id() || header.version >= 3;
  return says_something ? Evidence::kStrong : Evidence::kWeak;
}

// The client id follows the header in every request.
Evidence evidence_of_client_id(const RequestHeader& header, std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes.subspan(kRequestHeaderBytes));
  const auto length = cursor.big<std::int16_t>();
  if (!cursor.ok()) return Evidence::kMore;
  if (length < -1 || kRequestHeaderBytes + 2U + static_cast<std::size_t>(std::max<int>(length, 0)) >
                         header.bytes) {
    return Evidence::kNone;
  }
  if (length <= 0) return Evidence::kWeak;
  const auto known = std::min<std::size_t>(static_cast<std::size_t>(length), cursor.left());
  if (!is_printable_ascii(cursor.text(known))) return Evidence::kNone;
  return known < static_cast<std::size_t>(length) ? Evidence::kMore : Evidence::kWeak;
}

}  // namespace

std::expected<RequestHeader, ParseError> read_request_header(std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes);
  const auto size = cursor.big<std::int32_t>();
  if (cursor.ok() && (size < kLeastRequest || size > kMaxMessageBytes))
    return std::unexpected(ParseError::NotThisProtocol);
  const RequestHeader header{.bytes = kSizeBytes + static_cast<std::uint64_t>(size),
                             .api_key = cursor.big<std::int16_t>(),
                             .version = cursor.big<std::int16_t>(),
                             .correlation_id = cursor.big<std::int32_t>()};
  // (Of what was not there, 0 was read, which is possible.)
  if (header.api_key < 0 || header.api_key > kNewestApi || header.version < 0)
    return std::unexpected(ParseError::NotThisProtocol);
  const bool is_read = header.api_key == kProduce || header.api_key == kFetch;
  if (header.version > (is_read ? 2 * kNewestVersion : kNewestVersion))
    return std::unexpected(ParseError::NotThisProtocol);
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  return header;
}

std::expected<ResponseHeader, ParseError> read_response_header(std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes);
  const auto size = cursor.big<std::int32_t>();
  if (cursor.ok() && (size < kLeastAnswer || size > kMaxMessageBytes))
    return std::unexpected(ParseError::NotThisProtocol);
  const ResponseHeader header{.bytes = kSizeBytes + static_cast<std::uint64_t>(size),
                              .correlation_id = cursor.big<std::int32_t>()};
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  return header;
}

Evidence evidence_of_request(std::span<const std::byte> bytes) {
  const auto header = read_request_header(bytes);
  if (!header) return header.error() == ParseError::Truncated ? Evidence::kMore : Evidence::kNone;
  if (header->correlation_id < 0) return Evidence::kNone;
  const Evidence client_id = evidence_of_client_id(*header, bytes);
  if (client_id != Evidence::kWeak) return client_id;
  const Schema* schema = request_schema(header->api_key);
  if (schema == nullptr || header->version > schema->newest) return Evidence::kWeak;
  return evidence_of_body(*header, bytes);
}

}  // namespace obi::protocol::kafka
