// SPDX-License-Identifier: Apache-2.0
#include "config/layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_fixture.hpp"

namespace obi::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ConfigLayout, Layout2IsRefusedByNameAndInOneLine) {
  const auto [config, mistakes] = load(R"(
log_level: info
file_format: "1.0"
tracer_provider: {processors: []}
extensions:
  obi:
    version: "2.0"
    capture: {rules: [{action: include, match: {process: {open_ports: 8080}}}]}
)");
  EXPECT_THAT(mistakes, ElementsAre(AllOf(HasSubstr("config:3"), HasSubstr("layout v2"),
                                          HasSubstr("file_format"))));
}

TEST(ConfigLayout, EachMemberOfLayout2IsEnough) {
  for (const char* text :
       {"file_format: '1.0'", "extensions: {obi: {}}", "tracer_provider: {}", "meter_provider:",
        "logger_provider: {}", "version: '2.0'\ncapture: {policy: {default_action: exclude}}",
        "enrich: {}", "correlation: {}", "daemon: {}", "open_port: 80\nextensions: {obi: {}}"}) {
    EXPECT_THAT(load(text).mistakes, ElementsAre(HasSubstr("layout v2"))) << text;
  }
}

TEST(ConfigLayout, Layout1AndUnknownKeysAreNot) {
  for (const char* text : {"", "open_port: 80", "extensions: {health_check: {}}", "version: 1",
                           "x-anchors: {file_format: 1}", "resource: {}"}) {
    EXPECT_THAT(load(text).mistakes, IsEmpty()) << text;
  }
}

}  // namespace
}  // namespace obi::config
