// SPDX-License-Identifier: Apache-2.0
#include "config/substitution.hpp"

#include <gtest/gtest.h>

#include "config/config_fixture.hpp"

namespace obi::config {
namespace {

const Environment kEnvironment =
    environment_of({{"HOST", "db"}, {"EMPTY", ""}, {"NESTED", "${HOST}"}});

TEST(ConfigSubstitution, FollowsTheTableOfForms) {
  const std::vector<std::pair<const char*, const char*>> rows = {
      {"${HOST}", "db"},
      {"$(HOST)", "db"},
      {"${env:HOST}", "db"},
      {"$(env:HOST)", "db"},
      {"${HOST:-x}", "db"},
      {"${env:NONE:-x}", "x"},
      {"$(NONE:-x)", "x"},
      {"${NONE:-}", ""},
      {"${EMPTY:-x}", "x"},
      {"${EMPTY}", ""},
      {"${NONE}", ""},
      {"${NESTED}", "${HOST}"},
      {"$${HOST}", "${HOST}"},
      {"$${NONE:-x}", "${NONE:-x}"},
      {"$HOST", "$HOST"},
      {"${HOST-x}", "${HOST-x}"},
      {"${HOST:?x}", "${HOST:?x}"},
      {"${1}", "${1}"},
      {"${HOST)", "db"},
      {"http://${HOST}:${PORT:-4317}/", "http://db:4317/"},
      {"${", "${"},
      {"", ""},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(substitute(text, kEnvironment), expected) << text;
  }
}

TEST(ConfigSubstitution, EscapedReferencesComeBackAsTheyWere) {
  for (const char* text : {"${HOST}", "$${HOST}", "$$${HOST}", "a$(env:HOST:-b)c", "$HOST", "$"}) {
    EXPECT_EQ(substitute(escape_references(text), kEnvironment), text);
  }
}

TEST(ConfigSubstitution, PassesBytesThatAreNoUtf8) {
  EXPECT_EQ(substitute("\xff\xfe${HOST}\xff", kEnvironment),
            "\xff\xfe"
            "db\xff");
}

TEST(ConfigExpansion, WorksLikeAShell) {
  EXPECT_EQ(expand("$HOST-${HOST}-$NONE-${NONE}", kEnvironment), "db-db--");
  EXPECT_EQ(expand("100$ ${HOST:-x} $1", kEnvironment), "100$ ${HOST:-x} $1");
}

}  // namespace
}  // namespace obi::config
