// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.hpp"

#include <gtest/gtest.h>

namespace obi::app {
namespace {

using Action = CommandLine::Action;

TEST(CommandLine, OneDashAndTwoMeanTheSame) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"-config", "a.yaml"},
                                             {"--config", "a.yaml"},
                                             {"-config=a.yaml"},
                                             {"--config=a.yaml"}}) {
    const auto parsed = parse_command_line(arguments);
    EXPECT_EQ(parsed.text, "");
    EXPECT_EQ(parsed.line.config_path, "a.yaml");
    EXPECT_EQ(parsed.line.action, Action::kRun);
  }
}

TEST(CommandLine, AnUnknownFlagIsAMistakeWithExitCode2) {
  const auto parsed = parse_command_line({"--confg", "x"});
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_NE(parsed.text.find("--help"), std::string::npos);
}

TEST(CommandLine, ConfigCommandTakesTheFileOnEitherSide) {
  EXPECT_EQ(parse_command_line({"config", "--config", "f"}).line.action, Action::kPrintConfig);
  const auto parsed = parse_command_line({"--config", "f", "config"});
  EXPECT_EQ(parsed.line.action, Action::kPrintConfig);
  EXPECT_EQ(parsed.line.config_path, "f");
}

TEST(CommandLine, ConfigCanBeHeldToItsMistakes) {
  EXPECT_FALSE(parse_command_line({"config"}).line.config_check);
  EXPECT_TRUE(parse_command_line({"config", "--check"}).line.config_check);
  EXPECT_EQ(parse_command_line({"audit", "--check"}).exit_code, 2);
}

TEST(CommandLine, RecordAndReplayTakeFiles) {
  const auto parsed = parse_command_line({"--record", "r", "--record-redact", "--replay", "p"});
  EXPECT_EQ(parsed.line.record, "r");
  EXPECT_TRUE(parsed.line.record_redact);
  EXPECT_EQ(parsed.line.replay, "p");
}

TEST(CommandLine, ReportsHaveTwoForms) {
  EXPECT_EQ(parse_command_line({"check"}).line.action, Action::kCheck);
  EXPECT_EQ(parse_command_line({"doctor"}).line.action, Action::kCheck);
  const auto parsed = parse_command_line({"audit", "--json", "--passive", "--btf", "f"});
  EXPECT_EQ(parsed.line.action, Action::kAudit);
  EXPECT_TRUE(parsed.line.json);
  EXPECT_TRUE(parsed.line.passive);
  EXPECT_EQ(parsed.line.btf_file, "f");
  EXPECT_EQ(parse_command_line({"--json"}).exit_code, 2);
}

}  // namespace
}  // namespace obi::app
