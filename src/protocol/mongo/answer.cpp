// SPDX-License-Identifier: Apache-2.0
#include "protocol/mongo/answer.hpp"

#include <optional>

#include "base/byte_cursor.hpp"
#include "protocol/mongo/bson.hpp"
#include "protocol/mongo/message.hpp"

namespace obi::protocol::mongo {
namespace {

using base::ByteCursor;

constexpr int kMaxAnswerElements = 64;          // of an answer's document: it has about ten
constexpr std::uint32_t kFailureFlags = 1 | 2;  // OP_REPLY: no such cursor, query failure

struct Failure {
  std::int64_t code = 0;
  std::string_view message;
};

Failure read_failure(std::span<const std::byte> document) {
  Failure error;
  BsonWalk walk(document);
  for (int i = 0; i < kMaxAnswerElements; ++i) {
    const auto element = walk.next();
    if (!element) break;
    if (element->key == "code") error.code = element->number().value_or(0);
    if (element->key == "errmsg") error.message = element->text();
  }
  return error;
}

void read_answer(Answer& answer, std::span<const std::byte> document) {
  std::optional<Failure> write_error;
  std::optional<Failure> concern_error;
  BsonWalk walk(document);
  for (int i = 0; i < kMaxAnswerElements; ++i) {
    const auto element = walk.next();
    if (!element) break;
    if (element->key == "ok") answer.failed = element->number() == 0;
    if (element->key == "code") answer.code = element->number().value_or(0);
    if (element->key == "errmsg" || element->key == "$err") answer.message = element->text();
    if (element->key == "$err") answer.failed = true;
    if (element->key == "writeErrors" && element->is(BsonType::kArray)) {
      if (const auto one = BsonWalk(element->value).next()) write_error = read_failure(one->value);
    }
    if (element->key == "writeConcernError" && element->is(BsonType::kDocument))
      concern_error = read_failure(element->value);
  }
  if (answer.failed) return;
  answer.code = 0;
  answer.message = {};
  if (!write_error) write_error = concern_error;
  if (!write_error) return;
  answer.failed = true;
  answer.code = write_error->code;
  answer.message = write_error->message;
}

Answer parse_reply(std::span<const std::byte> bytes, bool documents) {
  Answer answer;
  ByteCursor cursor(bytes);
  const bool failed = (cursor.little<std::uint32_t>() & kFailureFlags) != 0;
  cursor.skip(16);  // cursor id, starting from, number returned
  if (failed || !documents) read_answer(answer, cursor.rest());
  answer.failed |= failed;
  return answer;
}

}  // namespace

std::expected<Answer, ParseError> parse_answer(std::span<const std::byte> bytes, bool documents) {
  const auto content = parse_content(bytes);
  if (!content) return std::unexpected(content.error());
  if (!content->is_readable) return Answer{.is_readable = false};
  if (content->op_code == OpCode::kReply) return parse_reply(content->bytes, documents);
  if (content->op_code != OpCode::kMsg) return std::unexpected(ParseError::Malformed);
  const auto sections = parse_sections(content->bytes);
  if (!sections) return std::unexpected(sections.error());
  Answer answer;
  answer.more_to_come = sections->more_to_come();
  read_answer(answer, sections->body);
  return answer;
}

std::string_view without_values(std::string_view message) {
  message = message.substr(0, message.find_first_of("{\"`"));
  message = message.substr(0, message.find(" '"));
  const std::size_t end = message.find_last_not_of(" :(");
  return message.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

}  // namespace obi::protocol::mongo
