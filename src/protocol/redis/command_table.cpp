// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/command_table.hpp"

#include <algorithm>
#include <array>

namespace obi::protocol::redis {
namespace {

constexpr std::size_t count_words(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, ' ')) + 1;
}
template <std::size_t N>
constexpr std::array<std::string_view, N> words(std::string_view text) {
  std::array<std::string_view, N> all;
  for (std::string_view& word : all) {
    word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return all;
}

// Those whose first argument is a key (or a channel), and that are nothing else. Sorted.
constexpr std::string_view kKeyFirstText =
    "APPEND BITCOUNT BITFIELD BITFIELD_RO BITPOS BLMOVE BLPOP BRPOP BRPOPLPUSH BZPOPMAX "
    "BZPOPMIN COPY DECR DECRBY DEL DELEX DELIFEQ DIGEST DUMP EXISTS EXPIRE EXPIREAT "
    "EXPIRETIME GEOADD GEODIST GEOHASH GEOPOS GEORADIUS GEORADIUSBYMEMBER "
    "GEORADIUSBYMEMBER_RO GEORADIUS_RO GEOSEARCH GEOSEARCHSTORE GET GETBIT GETDEL GETEX "
    "GETRANGE GETSET HDEL HEXISTS HEXPIRE HEXPIREAT HEXPIRETIME HGET HGETALL HGETDEL "
    "HGETEX HINCRBY HINCRBYFLOAT HKEYS HLEN HMGET HMSET HPERSIST HPEXPIRE HPEXPIREAT "
    "HPEXPIRETIME HPTTL HRANDFIELD HSCAN HSET HSETEX HSETNX HSTRLEN HTTL HVALS INCR "
    "INCRBY INCRBYFLOAT LCS LINDEX LINSERT LLEN LMOVE LPOP LPOS LPUSH LPUSHX LRANGE LREM "
    "LSET LTRIM MGET MOVE MSET MSETNX PERSIST PEXPIRE PEXPIREAT PEXPIRETIME PFADD PFCOUNT "
    "PFMERGE PSETEX PTTL PUBLISH RENAME RENAMENX RESTORE RPOP RPOPLPUSH RPUSH RPUSHX SADD "
    "SCARD SDIFF SDIFFSTORE SET SETBIT SETEX SETNX SETRANGE SINTER SINTERSTORE SISMEMBER "
    "SMEMBERS SMISMEMBER SMOVE SORT SORT_RO SPOP SPUBLISH SRANDMEMBER SREM SSCAN STRLEN "
    "SUBSTR SUNION SUNIONSTORE TOUCH TTL TYPE UNLINK VADD VCARD VDIM VEMB VGETATTR VINFO "
    "VISMEMBER VLINKS VRANDMEMBER VRANGE VREM VSETATTR VSIM WATCH XACK XACKDEL XADD "
    "XAUTOCLAIM XCLAIM XDEL XDELEX XLEN XNACK XPENDING XRANGE XREVRANGE XSETID XTRIM ZADD "
    "ZCARD ZCOUNT ZDIFFSTORE ZINCRBY ZINTERSTORE ZLEXCOUNT ZMSCORE ZPOPMAX ZPOPMIN "
    "ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANGESTORE ZRANK ZREM ZREMRANGEBYLEX "
    "ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK "
    "ZSCAN ZSCORE ZUNIONSTORE";
constexpr auto kKeyFirst = words<count_words(kKeyFirstText)>(kKeyFirstText);
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
    CommandInfo{.name = "COMMANDLOG", .has_subcommand = true},
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
    CommandInfo{.name = "FT.CONFIG", .has_subcommand = true},
    CommandInfo{.name = "FT.CURSOR", .key = 2, .has_subcommand = true},
    CommandInfo{.name = "FT._LIST"},
    CommandInfo{.name = "FUNCTION", .has_subcommand = true},
    CommandInfo{.name = "GRAPH.CONFIG", .has_subcommand = true},
    CommandInfo{.name = "GRAPH.LIST"},
    CommandInfo{.name = "HELLO", .is_secret = true},
    CommandInfo{.name = "INFO"},
    CommandInfo{.name = "JSON.DEBUG", .key = 2, .has_subcommand = true},
    CommandInfo{.name = "KEYS"},
    CommandInfo{.name = "LASTSAVE"},
    CommandInfo{.name = "LATENCY", .has_subcommand = true},
    CommandInfo{.name = "LMPOP", .key = 2, .counts_keys = true},
    CommandInfo{.name = "LOLWUT"},
    CommandInfo{.name = "MEMORY", .key = 2, .has_subcommand = true},
    CommandInfo{.name = "MIGRATE", .key = 3},
    CommandInfo{.name = "MODULE", .has_subcommand = true},
    CommandInfo{.name = "MONITOR", .kind = CommandKind::kMonitor},
    CommandInfo{.name = "MSETEX", .key = 2, .counts_keys = true},
    CommandInfo{.name = "MULTI", .kind = CommandKind::kMulti},
    CommandInfo{.name = "OBJECT", .key = 2, .has_subcommand = true},
    CommandInfo{.name = "PFDEBUG", .key = 2, .has_subcommand = true},
    CommandInfo{.name = "PFSELFTEST"},
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
    CommandInfo{.name = "RESTORE-ASKING", .key = 1},
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
    CommandInfo{.name = "TS.MGET"},
    CommandInfo{.name = "TS.MRANGE"},
    CommandInfo{.name = "TS.MREVRANGE"},
    CommandInfo{.name = "TS.QUERYINDEX"},
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

// Of the modules that Redis is distributed with, and of RedisGraph; a key or an index first.
// Sorted.
constexpr std::string_view kOfModulesText =
    "BF.ADD BF.CARD BF.EXISTS BF.INFO BF.INSERT BF.LOADCHUNK BF.MADD BF.MEXISTS "
    "BF.RESERVE BF.SCANDUMP CF.ADD CF.ADDNX CF.COUNT CF.DEL CF.EXISTS CF.INFO CF.INSERT "
    "CF.INSERTNX CF.LOADCHUNK CF.MEXISTS CF.RESERVE CF.SCANDUMP CMS.INCRBY CMS.INFO "
    "CMS.INITBYDIM CMS.INITBYPROB CMS.MERGE CMS.QUERY FT.AGGREGATE FT.ALIASADD "
    "FT.ALIASDEL FT.ALIASUPDATE FT.ALTER FT.CREATE FT.DICTADD FT.DICTDEL FT.DICTDUMP "
    "FT.DROPINDEX FT.EXPLAIN FT.EXPLAINCLI FT.HYBRID FT.INFO FT.PROFILE FT.SEARCH "
    "FT.SPELLCHECK FT.SUGADD FT.SUGDEL FT.SUGGET FT.SUGLEN FT.SYNDUMP FT.SYNUPDATE "
    "FT.TAGVALS GRAPH.CONSTRAINT GRAPH.DELETE GRAPH.EXPLAIN GRAPH.PROFILE GRAPH.QUERY "
    "GRAPH.RO_QUERY GRAPH.SLOWLOG JSON.ARRAPPEND JSON.ARRINDEX JSON.ARRINSERT JSON.ARRLEN "
    "JSON.ARRPOP JSON.ARRTRIM JSON.CLEAR JSON.DEL JSON.FORGET JSON.GET JSON.MERGE "
    "JSON.MGET JSON.MSET JSON.NUMINCRBY JSON.NUMMULTBY JSON.NUMPOWBY JSON.OBJKEYS "
    "JSON.OBJLEN JSON.RESP JSON.SET JSON.STRAPPEND JSON.STRLEN JSON.TOGGLE JSON.TYPE "
    "TDIGEST.ADD TDIGEST.BYRANK TDIGEST.BYREVRANK TDIGEST.CDF TDIGEST.CREATE TDIGEST.INFO "
    "TDIGEST.MAX TDIGEST.MERGE TDIGEST.MIN TDIGEST.QUANTILE TDIGEST.RANK TDIGEST.RESET "
    "TDIGEST.REVRANK TDIGEST.TRIMMED_MEAN TOPK.ADD TOPK.COUNT TOPK.INCRBY TOPK.INFO "
    "TOPK.LIST TOPK.QUERY TOPK.RESERVE TS.ADD TS.ALTER TS.CREATE TS.CREATERULE TS.DECRBY "
    "TS.DEL TS.DELETERULE TS.GET TS.INCRBY TS.INFO TS.MADD TS.RANGE TS.REVRANGE";
constexpr auto kOfModules = words<count_words(kOfModulesText)>(kOfModulesText);
static_assert(std::ranges::is_sorted(kOfModules));

// Where a name's row is, by a hash of it: 0 is none, then those of kKeyFirst, of kOfModules, then
// the others.
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
  for (const std::string_view name : kOfModules) add(name);
  for (const CommandInfo& info : kOthers) add(info.name);
  return rows;
}();
static_assert(kKeyFirst.size() + kOfModules.size() + kOthers.size() < kSlots / 2);

}  // namespace

CommandInfo command_info(std::string_view name) {
  for (std::size_t slot = slot_of(name); kRows[slot] != 0; slot = (slot + 1) % kSlots) {
    std::size_t row = kRows[slot] - 1U;
    if (row < kKeyFirst.size()) {
      if (kKeyFirst[row] == name) return {.name = kKeyFirst[row], .key = 1};
      continue;
    }
    row -= kKeyFirst.size();
    if (row < kOfModules.size()) {
      if (kOfModules[row] == name) return {.name = kOfModules[row], .key = 1};
      continue;
    }
    const CommandInfo& info = kOthers[row - kOfModules.size()];
    if (info.name == name) return info;
  }
  return {.name = {}};
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
