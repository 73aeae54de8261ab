// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace obi::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct Parsed {
  Node root;
  std::vector<std::string> mistakes;
};

Parsed parse(const std::string& text) {
  Parsed parsed;
  parsed.root = parse_document(text, "f.yaml", parsed.mistakes);
  return parsed;
}

TEST(ConfigDocument, KeepsTheLinesOfKeys) {
  const auto [root, mistakes] = parse("a: 1\n\nb:\n  c: 2\n  d: [x,\n    y]\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(root.find("a")->line, 1);
  EXPECT_EQ(root.find("b")->line, 3);
  EXPECT_EQ(root.find("b")->find("c")->line, 4);
  EXPECT_EQ(root.find("b")->find("d")->children[1].line, 6);
}

TEST(ConfigDocument, DistinguishesNullFromEmptyText) {
  const auto [root, mistakes] = parse("a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\n");
  for (const char* name : {"a", "b", "c"}) EXPECT_TRUE(root.find(name)->is_null()) << name;
  EXPECT_TRUE(root.find("d")->is_scalar());
  EXPECT_EQ(root.find("e")->text, "null");
}

TEST(ConfigDocument, ReadsOnlyTheFirstDocument) {
  const auto [root, mistakes] = parse("a: 1\n---\na: 2\nb: [\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(root.find("a")->text, "1");
  EXPECT_EQ(root.find("b"), nullptr);
}

TEST(ConfigDocument, EmptyTextIsNull) {
  for (const char* text : {"", "\n", "# nothing\n", "---\n"}) {
    const auto [root, mistakes] = parse(text);
    EXPECT_TRUE(root.is_null());
    EXPECT_THAT(mistakes, IsEmpty());
  }
}

TEST(ConfigDocument, RefusesAKeyThatIsThereTwice) {
  const auto [root, mistakes] = parse("a:\n  b: 1\n  c: 2\n  b: 3\n");
  EXPECT_THAT(mistakes, ElementsAre("f.yaml:4: the key 'b' is there twice"));
}

TEST(ConfigDocument, RefusesDuplicatesInsideListsToo) {
  const auto [root, mistakes] = parse("a:\n  - {b: 1, b: 2}\n");
  EXPECT_THAT(mistakes, ElementsAre(HasSubstr("'b' is there twice")));
}

TEST(ConfigDocument, MergesWithOwnKeysFirst) {
  const auto [root, mistakes] = parse(
      "base: &base {x: 1, y: 1}\nmore: &more {y: 2, z: 2}\n"
      "one:\n  x: 9\n  <<: *base\nboth:\n  <<: [*base, *more]\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(root.find("one")->find("x")->text, "9");
  EXPECT_EQ(root.find("one")->find("y")->text, "1");
  EXPECT_EQ(root.find("both")->find("y")->text, "1");
  EXPECT_EQ(root.find("both")->find("z")->text, "2");
  EXPECT_EQ(root.find("one")->find("<<"), nullptr);
}

TEST(ConfigDocument, ResolvesAliases) {
  const auto [root, mistakes] = parse("a: &a [1, 2]\nb: *a\n");
  EXPECT_EQ(root.find("b")->children.size(), 2U);
}

TEST(ConfigDocument, SyntaxErrorsNameTheLine) {
  const auto [root, mistakes] = parse("a: 1\nb: [unclosed\n");
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_THAT(mistakes[0], StartsWith("f.yaml:"));
}

TEST(ConfigDocument, AliasesOfAliasesDontExplode) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 9; ++j) text += ", " + last;
    text += "]\n";
  }
  EXPECT_THAT(parse(text).mistakes, ElementsAre(HasSubstr("too large")));
}

TEST(ConfigDocument, DepthIsBounded) {
  EXPECT_THAT(parse("a: " + std::string(100, '[') + std::string(100, ']')).mistakes,
              ElementsAre(HasSubstr("nested too deep")));
  EXPECT_THAT(parse(std::string(100'000, '[')).mistakes, testing::SizeIs(1));
}

TEST(ConfigDocument, CutAnywhereItNeverThrows) {
  const std::string text =
      "a: &x {b: [1, \"q\\n\", 'r']}\nc:\n  <<: *x\n  ? [complex]\n  : 1\nd: |\n  t\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    std::vector<std::string> mistakes;
    EXPECT_NO_THROW(parse_document(text.substr(0, size), "f", mistakes));
  }
}

}  // namespace
}  // namespace obi::config
