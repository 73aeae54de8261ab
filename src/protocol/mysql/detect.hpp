// SPDX-License-Identifier: Apache-2.0
// What the first bytes of a command or an answer look like: to detect the protocol, and to find the
// next message after a loss. Pure functions.
#pragma once
#include <cstdint>

#include "protocol/mysql/packet.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::mysql {

/// Do these bytes, of which `original_size` moved, begin with a whole command that nothing else
/// looks like? kMaybe: more bytes may decide.
Match begins_command(Bytes bytes, std::size_t original_size);

/// … with the first packet of an answer, which has that number?
bool begins_answer(Bytes bytes, std::uint8_t sequence);

}  // namespace obi::protocol::mysql
