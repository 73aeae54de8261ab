// SPDX-License-Identifier: Apache-2.0
// The layout of the messages of Kafka that are read field by field, as tables: one row a field,
// with the versions that have it. Source: the message definitions of Apache Kafka 4.3 (protocol
// guide, "The Messages"), and those of older versions that its brokers no longer take. Constant
// data.
#pragma once
#include <cstdint>
#include <span>

namespace obi::protocol::kafka {

/// The API keys whose bodies are read; any other is walked past.
inline constexpr std::int16_t kProduce = 0;
inline constexpr std::int16_t kFetch = 1;
inline constexpr std::int16_t kMetadata = 3;
inline constexpr std::int16_t kApiVersions = 18;

enum class Kind : std::uint8_t {
  kFixed,   ///< so many bytes that say nothing to us
  kNumber,  ///< a signed integer of so many bytes
  kUuid,
  kText,       ///< STRING, NULLABLE_STRING or their compact forms
  kPlainText,  ///< … never compact: the client id of a request's header
  kBytes,      ///< BYTES, RECORDS or their compact forms: skipped
  kNumbers,    ///< ARRAY of 32-bit numbers: skipped
  kArray,      ///< the fields up to the kEnd of the same depth, many times
  kEnd,
  kTags,  ///< tagged fields (KIP-482), in flexible versions only: skipped
};

/// What a field means to the reader of the message.
enum class Role : std::uint8_t {
  kNone,
  kClientId,
  kAcks,
  kTopicName,
  kTopicId,
  kPartition,
  kFetchOffset,
  kBaseOffset,
  kRecords,  ///< number: their size; text: their first 8 bytes, the base offset, if captured
};

struct Field {
  Kind kind = Kind::kFixed;
  Role role = Role::kNone;
  std::uint8_t bytes = 0;  ///< kFixed, kNumber
  std::int8_t from = 0;    ///< the first version that has the field
  std::int8_t to = 127;    ///< the last one
};

struct Schema {
  std::span<const Field> fields;  ///< of the header behind the correlation id, then of the body
  std::int16_t flexible_from = 0;
  std::int16_t newest = 0;  ///< later versions may look otherwise
};

/// Null for an API that isn't read.
const Schema* request_schema(std::int16_t api_key);
const Schema* response_schema(std::int16_t api_key);

}  // namespace obi::protocol::kafka
