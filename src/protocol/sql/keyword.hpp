// SPDX-License-Identifier: Apache-2.0
// The words of SQL that decide what a statement does and where its tables are named: of ISO/IEC
// 9075 and of what PostgreSQL, MySQL, SQL Server and SQLite add to it. Constant data and pure
// functions.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/word.hpp"

namespace obi::protocol::sql {

// What a word is, as letters:
//   V  begins a statement, and names its operation
//   R  is never the name of a table, unless quoted
//   M  may stand between a word that tables follow and their names (table_finder.cpp says where)
//   L  ends a list of tables
//   S  no value: a sign behind it belongs to the number that follows
//   F  begins with what may be a function's name, in whose arguments FROM names no table
// clang-format off
#define OBI_SQL_KEYWORDS(X)                                                                       \
  X(Binlog, "BINLOG", "V") X(Bulk, "BULK", "V") X(Cache, "CACHE", "VM") X(Change, "CHANGE", "V") \
  X(Checksum, "CHECKSUM", "V") X(Clone, "CLONE", "V") X(Deny, "DENY", "V") \
  X(Disable, "DISABLE", "V") X(Enable, "ENABLE", "V") X(Get, "GET", "V") X(Help, "HELP", "V") \
  X(Install, "INSTALL", "V") X(Purge, "PURGE", "V") X(Raiserror, "RAISERROR", "V") \
  X(Reconfigure, "RECONFIGURE", "V") X(Resignal, "RESIGNAL", "V") X(Restart, "RESTART", "V") \
  X(Signal, "SIGNAL", "V") X(Throw, "THROW", "V") X(Uninstall, "UNINSTALL", "V") \
  X(Abort, "ABORT", "V") X(Alter, "ALTER", "VRL") X(Analyze, "ANALYZE", "VM") X(And, "AND", "RS") \
  X(As, "AS", "R") X(Asc, "ASC", "R") X(Attach, "ATTACH", "V") X(Backup, "BACKUP", "V") \
  X(Begin, "BEGIN", "V") X(Between, "BETWEEN", "RS") X(By, "BY", "RS") X(Call, "CALL", "V") \
  X(Case, "CASE", "RS") X(Check, "CHECK", "V") X(Checkpoint, "CHECKPOINT", "V") \
  X(Close, "CLOSE", "V") X(Cluster, "CLUSTER", "V") X(Comment, "COMMENT", "V") \
  X(Commit, "COMMIT", "V") X(Concurrently, "CONCURRENTLY", "M") X(Copy, "COPY", "V") \
  X(Create, "CREATE", "VRL") X(Cross, "CROSS", "R") X(Dbcc, "DBCC", "V") \
  X(Deallocate, "DEALLOCATE", "V") X(Declare, "DECLARE", "V") X(Default, "DEFAULT", "R") \
  X(Delayed, "DELAYED", "M") X(Delete, "DELETE", "VRL") X(Desc, "DESC", "VR") \
  X(Describe, "DESCRIBE", "V") X(Detach, "DETACH", "V") X(Discard, "DISCARD", "V") \
  X(Distinct, "DISTINCT", "RS") X(Do, "DO", "V") X(Drop, "DROP", "VRL") \
  X(Dumpfile, "DUMPFILE", "R") X(Else, "ELSE", "RS") X(End, "END", "V") \
  X(Except, "EXCEPT", "RLS") X(Exec, "EXEC", "VRL") X(Execute, "EXECUTE", "VRL") \
  X(Exists, "EXISTS", "RM") X(Explain, "EXPLAIN", "V") X(Extract, "EXTRACT", "F") \
  X(Fetch, "FETCH", "VL") X(Flush, "FLUSH", "V") X(For, "FOR", "RL") X(Freeze, "FREEZE", "M") \
  X(From, "FROM", "RS") X(Full, "FULL", "RM") X(Grant, "GRANT", "V") X(Group, "GROUP", "RL") \
  X(Handler, "HANDLER", "V") X(Having, "HAVING", "RLS") X(HighPriority, "HIGH_PRIORITY", "M") \
  X(If, "IF", "VRM") X(Ignore, "IGNORE", "M") X(Import, "IMPORT", "V") X(In, "IN", "RS") \
  X(Index, "INDEX", "R") X(Inner, "INNER", "R") X(Insert, "INSERT", "VRL") \
  X(Intersect, "INTERSECT", "RLS") X(Into, "INTO", "RM") X(Is, "IS", "R") X(Join, "JOIN", "R") \
  X(Key, "KEY", "") X(Kill, "KILL", "V") X(Lateral, "LATERAL", "RM") X(Left, "LEFT", "R") \
  X(Like, "LIKE", "RS") X(Limit, "LIMIT", "RLS") X(Listen, "LISTEN", "V") X(Load, "LOAD", "V") \
  X(Lock, "LOCK", "V") X(LowPriority, "LOW_PRIORITY", "M") X(Merge, "MERGE", "VRL") \
  X(Move, "MOVE", "V") X(Natural, "NATURAL", "R") X(Not, "NOT", "RM") X(Notify, "NOTIFY", "V") \
  X(Null, "NULL", "R") X(Offset, "OFFSET", "LS") X(On, "ON", "R") X(Only, "ONLY", "RM") \
  X(Open, "OPEN", "V") X(Optimize, "OPTIMIZE", "V") X(Option, "OPTION", "L") X(Or, "OR", "RS") \
  X(Order, "ORDER", "RL") X(Outer, "OUTER", "R") X(Outfile, "OUTFILE", "R") \
  X(Output, "OUTPUT", "L") X(Overlay, "OVERLAY", "F") X(Overwrite, "OVERWRITE", "M") \
  X(Policy, "POLICY", "") X(Position, "POSITION", "F") X(Pragma, "PRAGMA", "V") \
  X(Prepare, "PREPARE", "V") X(Print, "PRINT", "V") X(Quick, "QUICK", "M") \
  X(Reassign, "REASSIGN", "V") X(Recursive, "RECURSIVE", "M") X(Refresh, "REFRESH", "V") \
  X(Reindex, "REINDEX", "V") X(Release, "RELEASE", "V") X(Rename, "RENAME", "V") \
  X(Repair, "REPAIR", "V") X(Replace, "REPLACE", "V") X(Reset, "RESET", "V") \
  X(Restore, "RESTORE", "V") X(Return, "RETURN", "S") X(Returning, "RETURNING", "RLS") \
  X(Revert, "REVERT", "V") X(Revoke, "REVOKE", "V") X(Right, "RIGHT", "R") \
  X(Rollback, "ROLLBACK", "V") X(Rule, "RULE", "") X(Save, "SAVE", "V") \
  X(Savepoint, "SAVEPOINT", "V") X(Security, "SECURITY", "V") X(Select, "SELECT", "VRLS") \
  X(Set, "SET", "VRL") X(Show, "SHOW", "V") X(Shutdown, "SHUTDOWN", "V") X(Start, "START", "V") \
  X(Statistics, "STATISTICS", "M") X(Stop, "STOP", "V") X(StraightJoin, "STRAIGHT_JOIN", "R") \
  X(Substring, "SUBSTRING", "F") X(Table, "TABLE", "VRM") X(Tables, "TABLES", "M") \
  X(Temp, "TEMP", "M") X(Temporary, "TEMPORARY", "M") X(Then, "THEN", "RS") X(To, "TO", "RS") \
  X(Top, "TOP", "S") X(Trigger, "TRIGGER", "") X(Trim, "TRIM", "F") \
  X(Truncate, "TRUNCATE", "V") X(Union, "UNION", "RLS") X(Unlisten, "UNLISTEN", "V") \
  X(Unlock, "UNLOCK", "V") X(Unlogged, "UNLOGGED", "M") X(Update, "UPDATE", "VRL") \
  X(Upsert, "UPSERT", "VRL") X(Use, "USE", "V") X(Using, "USING", "R") X(Vacuum, "VACUUM", "V") \
  X(Values, "VALUES", "VRL") X(Verbose, "VERBOSE", "M") X(Waitfor, "WAITFOR", "V") \
  X(When, "WHEN", "RLS") X(Where, "WHERE", "RLS") X(While, "WHILE", "V") \
  X(Window, "WINDOW", "RL") X(With, "WITH", "VR") X(Xa, "XA", "V")
// clang-format on

enum class Keyword : std::uint8_t {
  None,
#define OBI_SQL_KEYWORD_ENUM(name, text, traits) name,
  OBI_SQL_KEYWORDS(OBI_SQL_KEYWORD_ENUM)
#undef OBI_SQL_KEYWORD_ENUM
};

/// Upper case; static.
std::string_view spelling_of(Keyword keyword);

struct KeywordTraits {
  bool is_verb = false;
  bool is_reserved = false;
  bool is_modifier = false;
  bool ends_list = false;
  bool sign_may_follow = false;
  bool has_from_inside = false;
};
const KeywordTraits& traits_of(Keyword keyword);

namespace detail {

// A word as numbers, the cases of letters made one ('_' becomes DEL, which is in no word).
struct PackedWord {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  constexpr bool operator==(const PackedWord&) const = default;
};

constexpr std::size_t kMinKeyword = 2;
constexpr std::size_t kMaxKeyword = 16;
constexpr std::uint64_t kCaseBits = 0x2020202020202020;

constexpr std::uint64_t first_bytes(std::size_t count) {
  return count >= 8 ? ~0ULL : (1ULL << 8 * count) - 1;
}

constexpr PackedWord pack(std::string_view word) {
  PackedWord packed;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const std::uint64_t byte = static_cast<unsigned char>(word[i] | 0x20);
    (i < 8 ? packed.low : packed.high) |= byte << 8 * (i % 8);
  }
  return packed;
}

constexpr std::size_t kKeywordSlots = 1024;
constexpr std::size_t keyword_slot(const PackedWord& packed) {
  return ((packed.low + packed.high * 31) * 0x9e3779b97f4a7c15ULL) >> 54U;
}

struct KeywordSlot {
  PackedWord word;
  std::uint8_t size = 0;  // 0: free
  Keyword keyword = Keyword::None;
};
extern const std::array<KeywordSlot, kKeywordSlots> kKeywordTable;

}  // namespace detail

/// The keyword that `word` is, in whatever case; None if it is none. `readable`: so many bytes may
/// be read from its first on, its own included.
inline Keyword find_keyword(std::string_view word, std::size_t readable) {
  using namespace detail;
  if (word.size() < kMinKeyword || word.size() > kMaxKeyword) return Keyword::None;
  PackedWord packed;
  if (std::endian::native == std::endian::little && readable >= 16) {
    packed.low = (base::word_at<std::uint64_t>(word, 0) | kCaseBits) & first_bytes(word.size());
    if (word.size() > 8)
      packed.high =
          (base::word_at<std::uint64_t>(word, 8) | kCaseBits) & first_bytes(word.size() - 8);
  } else {
    packed = pack(word);
  }
  for (std::size_t slot = keyword_slot(packed); kKeywordTable[slot].size != 0;
       slot = (slot + 1) % kKeywordSlots) {
    if (kKeywordTable[slot].word == packed && kKeywordTable[slot].size == word.size())
      return kKeywordTable[slot].keyword;
  }
  return Keyword::None;
}

}  // namespace obi::protocol::sql
