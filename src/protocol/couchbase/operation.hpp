// SPDX-License-Identifier: Apache-2.0
// The operations of Couchbase's key-value protocol and its statuses, by number (kv_engine's
// BinaryProtocol). Constant data.
#pragma once
#include <cstdint>
#include <string_view>

#include "protocol/memcached/frame.hpp"

namespace obi::protocol::couchbase {

enum Opcode : std::uint8_t {
  kHello = 0x1f,
  kSaslMechanisms = 0x20,
  kSaslStep = 0x22,
  kDcpOpen = 0x50,
  kSelectBucket = 0x89,
  kGetClusterConfig = 0xb5,
  kGetCollectionId = 0xbb,
  kGetErrorMap = 0xfe,
};

/// An operation on a document; `name` is empty for all others, which have no span.
struct Operation {
  std::uint8_t opcode = 0;
  std::string_view name;
  bool is_quiet = false;   ///< answered only with a result or an error
  bool is_shared = false;  ///< memcached has it too
};

Operation operation_of(std::uint8_t opcode);
/// Success, also of those that say more than that.
bool is_success(std::uint16_t status);
/// "Unknown collection"; empty for one that isn't known.
std::string_view status_name(std::uint16_t status);

/// Is it a request that only Couchbase's clients begin with, with the parts that it must have?
bool is_own_request(const memcached::Frame& frame);
/// Is it an operation on a document, of any of those that speak this protocol?
bool is_document_request(const memcached::Frame& frame);

}  // namespace obi::protocol::couchbase
