// SPDX-License-Identifier: Apache-2.0
#include "protocol/kafka/schema.hpp"

#include <array>

namespace obi::protocol::kafka {
namespace {

constexpr std::int8_t kAnyLater = 127;

constexpr Field fixed(std::uint8_t bytes, std::int8_t from = 0, std::int8_t to = kAnyLater) {
  return {.kind = Kind::kFixed, .bytes = bytes, .from = from, .to = to};
}
constexpr Field number(Role role, std::uint8_t bytes) {
  return {.kind = Kind::kNumber, .role = role, .bytes = bytes};
}
constexpr Field text(Role role, std::int8_t from = 0, std::int8_t to = kAnyLater) {
  return {.kind = Kind::kText, .role = role, .from = from, .to = to};
}
constexpr Field uuid(Role role, std::int8_t from) {
  return {.kind = Kind::kUuid, .role = role, .from = from};
}
constexpr Field array(std::int8_t from = 0) { return {.kind = Kind::kArray, .from = from}; }
constexpr Field numbers(std::int8_t from = 0) { return {.kind = Kind::kNumbers, .from = from}; }
constexpr Field records(Role role) { return {.kind = Kind::kBytes, .role = role}; }

constexpr Field kClientIdField{.kind = Kind::kPlainText, .role = Role::kClientId};
constexpr Field kTags{.kind = Kind::kTags};
constexpr Field kEndOfElement{.kind = Kind::kEnd};

constexpr auto kProduceRequest = std::to_array<Field>({
    kClientIdField,
    kTags,
    text(Role::kNone, 3),  // transactional id
    number(Role::kAcks, 2),
    fixed(4),  // time-out
    array(),   // topics
    text(Role::kTopicName, 0, 12),
    uuid(Role::kTopicId, 13),
    array(),
    number(Role::kPartition, 4),
    records(Role::kNone),
    kTags,
    kEndOfElement,
    kTags,
    kEndOfElement,
    kTags,
});

constexpr auto kProduceResponse = std::to_array<Field>({
    kTags,
    array(),  // topics
    text(Role::kTopicName, 0, 12),
    uuid(Role::kTopicId, 13),
    array(),
    number(Role::kPartition, 4),
    fixed(2),  // error
    number(Role::kBaseOffset, 8),
    fixed(8, 2),
    fixed(8, 5),  // append time, log start offset
    array(8),
    fixed(4),
    text(Role::kNone),
    kTags,
    kEndOfElement,         // errors of records
    text(Role::kNone, 8),  // error message
    kTags,
    kEndOfElement,
    kTags,
    kEndOfElement,
    fixed(4, 1),  // throttle time
    kTags,
});

constexpr auto kFetchRequest = std::to_array<Field>({
    kClientIdField,
    kTags,
    fixed(4, 0, 14),  // replica id
    fixed(8),         // longest wait, least bytes
    fixed(4, 3),
    fixed(1, 4),
    fixed(8, 7),  // most bytes, isolation, session id and epoch
    array(),      // topics
    text(Role::kTopicName, 0, 12),
    uuid(Role::kTopicId, 13),
    array(),
    number(Role::kPartition, 4),
    fixed(4, 9),  // leader epoch
    number(Role::kFetchOffset, 8),
    fixed(4, 12),
    fixed(8, 5),
    fixed(4),  // last epoch, log start offset, most bytes
    kTags,
    kEndOfElement,
    kTags,
    kEndOfElement,
    array(7),  // topics that the session forgets
    text(Role::kNone, 0, 12),
    uuid(Role::kNone, 13),
    numbers(),
    kTags,
    kEndOfElement,
    text(Role::kNone, 11),  // rack
    kTags,
});

constexpr auto kFetchResponse = std::to_array<Field>({
    kTags,
    fixed(4, 1),
    fixed(6, 7),  // throttle time; error, session id
    array(),      // topics
    text(Role::kTopicName, 0, 12),
    uuid(Role::kTopicId, 13),
    array(),
    number(Role::kPartition, 4),
    fixed(10),
    fixed(8, 4),
    fixed(8, 5),  // error, high watermark; stable, start
    array(4),
    fixed(16),
    kTags,
    kEndOfElement,  // aborted transactions
    fixed(4, 11),   // preferred replica
    records(Role::kRecords),
    kTags,
    kEndOfElement,
    kTags,
    kEndOfElement,
    kTags,
});

constexpr auto kMetadataRequest = std::to_array<Field>({
    kClientIdField,
    kTags,
    array(),
    uuid(Role::kNone, 10),
    text(Role::kTopicName),
    kTags,
    kEndOfElement,  // topics
    fixed(1, 4),
    fixed(1, 8, 10),
    fixed(1, 8),
    kTags,
});

constexpr auto kMetadataResponse = std::to_array<Field>({
    kTags,
    fixed(4, 3),  // throttle time
    array(),
    fixed(4),
    text(Role::kNone),
    fixed(4),
    text(Role::kNone, 1),  // brokers
    kTags,
    kEndOfElement,
    text(Role::kNone, 2),
    fixed(4, 1),  // cluster, controller
    array(),      // topics
    fixed(2),
    text(Role::kTopicName),
    uuid(Role::kTopicId, 10),
    fixed(1, 1),
    array(),
    fixed(10),
    fixed(4, 7),
    numbers(),
    numbers(),
    numbers(5),
    kTags,
    kEndOfElement,
    fixed(4, 8),
    kTags,
    kEndOfElement,
    fixed(4, 8, 10),
    fixed(2, 13),  // operations, error
    kTags,
});

constexpr auto kApiVersionsRequest = std::to_array<Field>({
    kClientIdField,
    kTags,
    text(Role::kNone, 3),
    text(Role::kNone, 3),  // name and version of the client's software
    kTags,
});

constexpr Schema kProduceRequestSchema{kProduceRequest, 9, 13};
constexpr Schema kProduceResponseSchema{kProduceResponse, 9, 13};
constexpr Schema kFetchRequestSchema{kFetchRequest, 12, 18};
constexpr Schema kFetchResponseSchema{kFetchResponse, 12, 18};
constexpr Schema kMetadataRequestSchema{kMetadataRequest, 9, 13};
constexpr Schema kMetadataResponseSchema{kMetadataResponse, 9, 13};
constexpr Schema kApiVersionsRequestSchema{kApiVersionsRequest, 3, 4};

}  // namespace

const Schema* request_schema(std::int16_t api_key) {
  switch (api_key) {
    case kProduce: return &kProduceRequestSchema;
    case kFetch: return &kFetchRequestSchema;
    case kMetadata: return &kMetadataRequestSchema;
    case kApiVersions: return &kApiVersionsRequestSchema;
    default: return nullptr;
  }
}

const Schema* response_schema(std::int16_t api_key) {
  switch (api_key) {
    case kProduce: return &kProduceResponseSchema;
    case kFetch: return &kFetchResponseSchema;
    case kMetadata: return &kMetadataResponseSchema;
    default: return nullptr;
  }
}

}  // namespace obi::protocol::kafka
