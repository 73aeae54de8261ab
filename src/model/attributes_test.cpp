// SPDX-License-Identifier: Apache-2.0
#include "model/attributes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "support/source_folder.hpp"

namespace obi::model {
namespace {

using testing::HasSubstr;

template <typename Each>
void for_each_row(const Each& each) {
  for (const auto family : kAttributeFamilies) {
    for (const AttributeRow& row : family) each(row);
  }
}

TEST(AttributeTable, EachNameIsFoundWithDotsAndUnderscores) {
  for_each_row([](const AttributeRow& row) {
    if (row.name.empty()) return;
    std::string underscored(row.name);
    std::ranges::replace(underscored, '.', '_');
    for (const std::string_view spelling : {row.name, std::string_view(underscored)}) {
      const AttributeRow* const found = find_attribute(spelling);
      ASSERT_NE(found, nullptr) << spelling;
      EXPECT_EQ(found->name, row.name);
    }
  });
  EXPECT_EQ(find_attribute(""), nullptr);
}

TEST(AttributeTable, RowsOfOneNameReadTheSame) {
  for_each_row([](const AttributeRow& row) {
    if (row.name.empty()) return;
    EXPECT_EQ(row.get, find_attribute(row.name)->get) << row.name;
    EXPECT_EQ(row.of_service, find_attribute(row.name)->of_service) << row.name;
  });
}

TEST(AttributeTable, WhatIsWrittenHasAGetterOfTheSpan) {
  for_each_row([](const AttributeRow& row) {
    const bool is_written = row.otlp != Show::kNever || !row.json.key.empty();
    EXPECT_TRUE(!is_written || row.get != nullptr) << row.name << row.json.key;
    EXPECT_TRUE(row.get == nullptr || row.of_service == nullptr) << row.name;
  });
}

TEST(AttributeTable, EachOfSpansIsInTheDocumentation) {
  std::string text;
  for (const char* name :
       {"/docs/telemetry.md", "/docs/protocols.md"}) {  // here one protocol's own
    std::ifstream file(support::source_folder() + name);
    text.append(std::istreambuf_iterator<char>(file), {});
  }
  for_each_row([&](const AttributeRow& row) {
    if (row.otlp == Show::kNever) return;
    EXPECT_THAT(text, HasSubstr("`" + std::string(row.name) + "`"));
  });
}

// A span has one value of a name and one member of a key, whatever its type.
TEST(AttributeTable, NoFamilyHasANameOrAKeyTwiceForOneType) {
  for (const auto family : kAttributeFamilies) {
    for (auto row = family.begin(); row != family.end(); ++row) {
      for (auto other = std::next(row); other != family.end(); ++other) {
        const bool same_name =
            row->otlp != Show::kNever && other->otlp != Show::kNever && row->name == other->name;
        EXPECT_TRUE(!same_name || (row->types & other->types).empty()) << row->name;
        const bool same_key = !row->json.key.empty() && row->json.key == other->json.key;
        EXPECT_TRUE(!same_key || (row->json.types & other->json.types).empty()) << row->json.key;
      }
    }
  }
}

}  // namespace
}  // namespace obi::model
