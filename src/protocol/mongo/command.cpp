// SPDX-License-Identifier: Apache-2.0
#include "protocol/mongo/command.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/byte_cursor.hpp"
#include "protocol/mongo/bson.hpp"
#include "protocol/mongo/message.hpp"

namespace obi::protocol::mongo {
namespace {

using base::ByteCursor;

constexpr int kMaxCommandElements =
    64;  // of a command's document; what is looked for is among the first
constexpr std::string_view kCommandCollection = "$cmd";

enum class Target : std::uint8_t {
  kNone,
  kValue,       ///< the command's value is the collection
  kMember,      ///< the member "collection" is
  kInner,       ///< the value is another command: its value is
  kBookkeeping  ///< of the driver's own
};

struct CommandRow {
  std::string_view name;
  Target target;
};

// Commands that drivers send by themselves make no span: those of the handshake and of monitoring
// (ping among them, which drivers and users both send), and of sessions' ends.
constexpr std::array kCommands = {
    CommandRow{"find", Target::kValue},
    CommandRow{"insert", Target::kValue},
    CommandRow{"update", Target::kValue},
    CommandRow{"delete", Target::kValue},
    CommandRow{"getMore", Target::kMember},
    CommandRow{"aggregate", Target::kValue},
    CommandRow{"findAndModify", Target::kValue},
    CommandRow{"findandmodify", Target::kValue},
    CommandRow{"count", Target::kValue},
    CommandRow{"distinct", Target::kValue},
    CommandRow{"mapReduce", Target::kValue},
    CommandRow{"mapreduce", Target::kValue},
    CommandRow{"killCursors", Target::kValue},
    CommandRow{"create", Target::kValue},
    CommandRow{"drop", Target::kValue},
    CommandRow{"collMod", Target::kValue},
    CommandRow{"collStats", Target::kValue},
    CommandRow{"compact", Target::kValue},
    CommandRow{"createIndexes", Target::kValue},
    CommandRow{"dropIndexes", Target::kValue},
    CommandRow{"listIndexes", Target::kValue},
    CommandRow{"createSearchIndexes", Target::kValue},
    CommandRow{"reIndex", Target::kValue},
    CommandRow{"validate", Target::kValue},
    CommandRow{"explain", Target::kInner},
    CommandRow{"bulkWrite", Target::kNone},
    CommandRow{"commitTransaction", Target::kNone},
    CommandRow{"abortTransaction", Target::kNone},
    CommandRow{"listCollections", Target::kNone},
    CommandRow{"listDatabases", Target::kNone},
    CommandRow{"dropDatabase", Target::kNone},
    CommandRow{"hello", Target::kBookkeeping},
    CommandRow{"isMaster", Target::kBookkeeping},
    CommandRow{"ismaster", Target::kBookkeeping},
    CommandRow{"isWritablePrimary", Target::kBookkeeping},
    CommandRow{"ping", Target::kBookkeeping},
    CommandRow{"atlasVersion", Target::kBookkeeping},
    CommandRow{"saslStart", Target::kBookkeeping},
    CommandRow{"saslContinue", Target::kBookkeeping},
    CommandRow{"authenticate", Target::kBookkeeping},
    CommandRow{"getnonce", Target::kBookkeeping},
    CommandRow{"logout", Target::kBookkeeping},
    CommandRow{"endSessions", Target::kBookkeeping},
    CommandRow{"refreshSessions", Target::kBookkeeping},
};

// The others of MongoDB's own (its manual, "Database Commands", 8.0), each between blanks.
constexpr std::string_view kOtherCommands =
    " abortReshardCollection abortUnshardCollection addShard addShardToZone analyze "
    "analyzeShardKey appendOplogNote applyOps auditConfig autoCompact "
    "availableQueryOptions balancerCollectionStatus balancerStart balancerStatus "
    "balancerStop buildInfo buildinfo checkMetadataConsistency checkShardingIndex "
    "cleanupOrphaned cleanupReshardCollection cloneCollectionAsCapped "
    "commitReshardCollection configureCollectionBalancing configureQueryAnalyzer "
    "connPoolStats connPoolSync connectionStatus convertToCapped createRole createUser "
    "currentOp dataSize dbHash dbStats dbstats dropAllRolesFromDatabase "
    "dropAllUsersFromDatabase dropConnections dropRole dropSearchIndex dropUser "
    "enableSharding features filemd5 flushRouterConfig forceerror fsync fsyncUnlock "
    "geoSearch getAuditConfig getClusterParameter getCmdLineOpts getDefaultRWConcern "
    "getLastError getLog getParameter getShardMap getShardVersion getlasterror "
    "grantPrivilegesToRole grantRolesToRole grantRolesToUser hostInfo invalidateUserCache "
    "isdbgrid killAllSessions killAllSessionsByPattern killOp killSessions listCommands "
    "listSearchIndexes listShards lockInfo logApplicationMessage logRotate medianKey "
    "mergeAllChunksOnShard mergeChunks moveChunk moveCollection movePrimary moveRange "
    "netstat parallelCollectionScan planCacheClear planCacheClearFilters "
    "planCacheListFilters planCacheSetFilter profile refineCollectionShardKey "
    "refreshLogicalSessionCacheNow releaseMemory removeQuerySettings removeShard "
    "removeShardFromZone renameCollection replSetAbortPrimaryCatchUp replSetFreeze "
    "replSetGetConfig replSetGetStatus replSetInitiate replSetMaintenance replSetReconfig "
    "replSetResizeOplog replSetStepDown replSetSyncFrom reshardCollection "
    "revokePrivilegesFromRole revokeRolesFromRole revokeRolesFromUser rolesInfo "
    "rotateCertificates serverStatus setAllowMigrations setClusterParameter "
    "setDefaultRWConcern setFeatureCompatibilityVersion setIndexCommitQuorum setParameter "
    "setQuerySettings setUserWriteBlockMode shardCollection shardConnPoolStats "
    "shardDrainingStatus shardingState shutdown split splitVector startSession "
    "stopTransitionToDedicatedConfigServer top transitionFromDedicatedConfigServer "
    "transitionToDedicatedConfigServer unshardCollection updateRole updateSearchIndex "
    "updateUser updateZoneKeyRange usersInfo validateDBMetadata waitForFailPoint "
    "whatsmyuri ";

// What isn't in a table may be anything.
std::string_view known_name(std::string_view name) {
  std::size_t at = kOtherCommands.find(name);
  while (at != std::string_view::npos) {
    if (kOtherCommands[at - 1] == ' ' && kOtherCommands[at + name.size()] == ' ')
      return kOtherCommands.substr(at, name.size());
    at = kOtherCommands.find(name, at + 1);
  }
  return "_OTHER";
}

// A document sequence goes with one command only.
constexpr std::array kSequences = {
    std::pair<std::string_view, std::string_view>{"documents", "insert"},
    std::pair<std::string_view, std::string_view>{"updates", "update"},
    std::pair<std::string_view, std::string_view>{"deletes", "delete"},
    std::pair<std::string_view, std::string_view>{"ops", "bulkWrite"},
    std::pair<std::string_view, std::string_view>{"nsInfo", "bulkWrite"},
};

void read_command_value(Command& command, Target target, const BsonElement& first) {
  if (target == Target::kValue) command.collection = first.text();
  if (target != Target::kInner || !first.is(BsonType::kDocument)) return;
  if (const auto inner = BsonWalk(first.value).next()) command.collection = inner->text();
}

// The command's document. What comes before the command's name isn't one.
void read_command(Command& command, std::span<const std::byte> document) {
  BsonWalk walk(document);
  const auto first = walk.next();
  if (!first || !is_command_name(first->key)) return;
  const auto row = std::ranges::find(kCommands, first->key, &CommandRow::name);
  Target target = Target::kNone;
  if (row == kCommands.end()) {
    command.operation = known_name(first->key);
  } else {
    command.operation = row->name;
    target = row->target;
  }
  command.is_bookkeeping = target == Target::kBookkeeping;
  read_command_value(command, target, *first);
  for (int i = 0; i < kMaxCommandElements; ++i) {
    const auto element = walk.next();
    if (!element) return;
    if (element->key == "$db") command.database = element->text();
    if (target == Target::kMember && element->key == "collection")
      command.collection = element->text();
  }
}

std::expected<Command, ParseError> parse_msg_command(std::span<const std::byte> bytes) {
  const auto sections = parse_sections(bytes);
  if (!sections) return std::unexpected(sections.error());
  Command command;
  command.has_answer = !sections->more_to_come();
  if (!sections->body.empty()) {
    read_command(command, sections->body);
  } else {
    for (const auto& [name, operation] : kSequences) {
      if (sections->sequence == name) command.operation = operation;
    }
  }
  return command;
}

void split_namespace(std::string_view name_space, Command& command) {
  const std::size_t dot = name_space.find('.');
  command.database = name_space.substr(0, dot);
  if (dot != std::string_view::npos) command.collection = name_space.substr(dot + 1);
}

std::expected<Command, ParseError> parse_query(std::span<const std::byte> bytes) {
  ByteCursor cursor(bytes);
  cursor.skip(4);  // flags
  Command command;
  split_namespace(cursor.c_string(), command);
  cursor.skip(8);  // to skip, to return
  if (!cursor.ok()) return command;
  if (command.collection != kCommandCollection) {
    command.operation = "find";
    command.answers_documents = true;
    return command;
  }
  command.collection = {};
  // Routers got the command wrapped: {$query: {…}, $readPreference: …}.
  const auto first = BsonWalk(cursor.rest()).next();
  const bool wrapped =
      first && (first->key == "$query" || first->key == "query") && first->is(BsonType::kDocument);
  read_command(command, wrapped ? first->value : cursor.rest());
  return command;
}

// OP_UPDATE, OP_INSERT, OP_DELETE and OP_GET_MORE have four bytes and the namespace in common.
Command parse_old(std::string_view operation, bool has_answer, std::span<const std::byte> bytes) {
  ByteCursor cursor(bytes);
  cursor.skip(4);
  Command command;
  command.operation = operation;
  command.has_answer = command.answers_documents = has_answer;
  split_namespace(cursor.c_string(), command);
  return command;
}

std::expected<Command, ParseError> parse_command_of(OpCode op_code,
                                                    std::span<const std::byte> bytes) {
  switch (op_code) {
    case OpCode::kMsg: return parse_msg_command(bytes);
    case OpCode::kQuery: return parse_query(bytes);
    case OpCode::kGetMore: return parse_old("getMore", true, bytes);
    case OpCode::kInsert: return parse_old("insert", false, bytes);
    case OpCode::kUpdate: return parse_old("update", false, bytes);
    case OpCode::kDelete: return parse_old("delete", false, bytes);
    case OpCode::kKillCursors: return Command{.operation = "killCursors", .has_answer = false};
    case OpCode::kReply:
    case OpCode::kCompressed: break;
  }
  return std::unexpected(ParseError::Malformed);
}

}  // namespace

bool is_command_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxCommandName) return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
  });
}

std::expected<Command, ParseError> parse_command(std::span<const std::byte> bytes) {
  const auto content = parse_content(bytes);
  if (!content) return std::unexpected(content.error());
  if (!content->is_readable) return Command{.is_readable = false};
  return parse_command_of(content->op_code, content->bytes);
}

}  // namespace obi::protocol::mongo
