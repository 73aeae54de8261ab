// SPDX-License-Identifier: Apache-2.0
#include "protocol/couchbase/operation.hpp"

#include <algorithm>
#include <array>

namespace obi::protocol::couchbase {
namespace {

using memcached::Frame;

constexpr Operation shared(std::uint8_t opcode, std::string_view name, bool is_quiet = false) {
  return {.opcode = opcode, .name = name, .is_quiet = is_quiet, .is_shared = true};
}
constexpr Operation own(std::uint8_t opcode, std::string_view name, bool is_quiet = false) {
  return {.opcode = opcode, .name = name, .is_quiet = is_quiet, .is_shared = false};
}

constexpr std::array kOperations = {
    shared(0x00, "GET"),
    shared(0x01, "SET"),
    shared(0x02, "ADD"),
    shared(0x03, "REPLACE"),
    shared(0x04, "DELETE"),
    shared(0x05, "INCREMENT"),
    shared(0x06, "DECREMENT"),
    shared(0x09, "GET", true),
    shared(0x0c, "GET"),
    shared(0x0d, "GET", true),
    shared(0x0e, "APPEND"),
    shared(0x0f, "PREPEND"),
    shared(0x11, "SET", true),
    shared(0x12, "ADD", true),
    shared(0x13, "REPLACE", true),
    shared(0x14, "DELETE", true),
    shared(0x15, "INCREMENT", true),
    shared(0x16, "DECREMENT", true),
    shared(0x19, "APPEND", true),
    shared(0x1a, "PREPEND", true),
    shared(0x1c, "TOUCH"),
    shared(0x1d, "GAT"),
    shared(0x1e, "GAT", true),
    own(0x83, "GET_REPLICA"),
    own(0x94, "GET_LOCKED"),
    own(0x95, "UNLOCK_KEY"),
    own(0xa0, "GET_META"),
    own(0xa2, "SET_WITH_META"),
    own(0xa4, "ADD_WITH_META"),
    own(0xa8, "DEL_WITH_META"),
    own(0xc5, "SUBDOC_GET"),
    own(0xc6, "SUBDOC_EXISTS"),
    own(0xc7, "SUBDOC_DICT_ADD"),
    own(0xc8, "SUBDOC_DICT_UPSERT"),
    own(0xc9, "SUBDOC_DELETE"),
    own(0xca, "SUBDOC_REPLACE"),
    own(0xcb, "SUBDOC_ARRAY_PUSH_LAST"),
    own(0xcc, "SUBDOC_ARRAY_PUSH_FIRST"),
    own(0xcd, "SUBDOC_ARRAY_INSERT"),
    own(0xce, "SUBDOC_ARRAY_ADD_UNIQUE"),
    own(0xcf, "SUBDOC_COUNTER"),
    own(0xd0, "SUBDOC_MULTI_LOOKUP"),
    own(0xd1, "SUBDOC_MULTI_MUTATION"),
    own(0xd2, "SUBDOC_GET_COUNT"),
    own(0xd3, "SUBDOC_REPLACE_BODY_WITH_XATTR"),
};
static_assert(std::ranges::is_sorted(kOperations, {}, &Operation::opcode));

struct StatusName {
  std::uint16_t status;
  std::string_view name;
};
constexpr std::array kStatuses = {
    StatusName{0x01, "Document not found"},
    StatusName{0x02, "Document exists"},
    StatusName{0x03, "Value too large"},
    StatusName{0x04, "Invalid arguments"},
    StatusName{0x05, "Not stored"},
    StatusName{0x06, "Non-numeric value"},
    StatusName{0x07, "Not my vbucket"},
    StatusName{0x08, "No bucket selected"},
    StatusName{0x09, "Locked"},
    StatusName{0x1f, "Authentication stale"},
    StatusName{0x20, "Authentication error"},
    StatusName{0x22, "Out of range"},
    StatusName{0x24, "No access"},
    StatusName{0x25, "Not initialized"},
    StatusName{0x80, "Unknown frame info"},
    StatusName{0x81, "Unknown command"},
    StatusName{0x82, "Out of memory"},
    StatusName{0x83, "Not supported"},
    StatusName{0x84, "Internal error"},
    StatusName{0x85, "Busy"},
    StatusName{0x86, "Temporary failure"},
    StatusName{0x87, "Invalid extended attribute"},
    StatusName{0x88, "Unknown collection"},
    StatusName{0x8c, "Unknown scope"},
    StatusName{0xa0, "Invalid durability level"},
    StatusName{0xa1, "Durability impossible"},
    StatusName{0xa2, "Durable write in progress"},
    StatusName{0xa3, "Durable write ambiguous"},
    StatusName{0xa4, "Durable write re-commit in progress"},
    StatusName{0xc0, "Path not found"},
    StatusName{0xc1, "Path mismatch"},
    StatusName{0xc2, "Path invalid"},
    StatusName{0xc3, "Path too big"},
    StatusName{0xc4, "Document too deep"},
    StatusName{0xc5, "Value can't be inserted"},
    StatusName{0xc6, "Document not JSON"},
    StatusName{0xc7, "Number out of range"},
    StatusName{0xc8, "Delta invalid"},
    StatusName{0xc9, "Path exists"},
    StatusName{0xca, "Value too deep"},
    StatusName{0xcb, "Invalid combination"},
    StatusName{0xcc, "Multi-path failure"},
    StatusName{0xd3, "Multi-path failure of a deleted document"},
};
static_assert(std::ranges::is_sorted(kStatuses, {}, &StatusName::status));

constexpr std::uint16_t kSubdocSuccessDeleted = 0xcd;
constexpr std::uint16_t kMaxKey = 250 + 5;  // with the id of a collection

}  // namespace

Operation operation_of(std::uint8_t opcode) {
  const auto* const found = std::ranges::lower_bound(kOperations, opcode, {}, &Operation::opcode);
  return found != kOperations.end() && found->opcode == opcode ? *found : Operation{};
}

bool is_success(std::uint16_t status) { return status == 0 || status == kSubdocSuccessDeleted; }

std::string_view status_name(std::uint16_t status) {
  const auto* const found = std::ranges::lower_bound(kStatuses, status, {}, &StatusName::status);
  return found != kStatuses.end() && found->status == status ? found->name : std::string_view();
}

bool is_own_request(const Frame& frame) {
  if (frame.magic != Frame::kRequest || frame.datatype != 0 || frame.status != 0) return false;
  switch (frame.opcode) {
    case kHello:
      return frame.extras_bytes == 0 && frame.value_bytes() > 0 && frame.value_bytes() % 2 == 0 &&
             frame.value_bytes() <= 256;
    case kSelectBucket:
      return frame.extras_bytes == 0 && frame.key_bytes > 0 && frame.value_bytes() == 0;
    case kGetClusterConfig: return frame.key_bytes == 0 && frame.value_bytes() == 0;
    case kGetErrorMap:
      return frame.key_bytes == 0 && frame.extras_bytes == 0 && frame.value_bytes() == 2;
    case kGetCollectionId:
      return frame.extras_bytes == 0 && frame.key_bytes + frame.value_bytes() > 0;
    default: return false;
  }
}

bool is_document_request(const Frame& frame) {
  constexpr std::uint8_t kMaxDatatype = 7;  // JSON, Snappy, extended attributes
  constexpr std::uint8_t kMaxExtras = 28;
  constexpr std::uint16_t kMaxVbucket = 1023;
  return (frame.magic == Frame::kRequest || frame.magic == Frame::kFlexibleRequest) &&
         !operation_of(frame.opcode).name.empty() && frame.key_bytes > 0 &&
         frame.key_bytes <= kMaxKey && frame.datatype <= kMaxDatatype &&
         frame.extras_bytes <= kMaxExtras && frame.status <= kMaxVbucket;
}

}  // namespace obi::protocol::couchbase
