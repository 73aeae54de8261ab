// SPDX-License-Identifier: Apache-2.0
// Why a request has no answer, or no whole one. Pure functions.
#pragma once
#include <cstdint>
#include <string_view>

#include "model/segment.hpp"

namespace obi::model {

/// What became of the connection while the request was open; error.type of its span. The word is
/// the same at both ends where both saw the same.
enum class Failure : std::uint8_t {
  kNone = 0,
  kTimeout,    ///< the kernel timed out: nothing was acknowledged any more
  kReset,      ///< the connection was reset (RST): by the server, or by the end that isn't this one
  kEof,        ///< the server closed the connection
  kCancelled,  ///< the client closed the connection, be it for a time-out of its own
  kOther,      ///< how it ended isn't known
};

/// "timeout", "reset", "eof", "cancelled"; "_OTHER", as the semantic conventions have it; "" for
/// kNone.
std::string_view to_string(Failure failure);
/// What the end of a connection is to a request that is open. `is_client`: this end asked.
Failure failure_of(ConnectionEnd end, bool is_client);

}  // namespace obi::model
