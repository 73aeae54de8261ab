// SPDX-License-Identifier: Apache-2.0
#include "protocol/mongo/bson.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "protocol/mongo/message_fixture.hpp"

namespace obi::protocol::mongo {
namespace {

using testing::ElementsAre;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::vector<std::string> keys_of(std::string_view document) {
  std::vector<std::string> keys;
  BsonWalk walk(bytes_of(document));
  while (const auto element = walk.next()) keys.emplace_back(element->key);
  return keys;
}

TEST(Bson, EveryTypeOfElementIsSteppedOver) {
  using std::string_literals::operator""s;
  Bson document;
  document.real("double", 1).text("string", "x").sub("document", Bson().int32("a", 1));
  document.array("array", Bson().int32("0", 1)).add(0x05, "binary", le32(2) + "\0xy"s);
  document.add(0x06, "undefined", "").add(0x07, "id", std::string(12, 'i'));
  document.add(0x08, "bool", "\1").add(0x09, "time", std::string(8, 't')).add(0x0a, "null", "");
  document.add(0x0b, "regex", "a.*\0i\0"s)
      .add(0x0c, "pointer", le32(2) + "p\0"s + std::string(12, 'i'));
  document.add(0x0d, "code", le32(2) + "c\0"s).add(0x0e, "symbol", le32(2) + "s\0"s);
  document.add(0x0f, "scoped", le32(4 + 6 + 5) + le32(2) + "c\0"s + Bson().document());
  document.int32("int32", 5).add(0x11, "timestamp", std::string(8, 't'));
  document.add(0x12, "int64", std::string(8, '\1')).add(0x13, "decimal", std::string(16, 'd'));
  document.add(0x7f, "max", "").add(0xff, "min", "").text("last", "y");
  EXPECT_THAT(keys_of(document.document()),
              ElementsAre("double", "string", "document", "array", "binary", "undefined", "id",
                          "bool", "time", "null", "regex", "pointer", "code", "symbol", "scoped",
                          "int32", "timestamp", "int64", "decimal", "max", "min", "last"));
}

TEST(Bson, EveryPrefixHasElementsUpToItsCutAndIsNotComplete) {
  const std::string document =
      Bson().text("a", "x").sub("b", Bson().int32("c", 1)).int32("d", 7).document();
  for (std::size_t length = 0; length < document.size(); ++length) {
    const std::string prefix = document.substr(0, length);
    BsonWalk walk(bytes_of(prefix));
    std::size_t count = 0;
    while (walk.next()) ++count;
    EXPECT_LE(count, 3U);
    EXPECT_FALSE(walk.is_complete()) << length;
  }
  BsonWalk walk(bytes_of(document));
  while (walk.next()) continue;
  EXPECT_TRUE(walk.is_complete());
}

TEST(Bson, ACutDocumentHasWhatThereIsOfIt) {
  const std::string document =
      Bson().sub("outer", Bson().text("find", "users").text("x", "y")).document();
  const std::string prefix = document.substr(0, document.size() - 6);
  BsonWalk walk(bytes_of(prefix));
  const auto outer = walk.next();
  ASSERT_TRUE(outer);
  EXPECT_EQ(BsonWalk(outer->value).next()->text(), "users");
  EXPECT_FALSE(walk.next());
}

TEST(Bson, NumbersOfEveryKind) {
  const auto number = [](const Bson& document) {
    const std::string bytes = document.document();
    return BsonWalk(bytes_of(bytes)).next()->number();
  };
  EXPECT_EQ(number(Bson().int32("n", -5)), -5);
  EXPECT_EQ(number(Bson().real("n", 1)), 1);
  EXPECT_EQ(number(Bson().add(0x12, "n", std::string("\0\0\0\0\1\0\0\0", 8))), 1LL << 32);
  EXPECT_EQ(number(Bson().add(0x08, "n", "\1")), 1);
  EXPECT_EQ(number(Bson().text("n", "1")), std::nullopt);
  EXPECT_EQ(number(Bson().real("n", std::numeric_limits<double>::infinity())), std::nullopt);
  EXPECT_EQ(number(Bson().real("n", 1e300)), std::nullopt);
}

TEST(Bson, NonsenseEndsTheWalk) {
  EXPECT_THAT(keys_of(le32(3)), ElementsAre());
  EXPECT_THAT(keys_of(le32(0x7fffffff) + "\2a"), ElementsAre());
  EXPECT_THAT(keys_of(Bson().int32("a", 1).add(0x42, "b", "xxxx").document()), ElementsAre("a"));
  // A string that says it is longer than everything.
  EXPECT_THAT(keys_of(Bson().add(0x02, "a", le32(0xffffffff) + "x").document()), ElementsAre());
  EXPECT_THAT(keys_of(Bson().add(0x03, "a", le32(2) + "x").document()), ElementsAre());
}

TEST(Bson, AnEmptyStringHasNoText) {
  const std::string document = Bson().add(0x02, "a", le32(0)).document();
  EXPECT_EQ(BsonWalk(bytes_of(document)).next()->text(), "");
}

}  // namespace
}  // namespace obi::protocol::mongo
