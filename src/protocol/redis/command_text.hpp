// SPDX-License-Identifier: Apache-2.0
// The text that telemetry shows of a Redis command. Of the arguments only keys are shown: the
// others are "?", and of commands that carry credentials nothing is. No I/O; memory is used again.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/redis/command_table.hpp"

namespace obi::protocol::redis {

/// The name of every command that isn't in the table.
inline constexpr std::string_view kOtherCommand = "_OTHER";

/// What a command looks like in telemetry, put together argument by argument: "MSET key ? ? ?".
/// Memory is used again. Keeps no argument but keys and words of the command.
class CommandText {
 public:
  static constexpr std::size_t kMaxName = 32;       ///< the longest of Redis has 20
  static constexpr std::size_t kMaxKey = 512;       ///< bytes of a key that are shown
  static constexpr std::size_t kMaxArguments = 16;  ///< that are shown

  /// Begins with the name: the table's, kOtherCommand for a word that isn't in it; what can't be a
  /// command's is not shown.
  void begin(std::string_view name);
  /// The next argument, cut or not.
  void add(std::string_view argument);

  [[nodiscard]] const CommandInfo& info() const { return info_; }
  /// The name as it is shown; empty if it can't be one. The text begins with it.
  [[nodiscard]] std::string_view name() const {
    return std::string_view(text_).substr(0, name_bytes_);
  }
  [[nodiscard]] std::size_t arguments() const { return arguments_; }
  [[nodiscard]] std::string& text() { return text_; }
  /// Of the first two arguments those that are words of the commands that change how a connection
  /// is followed ("REPLY", "OFF").
  [[nodiscard]] bool is_reply_off() const { return is_reply_ && mode_ == Mode::kOff; }
  [[nodiscard]] bool is_reply_skip() const { return is_reply_ && mode_ == Mode::kSkip; }
  [[nodiscard]] bool is_reply_on() const { return is_reply_ && mode_ == Mode::kOn; }
  /// SELECT's argument; -1 if it is no number.
  [[nodiscard]] int database() const { return database_; }

 private:
  enum class Mode : std::uint8_t { kNone, kOff, kSkip, kOn };
  [[nodiscard]] bool is_key() const;
  void note_meaning(std::string_view argument);

  CommandInfo info_;
  std::string text_;
  std::size_t name_bytes_ = 0;
  std::size_t arguments_ = 0;
  bool has_no_key_ = false;  // as the argument before says
  bool is_reply_ = false;
  Mode mode_ = Mode::kNone;
  int database_ = -1;
};

}  // namespace obi::protocol::redis
