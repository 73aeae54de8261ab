// SPDX-License-Identifier: Apache-2.0
// For tests: Kafka's requests and answers of any version, as their definitions say.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace obi::protocol::kafka {

/// A topic that is `name`, or from the versions with ids on the id of 16 times `id`.
struct TestTopic {
  std::string name;
  char id = 0;
  std::vector<std::int32_t> partitions{0};
  std::int64_t offset = 0;   ///< asked for, or answered
  std::size_t records = 40;  ///< bytes; 0 = none
  std::int64_t base = 0;     ///< that the records begin with
  std::int16_t error = 0;
};

/// Writes the primitives; `flexible` says how long lengths are.
class TestBytes {
 public:
  explicit TestBytes(bool flexible) : flexible_(flexible) {}

  TestBytes& number(std::size_t bytes, std::int64_t value) {
    for (std::size_t i = bytes; i-- > 0;)
      out_ += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    return *this;
  }
  TestBytes& varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out_ += static_cast<char>(value | 0x80U);
    out_ += static_cast<char>(value);
    return *this;
  }
  TestBytes& count(std::size_t count) {
    return flexible_ ? varint(count + 1) : number(4, static_cast<std::int64_t>(count));
  }
  TestBytes& text(std::string_view text) {
    flexible_ ? varint(text.size() + 1) : number(2, static_cast<std::int64_t>(text.size()));
    out_ += text;
    return *this;
  }
  TestBytes& null_text() { return flexible_ ? varint(0) : number(2, -1); }
  TestBytes& raw(std::string_view bytes) {
    out_ += bytes;
    return *this;
  }
  /// Tagged fields, as many as said, of two bytes each.
  TestBytes& tags(std::size_t fields = 0) {
    if (!flexible_) return *this;
    varint(fields);
    for (std::size_t i = 0; i < fields; ++i) varint(i).varint(2).raw("tt");
    return *this;
  }
  TestBytes& topic(const TestTopic& topic, bool by_id) {
    return by_id ? raw(std::string(16, topic.id)) : text(topic.name);
  }
  /// Records of so many bytes, which begin with their base offset.
  TestBytes& records(const TestTopic& topic) {
    count(topic.records);
    const TestBytes base = TestBytes(false).number(8, topic.base);
    return raw((base.out_ + std::string(topic.records, 'r')).substr(0, topic.records));
  }
  [[nodiscard]] const std::string& out() const { return out_; }

 private:
  bool flexible_;
  std::string out_;
};

inline std::string sized(const std::string& message) {
  return TestBytes(false).number(4, static_cast<std::int64_t>(message.size())).out() + message;
}

/// Key, version, correlation id, client id and, for a flexible body, tags.
inline std::string test_request(std::int16_t key, std::int16_t version, std::int32_t id,
                                bool flexible, std::string_view body,
                                std::string_view client = "app") {
  TestBytes header(false);
  header.number(2, key).number(2, version).number(4, id);
  header.number(2, static_cast<std::int64_t>(client.size())).raw(client);
  if (flexible) header.varint(0);
  return sized(header.out() + std::string(body));
}

inline std::string test_answer(std::int32_t id, bool flexible, std::string_view body) {
  TestBytes header(false);
  header.number(4, id);
  if (flexible) header.varint(0);
  return sized(header.out() + std::string(body));
}

inline std::string produce_request(std::int16_t version, std::int32_t id,
                                   const std::vector<TestTopic>& topics, std::int16_t acks = -1) {
  const bool flexible = version >= 9;
  TestBytes body(flexible);
  if (version >= 3) body.null_text();
  body.number(2, acks).number(4, 30'000).count(topics.size());
  for (const TestTopic& topic : topics) {
    body.topic(topic, version >= 13).count(topic.partitions.size());
    for (const std::int32_t partition : topic.partitions)
      body.number(4, partition).records(topic).tags();
    body.tags(1);
  }
  return test_request(0, version, id, flexible, body.tags().out());
}

inline std::string produce_answer(std::int16_t version, std::int32_t id,
                                  const std::vector<TestTopic>& topics) {
  const bool flexible = version >= 9;
  TestBytes body(flexible);
  body.count(topics.size());
  for (const TestTopic& topic : topics) {
    body.topic(topic, version >= 13).count(topic.partitions.size());
    for (const std::int32_t partition : topic.partitions) {
      body.number(4, partition).number(2, topic.error).number(8, topic.offset);
      if (version >= 2) body.number(8, -1);
      if (version >= 5) body.number(8, 0);
      if (version >= 8) body.count(1).number(4, 7).text("bad record").tags().null_text();
      body.tags();
    }
    body.tags();
  }
  if (version >= 1) body.number(4, 0);
  return test_answer(id, flexible, body.tags(1).out());
}

inline std::string fetch_request(std::int16_t version, std::int32_t id,
                                 const std::vector<TestTopic>& topics) {
  const bool flexible = version >= 12;
  TestBytes body(flexible);
  if (version <= 14) body.number(4, -1);
  body.number(4, 500).number(4, 1);
  if (version >= 3) body.number(4, 1 << 20);
  if (version >= 4) body.number(1, 0);
  if (version >= 7) body.number(4, 77).number(4, 1);
  body.count(topics.size());
  for (const TestTopic& topic : topics) {
    body.topic(topic, version >= 13).count(topic.partitions.size());
    for (const std::int32_t partition : topic.partitions) {
      body.number(4, partition);
      if (version >= 9) body.number(4, 1);
      body.number(8, topic.offset);
      if (version >= 12) body.number(4, -1);
      if (version >= 5) body.number(8, -1);
      body.number(4, 1 << 20).tags(version >= 17 ? 1 : 0);
    }
    body.tags();
  }
  if (version >= 7) {  // topics that the session forgets
    body.count(1).topic({.name = "old", .id = 'o'}, version >= 13).count(2);
    body.number(4, 0).number(4, 1).tags();
  }
  if (version >= 11) body.text("rack");
  return test_request(1, version, id, flexible, body.tags().out());
}

inline std::string fetch_answer(std::int16_t version, std::int32_t id,
                                const std::vector<TestTopic>& topics) {
  const bool flexible = version >= 12;
  TestBytes body(flexible);
  if (version >= 1) body.number(4, 0);
  if (version >= 7) body.number(2, 0).number(4, 77);
  body.count(topics.size());
  for (const TestTopic& topic : topics) {
    body.topic(topic, version >= 13).count(topic.partitions.size());
    for (const std::int32_t partition : topic.partitions) {
      body.number(4, partition).number(2, topic.error).number(8, 100);
      if (version >= 4) body.number(8, 100);
      if (version >= 5) body.number(8, 0);
      if (version >= 4) body.count(1).number(8, 5).number(8, 6).tags();
      if (version >= 11) body.number(4, -1);
      body.records(topic).tags();
    }
    body.tags();
  }
  return test_answer(id, flexible, body.tags().out());
}

inline std::string metadata_request(std::int16_t version, std::int32_t id, std::string_view name) {
  const bool flexible = version >= 9;
  TestBytes body(flexible);
  body.count(1);
  if (version >= 10) body.raw(std::string(16, '\0'));
  body.text(name).tags();
  if (version >= 4) body.number(1, 1);
  if (version >= 8 && version <= 10) body.number(1, 0);
  if (version >= 8) body.number(1, 0);
  return test_request(3, version, id, flexible, body.tags().out());
}

inline std::string metadata_answer(std::int16_t version, std::int32_t id,
                                   const std::vector<TestTopic>& topics) {
  const bool flexible = version >= 9;
  TestBytes body(flexible);
  if (version >= 3) body.number(4, 0);
  body.count(2);
  for (int broker = 0; broker < 2; ++broker) {
    body.number(4, broker).text("broker").number(4, 9092);
    if (version >= 1) body.null_text();
    body.tags();
  }
  if (version >= 2) body.text("cluster");
  if (version >= 1) body.number(4, 1);
  body.count(topics.size());
  for (const TestTopic& topic : topics) {
    body.number(2, topic.error);
    topic.name.empty() ? body.null_text() : body.text(topic.name);
    if (version >= 10) body.raw(std::string(16, topic.id));
    if (version >= 1) body.number(1, 0);
    body.count(topic.partitions.size());
    for (const std::int32_t partition : topic.partitions) {
      body.number(2, 0).number(4, partition).number(4, 1);
      if (version >= 7) body.number(4, 3);
      body.count(2).number(4, 1).number(4, 2).count(0);
      if (version >= 5) body.count(0);
      body.tags();
    }
    if (version >= 8) body.number(4, 0);
    body.tags();
  }
  if (version >= 8 && version <= 10) body.number(4, 0);
  if (version >= 13) body.number(2, 0);
  return test_answer(id, flexible, body.tags().out());
}

}  // namespace obi::protocol::kafka
