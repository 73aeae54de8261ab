// SPDX-License-Identifier: Apache-2.0
// What is known of a Redis command by its name: which argument is a key, and whether the command
// changes how the connection is followed. Constant data; facts from the command references of
// Redis (8.4) and its modules.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace obi::protocol::redis {

inline constexpr std::size_t kMaxCommandName = 32;  ///< the longest of Redis has 20

enum class CommandKind : std::uint8_t {
  kPlain,
  kSelect,
  kSubscribe,  ///< a reply for each channel
  kUnsubscribe,
  kMonitor,
  kClient,
  kMulti,
  kEndMulti,   ///< EXEC, DISCARD
  kReset,      ///< RESET, QUIT
  kReplicate,  ///< PSYNC: what follows the answer is no RESP
  kSync,       ///< SYNC: its answer is no RESP
};

struct CommandInfo {
  std::string_view name;  ///< empty if it isn't one of Redis' own or of its modules'
  CommandKind kind = CommandKind::kPlain;
  std::uint8_t key = 0;         ///< which argument is a key, the first is 1; 0: none is known
  bool has_subcommand = false;  ///< the first argument is a word of the command
  bool is_secret = false;       ///< no argument is counted in the text
  bool counts_keys = false;     ///< the argument before the key says how many keys there are
};

/// The row of that name, which is in upper case; for a command that isn't known, what holds for
/// those.
CommandInfo command_info(std::string_view name);
/// Is it the name of one of Redis' own commands, in any case?
bool is_known_command(std::string_view name);

}  // namespace obi::protocol::redis
