// SPDX-License-Identifier: Apache-2.0
#include "export/printer/trace_printer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "export/printer/escape.hpp"
#include "export/printer/printer_fixture.hpp"

namespace obi::exporting {
namespace {

std::string duration(std::uint64_t ns) {
  std::string out;
  append_duration(out, ns);
  return out;
}

TEST(TracePrinter, WritesGoDurations) {
  EXPECT_EQ(duration(0), "0s");
  EXPECT_EQ(duration(90), "90ns");
  EXPECT_EQ(duration(812'000), "812µs");
  EXPECT_EQ(duration(5'213'000), "5.213ms");
  EXPECT_EQ(duration(62'500'000'000), "1m2.5s");
  EXPECT_EQ(duration(3'600'000'000'000), "1h0m0s");
}

TEST(TracePrinter, TextLineHasEveryField) {
  setenv("TZ", "UTC", 1);
  tzset();
  base::Arena scratch;
  std::string line;
  append_text(line, example(), 1'787'321'107'000'000'000, scratch);
  EXPECT_EQ(
      line,
      "2026-08-21 14:05:07.001233 (5.213ms[4.98ms]) HTTP(subType=0) 200 GET /users/42(/users/*) "
      "[10.1.0.7 as 10.1.0.7:43210]->[10.1.0.9 as users.shop:8080] contentLen:0B responseLen:128B "
      "svc=[shop/users go] "
      "traceparent=[00-01020300000000000000000000000000-0400000000000000[0000000000000000]-01]");
}

TEST(TracePrinter, JsonIsInOrderAndEscaped) {
  model::SpanBatch batch;
  batch.spans = {example()};
  batch.spans[0].path = "/a\"<b>\xff\n";
  batch.wall_offset_ns = 1'787'321'107'000'000'000;
  base::Arena scratch;
  std::string json;
  append_json(json, batch, false, scratch);
  EXPECT_EQ(
      json,
      R"([{"type":"HTTP","peer":"10.1.0.7","peerPort":"43210","host":"10.1.0.9","hostPort":"8080",)"
      R"("traceID":"01020300000000000000000000000000","spanID":"0400000000000000","parentSpanID":"0000000000000000",)"
      R"("traceFlags":"1","peerName":"","hostName":"users","kind":"SPAN_KIND_SERVER","start":"1787321107001000",)"
      R"("handlerStart":"1787321107001233","end":"1787321107006213","duration":"5.213ms","durationUSec":"5213",)"
      R"("handlerDuration":"4.98ms","handlerDurationUSec":"4980","attributes":{"clientAddr":"10.1.0.7","contentLen":"0",)"
      R"("method":"GET","responseLen":"128","route":"/users/*","serverAddr":"users","serverPort":"8080","status":"200",)"
      R"("url":"/a\"\u003cb\u003e\ufffd\n"}}])");
}

TEST(TracePrinter, JsonOfWhatFailedSaysHowAndHasNoStatus) {
  model::SpanBatch batch;
  batch.spans = {example()};
  batch.spans[0].status = 0;
  batch.spans[0].failure = model::Failure::kCancelled;
  base::Arena scratch;
  std::string json;
  append_json(json, batch, false, scratch);
  EXPECT_NE(json.find(R"("errorType":"cancelled")"), std::string::npos) << json;
  EXPECT_EQ(json.find(R"("status")"), std::string::npos) << json;
}

std::string text_of(const model::Span& span) {
  setenv("TZ", "UTC", 1);
  tzset();
  base::Arena scratch;
  std::string line;
  append_text(line, span, 1'787'321'107'000'000'000, scratch);
  return line;
}

TEST(TracePrinter, ATextLineOfWhatFailedSaysHow) {
  model::Span span = example();
  span.status = 0;
  span.failure = model::Failure::kReset;
  EXPECT_NE(text_of(span).find(" responseLen:128B error=[reset] "), std::string::npos)
      << text_of(span);
}

TEST(TracePrinter, AClientsNamespacesAreOnTheOtherSides) {
  model::Span span = example();
  span.type = model::EventType::kHttpClient;
  span.client_name = "web";
  span.other_namespace = "back";
  span.route = "";
  span.trace_id = {};
  EXPECT_EQ(
      text_of(span),
      "2026-08-21 14:05:07.001233 (5.213ms[4.98ms]) HTTPClient(subType=0) 200 GET /users/42 "
      "[10.1.0.7 as web.shop:43210]->[10.1.0.9 as users.back:8080] contentLen:0B responseLen:128B "
      "svc=[shop/users go] traceparent=[]");
}

TEST(TracePrinter, TheSubTypeReportsTheSqlAndTheVersionOfAProgram) {
  model::Span span = example();
  const auto sub_type = [&] {
    const std::string line = text_of(span);
    const std::size_t at = line.find("subType=");
    return line.substr(at, line.find(')', at) - at);
  };
  for (const auto& [system, number] :
       {std::pair("postgresql", 1), {"mysql", 2}, {"microsoft.sql_server", 3}, {"other_sql", 0}}) {
    const model::DatabaseCall call = {.system = system};
    span.type = model::EventType::kSqlClient;
    span.database = &call;
    EXPECT_EQ(sub_type(), "subType=" + std::to_string(number)) << system;
    span.type = model::EventType::kSqlServer;
    EXPECT_EQ(sub_type(), "subType=" + std::to_string(number)) << system;
    span.type = model::EventType::kMongoClient;
    EXPECT_EQ(sub_type(), "subType=0");
  }
  span.database = nullptr;
  span.type = model::EventType::kSunRpcClient;
  for (const auto& [version, number] : {std::pair(3U, 3), {255U, 255}, {256U, 0}}) {
    const model::RpcCall call = {.version = version};
    span.rpc = &call;
    EXPECT_EQ(sub_type(), "subType=" + std::to_string(number));
  }
}

TEST(TracePrinter, ATextLineOfADatabaseHasOperationAndTable) {
  model::Span span = example();
  const model::DatabaseCall call = {.system = "postgresql", .query_text = "planted"};
  span.type = model::EventType::kSqlClient;
  span.method = "SELECT";
  span.path = "orders";
  span.route = "";
  span.status = 1;
  span.database = &call;
  const std::string line = text_of(span);
  EXPECT_NE(line.find("SQLClient(subType=1) 1 SELECT orders [10.1.0.7 as"), std::string::npos)
      << line;
  EXPECT_EQ(line.find("planted"), std::string::npos) << line;
}

TEST(TracePrinter, NoRequestForgesALineOrTalksToTheTerminal) {
  model::Span span = example();
  span.path = "/a\n2026 forged\x1b[2J\xc2\x9b\xff\xc3\xa4";
  span.method = "G\rT";
  span.server_name = "h\to";
  const std::string line = text_of(span);
  EXPECT_NE(line.find(R"(G\x0dT /a\x0a2026 forged\x1b[2J\xc2\x9b\xff)"
                      "\xc3\xa4("),
            std::string::npos)
      << line;
  EXPECT_NE(line.find(R"(as h\x09o.shop)"), std::string::npos) << line;
}

TEST(TracePrinter, JsonIndentsByOneSpace) {
  model::SpanBatch batch;
  batch.spans = {example(), example()};
  base::Arena scratch;
  std::string json;
  append_json(json, batch, true, scratch);
  EXPECT_TRUE(json.starts_with("[\n {\n  \"type\": \"HTTP\",\n  \"peer\": \"10.1.0.7\",\n"))
      << json;
  EXPECT_TRUE(json.ends_with(
      "  \"attributes\": {\n   \"clientAddr\": \"10.1.0.7\",\n   \"contentLen\": \"0\",\n"
      "   \"method\": \"GET\",\n   \"responseLen\": \"128\",\n   \"route\": \"/users/*\",\n"
      "   \"serverAddr\": \"users\",\n   \"serverPort\": \"8080\",\n"
      "   \"status\": \"200\",\n   \"url\": \"/users/42\"\n  }\n }\n]"))
      << json;
  EXPECT_EQ(nlohmann::ordered_json::parse(json).dump(1), json)
      << "as an independent printer indents";
}

TEST(TracePrinter, AClientsJsonAttributesAreFewer) {
  model::SpanBatch batch;
  batch.spans = {example()};
  batch.spans[0].type = model::EventType::kHttpClient;
  batch.spans[0].host_header = "api.example.com:8080";
  base::Arena scratch;
  std::string json;
  append_json(json, batch, false, scratch);
  EXPECT_EQ(nlohmann::ordered_json::parse(json)[0]["attributes"].dump(),
            R"({"clientAddr":"10.1.0.7","method":"GET","serverAddr":"api.example.com",)"
            R"("serverPort":"8080","status":"200","url":"/users/42"})");
}

TEST(TracePrinter, JsonIsValidWhateverTheRequestHolds) {
  std::mt19937 random(3);
  base::Arena scratch;
  for (int round = 0; round < 2000; ++round) {
    std::string path(random() % 40, ' ');
    for (char& c : path) c = static_cast<char>(random());
    model::SpanBatch batch;
    batch.spans = {example()};
    batch.spans[0].path = path;
    std::string json;
    append_json(json, batch, round % 2 == 0, scratch);
    const auto parsed = nlohmann::json::parse(json, nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << json;
    EXPECT_EQ(json.find_first_of("<>&"), std::string::npos);
  }
  std::string every;
  for (int c = 1; c < 128; ++c) every += static_cast<char>(c);
  every += "\u00e4\u2028\u2029\u20ac\U0001f600";
  std::string json;
  append_json_string(json, every);
  EXPECT_EQ(nlohmann::json::parse(json).get<std::string>(), every);
}

TEST(TracePrinter, EveryByteThatIsNoUtf8IsReplaced) {
  for (const char* text : {"\xff", "\xc0", "\xc3", "\x80"}) {
    std::string json;
    append_json_string(json, text);
    EXPECT_EQ(json, R"("\ufffd")");
  }
  for (const char* text : {"\xed\xa0\x80", "\xe0\x80\x80", "\xc0\xaf\xff"}) {
    std::string json;
    append_json_string(json, text);
    EXPECT_EQ(json, R"("\ufffd\ufffd\ufffd")");
  }
}

}  // namespace
}  // namespace obi::exporting
