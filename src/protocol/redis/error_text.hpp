// SPDX-License-Identifier: Apache-2.0
// What telemetry says of an error that Redis answers with. Pure functions; texts are in the arena
// or static.
#pragma once
#include <string_view>

#include "base/arena.hpp"

namespace obi::protocol::redis {

/// The kind of error, by convention its first word in capitals: "WRONGTYPE"; else "ERR".
std::string_view error_code_of(std::string_view error, base::Arena& arena);
/// The message up to what it quotes, as that may be an argument; empty for the errors of scripts,
/// which say what they like.
std::string_view error_message_of(std::string_view error, std::string_view command,
                                  base::Arena& arena);

}  // namespace obi::protocol::redis
