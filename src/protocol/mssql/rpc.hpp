// SPDX-License-Identifier: Apache-2.0
// Requests of SQL Server that hold a statement: SQLBatch ([MS-TDS] 2.2.6.7) and RPC (2.2.6.6),
// where most clients call one of the server's own procedures to prepare and execute what they have.
// Pure functions; views point into the input, which may be cut anywhere.
#pragma once
#include <cstdint>
#include <optional>

#include "protocol/mssql/packet.hpp"

namespace obi::protocol::mssql {

/// What a call is for.
enum class Purpose : std::uint8_t {
  kExecuteText,  ///< executes the statement that it has
  kPrepare,      ///< prepares it, and answers a handle
  kPrepareAndExecute,
  kExecuteHandle,  ///< executes a prepared one
  kForget,         ///< a prepared one
  kFetch,          ///< goes on with what was executed: no operation of its own
  kOther,          ///< a procedure of the user's, or one that does something else
};

struct Call {
  Purpose purpose = Purpose::kOther;
  Bytes name;            ///< of the procedure, in UTF-16; empty if it was called by number
  std::uint16_t id = 0;  ///< of a procedure of the server's own; 0 for others
  Bytes text;            ///< the statement, in UTF-16 unless `is_narrow`
  bool is_narrow = false;
  std::optional<std::uint32_t> handle;
};
/// `payload` without ALL_HEADERS.
std::expected<Call, ParseError> parse_call(Bytes payload);

/// "sp_execute" of 12; empty for a number that has no name.
std::string_view procedure_name(std::uint16_t id);

}  // namespace obi::protocol::mssql
