// SPDX-License-Identifier: Apache-2.0
#include "config/value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace obi::config {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(ConfigDuration, ReadsGoNotation) {
  const std::vector<std::pair<const char*, nanoseconds>> rows = {{"1s", 1s},
                                                                 {"500ms", 500ms},
                                                                 {"1h30m", 90min},
                                                                 {"1.5s", 1500ms},
                                                                 {"0", 0s},
                                                                 {"0s", 0s},
                                                                 {"-2m", -2min},
                                                                 {"+3us", 3us},
                                                                 {"7µs", 7us},
                                                                 {"7μs", 7us},
                                                                 {"9ns", 9ns},
                                                                 {" 2s ", 2s},
                                                                 {"1h1m1s1ms", 3661001ms},
                                                                 {".5s", 500ms},
                                                                 {"2562047h", 2562047h}};
  for (const auto& [text, expected] : rows) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration) << text;
    EXPECT_EQ(*duration, expected) << text;
  }
}

TEST(ConfigDuration, RefusesBareNumbersAndNonsense) {
  for (const char* text : {"", "5", "1.5", "s", "1x", "1s2", "1 s", "soon", "1..5s", "-", "1s,2s",
                           "99999999999h", "1e3s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(ConfigDuration, PrintedFormReadsBackTheSame) {
  for (const nanoseconds value :
       std::initializer_list<nanoseconds>{0ns, 1ns, 999us, 1500ms, 5min, 36h + 1ms, -90min}) {
    EXPECT_EQ(parse_duration(to_text(value)).value(), value) << to_text(value);
  }
  EXPECT_EQ(to_text(nanoseconds(5min)), "5m");
  EXPECT_EQ(to_text(nanoseconds(90min)), "1h30m");
}

TEST(ConfigInteger, ReadsTheBasesOfYaml) {
  EXPECT_EQ(parse_integer("42").value(), 42);
  EXPECT_EQ(parse_integer("-7").value(), -7);
  EXPECT_EQ(parse_integer("+7").value(), 7);
  EXPECT_EQ(parse_integer("0x1F").value(), 31);
  EXPECT_EQ(parse_integer("0o17").value(), 15);
  EXPECT_EQ(parse_integer("0b101").value(), 5);
  EXPECT_EQ(parse_integer("1_000").value(), 1000);
  EXPECT_EQ(parse_integer("4294967295").value(), 4294967295);
}

TEST(ConfigInteger, CutsTheFractionOff) {
  EXPECT_EQ(parse_integer("2.9").value(), 2);
  EXPECT_EQ(parse_integer("-2.9").value(), -2);
}

TEST(ConfigInteger, RefusesWhatIsNoneOrTooLarge) {
  for (const char* text : {"", "many", "1x", "--1", "+-1", "0x", "0xZZ", "1e30", "4294967296",
                           "-2147483649", "99999999999999999999", "NaN", "1 2"}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
}

TEST(ConfigSize, ReadsBinaryUnits) {
  EXPECT_EQ(parse_size("64MiB").value(), 64 * 1024 * 1024);
  EXPECT_EQ(parse_size("1 KiB").value(), 1024);
  EXPECT_EQ(parse_size("2GiB").value(), 2LL * 1024 * 1024 * 1024);
  EXPECT_EQ(parse_size("123").value(), 123);
  for (const char* text : {"", "MiB", "-1", "64MB", "1.5GiB", "99999999999GiB"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(ConfigBoolean, ReadsWhatYamlAndGoTakeForOne) {
  for (const char* text : {"true", "True", "TRUE", "t", "1", "yes", "Y", "on", "ON"}) {
    EXPECT_TRUE(parse_boolean(text).value()) << text;
  }
  for (const char* text : {"false", "F", "0", "no", "n", "Off"}) {
    EXPECT_FALSE(parse_boolean(text).value()) << text;
  }
  for (const char* text : {"", "2", "ja", "truee"}) EXPECT_FALSE(parse_boolean(text)) << text;
}

TEST(ConfigIntSet, ReadsPortsAndRanges) {
  const auto set = parse_int_set("443, 8000-8999 ,80");
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->contains(80));
  EXPECT_TRUE(set->contains(8000));
  EXPECT_TRUE(set->contains(8999));
  EXPECT_FALSE(set->contains(81));
  EXPECT_FALSE(set->contains(9000));
  EXPECT_EQ(to_text(Value(*set)), "80,443,8000-8999");
}

TEST(ConfigIntSet, RefusesBackwardRangesAndWords) {
  for (const char* text : {"http", "9-8", "-5", "80;443", "1-2-3", "80-"}) {
    EXPECT_FALSE(parse_int_set(text)) << text;
  }
}

TEST(ConfigLogLevel, TakesGoOffsetsForTheNextLevelAbove) {
  EXPECT_EQ(parse_log_level("INFO").value(), "info");
  EXPECT_EQ(parse_log_level("Debug").value(), "debug");
  EXPECT_EQ(parse_log_level("INFO+2").value(), "warn");
  EXPECT_EQ(parse_log_level("ERROR+4").value(), "error");
  EXPECT_EQ(parse_log_level("WARN-4").value(), "info");
  EXPECT_EQ(parse_log_level("DEBUG-8").value(), "debug");
  for (const char* text : {"", "loud", "INFO+", "INFO+x", "warning"}) {
    EXPECT_FALSE(parse_log_level(text)) << text;
  }
}

TEST(ConfigValue, MessagesKeepHostileTextOnOneLine) {
  const auto error = parse_integer("a\nlevel=error forged\x1b[31m");
  ASSERT_FALSE(error);
  EXPECT_THAT(error.error().message, HasSubstr("\\x0a"));
  EXPECT_EQ(error.error().message.find('\n'), std::string::npos);
  EXPECT_EQ(error.error().message.find('\x1b'), std::string::npos);
  EXPECT_LT(parse_integer(std::string(100'000, 'x')).error().message.size(), 200U);
}

}  // namespace
}  // namespace obi::config
