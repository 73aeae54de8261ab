// SPDX-License-Identifier: Apache-2.0
// How a server reads the text of a statement: its language, and what of its settings decides where
// a literal ends. What is not known of them is ambiguous, and what is ambiguous counts as a
// literal.
#pragma once
#include <cstdint>

#include "protocol/sql/charset.hpp"

namespace obi::protocol::sql {

enum class Family : std::uint8_t { kGeneric, kPostgres, kMySql, kMsSql };

/// What a backslash in a literal is.
enum class Backslash : std::uint8_t { kPlain, kEscape, kEither };

struct Dialect {
  Family family = Family::kGeneric;
  Backslash backslash = Backslash::kEither;
  Charset charset = Charset::kUnknown;
  bool is_mariadb = false;
  std::uint32_t version = 0;  ///< of MySQL and MariaDB as in `/*!80036 … */`; 0: unknown

  bool operator==(const Dialect&) const = default;

  static const Dialect kGeneric;
  static const Dialect kPostgres;     ///< of a connection whose settings were not seen
  static const Dialect kMySql;        ///< in the usual mode and character set
  static const Dialect kMySqlPlain;   ///< … with NO_BACKSLASH_ESCAPES
  static const Dialect kMySqlUnsure;  ///< … in that mode or not, in any character set
  static const Dialect kMsSql;
};

inline constexpr Dialect Dialect::kGeneric = {};
inline constexpr Dialect Dialect::kPostgres = {.family = Family::kPostgres};
inline constexpr Dialect Dialect::kMySql = {
    .family = Family::kMySql, .backslash = Backslash::kEscape, .charset = Charset::kAscii};
inline constexpr Dialect Dialect::kMySqlPlain = {
    .family = Family::kMySql, .backslash = Backslash::kPlain, .charset = Charset::kAscii};
inline constexpr Dialect Dialect::kMySqlUnsure = {.family = Family::kMySql};
inline constexpr Dialect Dialect::kMsSql = {
    .family = Family::kMsSql, .backslash = Backslash::kPlain, .charset = Charset::kAscii};

}  // namespace obi::protocol::sql
