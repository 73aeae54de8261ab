// SPDX-License-Identifier: Apache-2.0
#include "protocol/mysql/answer.hpp"

#include "base/byte_cursor.hpp"

namespace obi::protocol::mysql {
namespace {

constexpr std::uint64_t kEofBytes = 5;
constexpr std::uint16_t kProgressReport = 0xffff;  // MariaDB: an "error" that isn't an end

std::uint8_t first_of(Bytes payload) {
  return payload.empty() ? 0 : std::to_integer<std::uint8_t>(payload[0]);
}

// Nothing else begins with 0xff in any stage.
std::optional<Progress> as_error(Bytes payload) {
  if (payload.empty() || first_of(payload) != kError) return std::nullopt;
  const auto error = parse_error(payload);
  if (!error) return Progress{.is_done = true, .error = ErrorPacket{}};
  if (error->code == kProgressReport) return Progress{};
  return Progress{.is_done = true, .error = *error};
}

bool is_end(Bytes payload, std::uint64_t size) {
  // A row that begins with 0xfe has a column of 16 MiB or more.
  return first_of(payload) == kEof && size < kMaxPayload;
}

// What other commands get may be a text.
bool is_ok(Bytes payload, std::uint64_t size) {
  constexpr std::uint64_t kMinOk = 7;
  return size >= kMinOk && first_of(payload) == kOk;
}

// MariaDB, where the client keeps definitions: a byte behind the count says whether they come.
bool lacks_definitions(Bytes payload, std::uint64_t size) {
  const std::uint64_t count_bytes = first_of(payload) < kLocalInfile ? 1 : 3;
  return size == count_bytes + 1 && payload.size() == size && payload.back() == std::byte{0};
}

}  // namespace

AnswerKind answer_kind(Command command) {
  switch (command) {
    case Command::kQuit:
    case Command::kSendLongData:
    case Command::kClose: return AnswerKind::kNone;
    case Command::kQuery:
    case Command::kProcessInfo:
    case Command::kExecute:
    case Command::kBulkExecute: return AnswerKind::kResult;
    case Command::kFieldList:
    case Command::kFetch: return AnswerKind::kRows;
    case Command::kPrepare: return AnswerKind::kPrepared;
    case Command::kChangeUser: return AnswerKind::kLogin;
    default: return AnswerKind::kOne;
  }
}

void Answer::begin(AnswerKind kind) {
  kind_ = kind;
  stage_ = kind == AnswerKind::kRows ? Stage::kRows : Stage::kFirst;
}

Progress Answer::take(Bytes payload, std::uint64_t size, const Agreement& agreement) {
  if (auto error = as_error(payload)) return *error;
  switch (stage_) {
    case Stage::kNotBegun: return {};
    case Stage::kFirst: return take_first(payload, size, agreement);
    case Stage::kDefinitions:
      if (--definitions_left_ == 0) stage_ = Stage::kAfterDefinitions;
      return {};
    case Stage::kAfterDefinitions:
    case Stage::kRows: return take_row(payload, size);
    case Stage::kOfPrepared: return take_definition_of_prepared(payload, size, agreement);
  }
  return {};
}

Progress Answer::take_first(Bytes payload, std::uint64_t size, const Agreement& agreement) {
  switch (kind_) {
    case AnswerKind::kPrepared: return take_prepared(payload, size, agreement);
    case AnswerKind::kLogin:
      if (size == 0 || first_of(payload) != kOk) return {};
      return {.is_done = true, .status = status_of(payload, size)};
    case AnswerKind::kResult: return begin_result_set(payload, size, agreement);
    default: break;
  }
  if (is_ok(payload, size) || is_end(payload, size))
    return {.is_done = true, .status = status_of(payload, size)};
  return {.is_done = true};
}

Progress Answer::begin_result_set(Bytes payload, std::uint64_t size, const Agreement& agreement) {
  const std::uint8_t first = first_of(payload);
  if (first == kLocalInfile) return {.wants_file = true};
  const bool has_columns = size > 0 && first != kOk && first != kEof;
  if (agreement.optional_metadata) {
    // "0 count" or "1 count"; OK has seven bytes at least.
    const bool is_count = size < 7 && size >= 2 && first <= 1;
    if (!is_count) return end_of_part(status_of(payload, size));
    definitions_left_ = first == 1 ? length_encoded(payload.subspan(1)) : 0;
  } else {
    if (!has_columns) return end_of_part(status_of(payload, size));
    definitions_left_ = length_encoded(payload);
    if (lacks_definitions(payload, size)) definitions_left_ = 0;
  }
  stage_ = definitions_left_ > 0 ? Stage::kDefinitions : Stage::kAfterDefinitions;
  return {};
}

Progress Answer::take_row(Bytes payload, std::uint64_t size) {
  if (!is_end(payload, size)) {
    stage_ = Stage::kRows;
    return {};
  }
  const auto status = status_of(payload, size);
  const bool is_middle = stage_ == Stage::kAfterDefinitions && size == kEofBytes;
  stage_ = Stage::kRows;
  // With a cursor the rows come later, when they are fetched.
  if (is_middle && (status.value_or(0) & kCursorExists) == 0) return {.status = status};
  return end_of_part(status);
}

Progress Answer::end_of_part(std::optional<std::uint16_t> status) {
  if ((status.value_or(0) & kMoreResultsExist) == 0) return {.is_done = true, .status = status};
  stage_ = Stage::kFirst;
  kind_ = AnswerKind::kResult;
  return {.status = status};
}

Progress Answer::take_prepared(Bytes payload, std::uint64_t size, const Agreement& agreement) {
  base::ByteCursor cursor(payload);
  const bool is_ok = cursor.u8() == kOk;
  const auto id = cursor.little<std::uint32_t>();
  const auto columns = cursor.little<std::uint16_t>();
  const auto parameters = cursor.little<std::uint16_t>();
  if (!is_ok || !cursor.ok()) return {.is_done = true};
  cursor.skip(1 + 2);  // filler, warnings
  const bool without = agreement.optional_metadata && cursor.left() > 0 && cursor.u8() == 0;
  definitions_left_ = without ? 0 : std::uint64_t{columns} + parameters;
  ends_left_ = without ? 0 : (columns > 0 ? 1 : 0) + (parameters > 0 ? 1 : 0);
  has_seen_end_ = false;
  stage_ = Stage::kOfPrepared;
  return {.is_done = is_prepared_done(agreement), .statement_id = id};
}

Progress Answer::take_definition_of_prepared(Bytes payload, std::uint64_t size,
                                             const Agreement& agreement) {
  if (size == kEofBytes && is_end(payload, size)) {
    has_seen_end_ = true;
    if (ends_left_ > 0) --ends_left_;
  } else if (definitions_left_ > 0) {
    --definitions_left_;
  }
  return {.is_done = is_prepared_done(agreement)};
}

// Where the agreement is unknown an EOF may come behind the last definition; it belongs to no
// request.
bool Answer::is_prepared_done(const Agreement& agreement) const {
  if (definitions_left_ > 0) return false;
  const bool waits_for_end = !agreement.deprecates_eof.value_or(!has_seen_end_);
  return !waits_for_end || ends_left_ == 0;
}

}  // namespace obi::protocol::mysql
