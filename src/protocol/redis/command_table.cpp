// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/command_table.hpp"

#include <algorithm>
#include <array>

namespace obi::protocol::redis {
namespace {

using namespace std::string_view_literals;

// Those whose first argument is a key (or a channel), and that are nothing else. Sorted.
constexpr std::array kKeyFirst = {"APPEND"sv,
                                  "BITCOUNT"sv,
                                  "BITFIELD"sv,
                                  "BITFIELD_RO"sv,
                                  "BITPOS"sv,
                                  "BLMOVE"sv,
                                  "BLPOP"sv,
                                  "BRPOP"sv,
                                  "BRPOPLPUSH"sv,
                                  "BZPOPMAX"sv,
                                  "BZPOPMIN"sv,
                                  "COPY"sv,
                                  "DECR"sv,
                                  "DECRBY"sv,
                                  "DEL"sv,
                                  "DUMP"sv,
                                  "EXISTS"sv,
                                  "EXPIRE"sv,
                                  "EXPIREAT"sv,
                                  "EXPIRETIME"sv,
                                  "GEOADD"sv,
                                  "GEODIST"sv,
                                  "GEOHASH"sv,
                                  "GEOPOS"sv,
                                  "GEORADIUS"sv,
                                  "GEORADIUSBYMEMBER"sv,
                                  "GEORADIUSBYMEMBER_RO"sv,
                                  "GEORADIUS_RO"sv,
                                  "GEOSEARCH"sv,
                                  "GEOSEARCHSTORE"sv,
                                  "GET"sv,
                                  "GETBIT"sv,
                                  "GETDEL"sv,
                                  "GETEX"sv,
                                  "GETRANGE"sv,
                                  "GETSET"sv,
                                  "HDEL"sv,
                                  "HEXISTS"sv,
                                  "HEXPIRE"sv,
                                  "HEXPIREAT"sv,
                                  "HEXPIRETIME"sv,
                                  "HGET"sv,
                                  "HGETALL"sv,
                                  "HGETDEL"sv,
                                  "HGETEX"sv,
                                  "HINCRBY"sv,
                                  "HINCRBYFLOAT"sv,
                                  "HKEYS"sv,
                                  "HLEN"sv,
                                  "HMGET"sv,
                                  "HMSET"sv,
                                  "HPERSIST"sv,
                                  "HPEXPIRE"sv,
                                  "HPEXPIREAT"sv,
                                  "HPEXPIRETIME"sv,
                                  "HPTTL"sv,
                                  "HRANDFIELD"sv,
                                  "HSCAN"sv,
                                  "HSET"sv,
                                  "HSETEX"sv,
                                  "HSETNX"sv,
                                  "HSTRLEN"sv,
                                  "HTTL"sv,
                                  "HVALS"sv,
                                  "INCR"sv,
                                  "INCRBY"sv,
                                  "INCRBYFLOAT"sv,
                                  "LCS"sv,
                                  "LINDEX"sv,
                                  "LINSERT"sv,
                                  "LLEN"sv,
                                  "LMOVE"sv,
                                  "LPOP"sv,
                                  "LPOS"sv,
                                  "LPUSH"sv,
                                  "LPUSHX"sv,
                                  "LRANGE"sv,
                                  "LREM"sv,
                                  "LSET"sv,
                                  "LTRIM"sv,
                                  "MGET"sv,
                                  "MOVE"sv,
                                  "MSET"sv,
                                  "MSETNX"sv,
                                  "PERSIST"sv,
                                  "PEXPIRE"sv,
                                  "PEXPIREAT"sv,
                                  "PEXPIRETIME"sv,
                                  "PFADD"sv,
                                  "PFCOUNT"sv,
                                  "PFMERGE"sv,
                                  "PSETEX"sv,
                                  "PTTL"sv,
                                  "PUBLISH"sv,
                                  "RENAME"sv,
                                  "RENAMENX"sv,
                                  "RESTORE"sv,
                                  "RPOP"sv,
                                  "RPOPLPUSH"sv,
                                  "RPUSH"sv,
                                  "RPUSHX"sv,
                                  "SADD"sv,
                                  "SCARD"sv,
                                  "SDIFF"sv,
                                  "SDIFFSTORE"sv,
                                  "SET"sv,
                                  "SETBIT"sv,
                                  "SETEX"sv,
                                  "SETNX"sv,
                                  "SETRANGE"sv,
                                  "SINTER"sv,
                                  "SINTERSTORE"sv,
                                  "SISMEMBER"sv,
                                  "SMEMBERS"sv,
                                  "SMISMEMBER"sv,
                                  "SMOVE"sv,
                                  "SORT"sv,
                                  "SORT_RO"sv,
                                  "SPOP"sv,
                                  "SPUBLISH"sv,
                                  "SRANDMEMBER"sv,
                                  "SREM"sv,
                                  "SSCAN"sv,
                                  "STRLEN"sv,
                                  "SUBSTR"sv,
                                  "SUNION"sv,
                                  "SUNIONSTORE"sv,
                                  "TOUCH"sv,
                                  "TTL"sv,
                                  "TYPE"sv,
                                  "UNLINK"sv,
                                  "WATCH"sv,
                                  "XACK"sv,
                                  "XADD"sv,
                                  "XAUTOCLAIM"sv,
                                  "XCLAIM"sv,
                                  "XDEL"sv,
                                  "XLEN"sv,
                                  "XPENDING"sv,
                                  "XRANGE"sv,
                                  "XREVRANGE"sv,
                                  "XSETID"sv,
                                  "XTRIM"sv,
                                  "ZADD"sv,
                                  "ZCARD"sv,
                                  "ZCOUNT"sv,
                                  "ZDIFFSTORE"sv,
                                  "ZINCRBY"sv,
                                  "ZINTERSTORE"sv,
                                  "ZLEXCOUNT"sv,
                                  "ZMSCORE"sv,
                                  "ZPOPMAX"sv,
                                  "ZPOPMIN"sv,
                                  "ZRANDMEMBER"sv,
                                  "ZRANGE"sv,
                                  "ZRANGEBYLEX"sv,
                                  "ZRANGEBYSCORE"sv,
                                  "ZRANGESTORE"sv,
                                  "ZRANK"sv,
                                  "ZREM"sv,
                                  "ZREMRANGEBYLEX"sv,
                                  "ZREMRANGEBYRANK"sv,
                                  "ZREMRANGEBYSCORE"sv,
                                  "ZREVRANGE"sv,
                                  "ZREVRANGEBYLEX"sv,
                                  "ZREVRANGEBYSCORE"sv,
                                  "ZREVRANK"sv,
                                  "ZSCAN"sv,
                                  "ZSCORE"sv,
                                  "ZUNIONSTORE"sv};
static_assert(std::ranges::is_sorted(kKeyFirst));

// The others. Sorted by name.
constexpr std::array kOthers = {
    CommandInfo{.name = "ACL", .has_subcommand = true},
    CommandInfo{.name = "ASKING"},
    CommandInfo{.name = "AUTH", .is_secret = true},
    CommandInfo{.name = "BGREWRITEAOF"},
    CommandInfo{.name = "BGSAVE"},
    CommandInfo{.name = "BITOP", .key = 2},
    CommandInfo{.name = "BLMPOP", .key = 3, .counts_keys = true},
    CommandInfo{.name = "BZMPOP", .key = 3, .counts_keys = true},
    CommandInfo{.name = "CLIENT", .kind = CommandKind::kClient, .has_subcommand = true},
    CommandInfo{.name = "CLUSTER", .has_subcommand = true},
    CommandInfo{.name = "COMMAND", .has_subcommand = true},
    CommandInfo{.name = "CONFIG", .has_subcommand = true},
    CommandInfo{.name = "DBSIZE"},
    CommandInfo{.name = "DEBUG", .has_subcommand = true},
    CommandInfo{.name = "DISCARD", .kind = CommandKind::kEndMulti},
    CommandInfo{.name = "ECHO"},
    CommandInfo{.name = "EVAL", .key = 3, .counts_keys = true},
    CommandInfo{.name = "EVALSHA", .key = 3, .counts_keys = true},
    CommandInfo{.name = "EVALSHA_RO", .key = 3, .counts_keys = true},
    CommandInfo{.name = "EVAL_RO", .key = 3, .counts_keys = true},
    CommandInfo{.name = "EXEC", .kind = CommandKind::kEndMulti},
    CommandInfo{.name = "FAILOVER"},
    CommandInfo{.name = "FCALL", .key = 3, .counts_keys = true},
    CommandInfo{.name = "FCALL_RO", .key = 3, .counts_keys = true},
    CommandInfo{.name = "FLUSHALL"},
    CommandInfo{.name = "FLUSHDB"},
    CommandInfo{.name = "FUNCTION", .has_subcommand = true},
    CommandInfo{.name = "HELLO", .is_secret = true},
    CommandInfo{.name = "INFO"},
    CommandInfo{.name = "KEYS"},
    CommandInfo{.name = "LASTSAVE"},
    CommandInfo{.name = "LATENCY", .has_subcommand = true},
    CommandInfo{.name = "LMPOP", .key = 2, .counts_keys = true},
    CommandInfo{.name = "LOLWUT"},
    CommandInfo{.name = "MEMORY", .key = 2, .has_subcommand = true},
    CommandInfo{.name = "MIGRATE", .key = 3},
    CommandInfo{.name = "MODULE", .has_subcommand = true},
    CommandInfo{.name = "MONITOR", .kind = CommandKind::kMonitor},
    CommandInfo{.name = "MULTI", .kind = CommandKind::kMulti},
    CommandInfo{.name = "OBJECT", .key = 2, .has_subcommand = true},
    CommandInfo{.name = "PING"},
    CommandInfo{.name = "PSUBSCRIBE", .kind = CommandKind::kSubscribe, .key = 1},
    CommandInfo{.name = "PSYNC", .kind = CommandKind::kReplicate},
    CommandInfo{.name = "PUBSUB", .has_subcommand = true},
    CommandInfo{.name = "PUNSUBSCRIBE", .kind = CommandKind::kUnsubscribe, .key = 1},
    CommandInfo{.name = "QUIT", .kind = CommandKind::kReset},
    CommandInfo{.name = "RANDOMKEY"},
    CommandInfo{.name = "READONLY"},
    CommandInfo{.name = "READWRITE"},
    CommandInfo{.name = "REPLCONF"},
    CommandInfo{.name = "REPLICAOF"},
    CommandInfo{.name = "RESET", .kind = CommandKind::kReset},
    CommandInfo{.name = "ROLE"},
    CommandInfo{.name = "SAVE"},
    CommandInfo{.name = "SCAN"},
    CommandInfo{.name = "SCRIPT", .has_subcommand = true},
    CommandInfo{.name = "SELECT", .kind = CommandKind::kSelect},
    CommandInfo{.name = "SENTINEL", .has_subcommand = true},
    CommandInfo{.name = "SHUTDOWN"},
    CommandInfo{.name = "SINTERCARD", .key = 2, .counts_keys = true},
    CommandInfo{.name = "SLAVEOF"},
    CommandInfo{.name = "SLOWLOG", .has_subcommand = true},
    CommandInfo{.name = "SSUBSCRIBE", .kind = CommandKind::kSubscribe, .key = 1},
    CommandInfo{.name = "SUBSCRIBE", .kind = CommandKind::kSubscribe, .key = 1},
    CommandInfo{.name = "SUNSUBSCRIBE", .kind = CommandKind::kUnsubscribe, .key = 1},
    CommandInfo{.name = "SWAPDB"},
    CommandInfo{.name = "SYNC", .kind = CommandKind::kSync},
    CommandInfo{.name = "TIME"},
    CommandInfo{.name = "UNSUBSCRIBE", .kind = CommandKind::kUnsubscribe, .key = 1},
    CommandInfo{.name = "UNWATCH"},
    CommandInfo{.name = "WAIT"},
    CommandInfo{.name = "WAITAOF"},
    CommandInfo{.name = "XGROUP", .key = 2, .has_subcommand = true},
    CommandInfo{.name = "XINFO", .key = 2, .has_subcommand = true},
    CommandInfo{.name = "XREAD"},
    CommandInfo{.name = "XREADGROUP"},
    CommandInfo{.name = "ZDIFF", .key = 2, .counts_keys = true},
    CommandInfo{.name = "ZINTER", .key = 2, .counts_keys = true},
    CommandInfo{.name = "ZINTERCARD", .key = 2, .counts_keys = true},
    CommandInfo{.name = "ZMPOP", .key = 2, .counts_keys = true},
    CommandInfo{.name = "ZUNION", .key = 2, .counts_keys = true},
};
static_assert(std::ranges::is_sorted(kOthers, {}, &CommandInfo::name));

// Of modules, whose commands take a key or an index first.
constexpr std::array kModules = {"BF."sv, "CF."sv,   "CMS."sv,     "FT."sv,
                                 "TS."sv, "JSON."sv, "TDIGEST."sv, "TOPK."sv};

// Where a name's row is, by a hash of it: 0 is none, then those of kKeyFirst, then the others.
constexpr std::size_t kSlots = 1024;
constexpr std::size_t slot_of(std::string_view name) {
  std::uint32_t hash = 0;
  for (const char c : name) hash = hash * 31 + static_cast<unsigned char>(c);
  return (hash * 0x9e3779b1U) >> 22U;
}
constexpr std::array<std::uint16_t, kSlots> kRows = [] {
  std::array<std::uint16_t, kSlots> rows{};
  std::uint16_t row = 0;
  const auto add = [&](std::string_view name) {
    std::size_t slot = slot_of(name);
    while (rows[slot] != 0) slot = (slot + 1) % kSlots;
    rows[slot] = ++row;
  };
  for (const std::string_view name : kKeyFirst) add(name);
  for (const CommandInfo& info : kOthers) add(info.name);
  return rows;
}();
static_assert(kKeyFirst.size() + kOthers.size() < kSlots / 2);

}  // namespace

CommandInfo command_info(std::string_view name) {
  for (std::size_t slot = slot_of(name); kRows[slot] != 0; slot = (slot + 1) % kSlots) {
    const std::size_t row = kRows[slot] - 1U;
    if (row >= kKeyFirst.size()) {
      const CommandInfo& info = kOthers[row - kKeyFirst.size()];
      if (info.name == name) return info;
    } else if (kKeyFirst[row] == name) {
      return {.name = kKeyFirst[row], .key = 1};
    }
  }
  const bool of_module = std::ranges::any_of(
      kModules, [name](std::string_view prefix) { return name.starts_with(prefix); });
  return {.name = {}, .key = static_cast<std::uint8_t>(of_module ? 1 : 0)};
}

bool is_known_command(std::string_view name) {
  std::array<char, kMaxCommandName> copy{};
  if (name.empty() || name.size() > copy.size()) return false;
  std::ranges::transform(name, copy.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return !command_info({copy.data(), name.size()}).name.empty();
}

}  // namespace obi::protocol::redis
