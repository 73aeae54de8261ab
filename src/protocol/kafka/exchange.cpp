// SPDX-License-Identifier: Apache-2.0
#include "protocol/kafka/exchange.hpp"

#include "base/byte_cursor.hpp"

namespace obi::protocol::kafka {

void RequestReader::begin(const RequestHeader& header, Exchange& exchange) {
  exchange_ = &exchange;
  partition_ = -1;
  const Schema* schema = request_schema(header.api_key);
  const bool is_known = schema != nullptr && header.version <= schema->newest;
  walk_.begin(is_known ? schema : nullptr, header.version, header.bytes - kRequestHeaderBytes);
}

void RequestReader::on_field(Role role, std::int64_t number, std::string_view text) {
  switch (role) {
    case Role::kClientId: client_id_ = text; return;
    case Role::kAcks: exchange_->acks = static_cast<std::int16_t>(number); return;
    case Role::kTopicName: exchange_->topics.begin(text, false); return;
    case Role::kTopicId: exchange_->topics.begin(text, true); return;
    case Role::kPartition:
      partition_ = static_cast<std::int32_t>(number);
      if (Topic* topic = exchange_->topics.last(); topic != nullptr && topic->partitions++ == 0)
        topic->partition = partition_;
      return;
    case Role::kFetchOffset: return on_position(number);
    default: return;
  }
}

void RequestReader::on_position(std::int64_t offset) {
  if (exchange_->topics.last() == nullptr) return;
  if (exchange_->positions.size() >= Exchange::kMaxPositions) return;
  const auto topic = static_cast<std::uint32_t>(exchange_->topics.list().size() - 1);
  exchange_->positions.push_back({.topic = topic, .partition = partition_, .offset = offset});
}

void AnswerReader::begin(std::int16_t api_key, std::int16_t version, std::uint64_t bytes,
                         Exchange& asked) {
  api_key_ = api_key;
  asked_ = &asked;
  topics_.clear();
  produced_ = nullptr;
  next_produced_ = 0;
  partition_ = -1;
  name_.clear();
  const Schema* schema = response_schema(api_key);
  const bool is_known = schema != nullptr && version <= schema->newest;
  walk_.begin(is_known ? schema : nullptr, version, bytes);
}

void AnswerReader::finish() {
  Topic* last = topics_.last();
  if (last != nullptr && last->partitions == 0) topics_.drop_last();
}

void AnswerReader::on_field(Role role, std::int64_t number, std::string_view text) {
  switch (api_key_) {
    case kProduce: return on_produced(role, number, text);
    case kFetch: return on_fetched(role, number, text);
    default: return on_described(role, text);
  }
}

void AnswerReader::on_produced(Role role, std::int64_t number, std::string_view text) {
  switch (role) {
    case Role::kTopicName: produced_ = find_asked(text, false); return;
    case Role::kTopicId: produced_ = find_asked(text, true); return;
    case Role::kPartition: partition_ = static_cast<std::int32_t>(number); return;
    case Role::kBaseOffset:
      if (produced_ != nullptr && produced_->partition == partition_ && number >= 0)
        produced_->offset = number;
      return;
    default: return;
  }
}

// Brokers answer in any order, mostly that of the request.
Topic* AnswerReader::find_asked(std::string_view key, bool is_id) {
  topics_.clear();
  topics_.begin(key, is_id);
  const Topic& wanted = *topics_.last();
  std::vector<Topic>& asked = asked_->topics.list();
  for (std::size_t tried = 0; tried < asked.size(); ++tried) {
    Topic& topic = asked[(next_produced_ + tried) % asked.size()];
    if (!asked_->topics.same(topic, topics_, wanted)) continue;
    next_produced_ += tried + 1;
    return &topic;
  }
  return nullptr;
}

void AnswerReader::on_fetched(Role role, std::int64_t number, std::string_view text) {
  switch (role) {
    case Role::kTopicName:
    case Role::kTopicId:
      finish();  // one without records leaves no trace
      topics_.begin(text, role == Role::kTopicId);
      return;
    case Role::kPartition: partition_ = static_cast<std::int32_t>(number); return;
    case Role::kRecords: {
      Topic* topic = topics_.last();
      if (topic == nullptr || topic->partitions++ > 0) return;
      topic->partition = partition_;
      topic->offset = asked_offset();
      if (topic->offset < 0 && !text.empty())
        topic->offset = base::ByteCursor(std::as_bytes(std::span(text))).big<std::int64_t>();
      return;
    }
    default: return;
  }
}

// Of the partition at hand; -1 if the request doesn't say: in a session it names only what changed.
std::int64_t AnswerReader::asked_offset() const {
  const Topic& topic = topics_.list().back();
  for (const Position& position : asked_->positions) {
    if (position.partition == partition_ &&
        asked_->topics.same(asked_->topics.list()[position.topic], topics_, topic)) {
      return position.offset;
    }
  }
  return -1;
}

void AnswerReader::on_described(Role role, std::string_view text) {
  if (role == Role::kTopicName) {
    name_ = text;
    return;
  }
  if (role != Role::kTopicId) return;
  TopicId id{};
  std::memcpy(id.data(), text.data(), id.size());
  // A topic that doesn't exist has a name and no id; one asked for by an unknown id has no name.
  if (id != TopicId{} && !name_.empty()) names_.learn(id, name_);
  name_.clear();
}

}  // namespace obi::protocol::kafka
