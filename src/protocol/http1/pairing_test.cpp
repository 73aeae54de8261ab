// SPDX-License-Identifier: Apache-2.0
// Whatever is lost of a conversation, no request gets the response of another one. Random
// conversations, in which each status names its request, with random losses.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "protocol/http1/conversation_fixture.hpp"

namespace obi::protocol::http1 {
namespace {

constexpr int kExchanges = 60;

int status_of(int request) { return 305 + request; }

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  /// 0 … limit - 1
  int below(int limit) { return static_cast<int>(engine_() % static_cast<unsigned>(limit)); }
  bool chance(int percent) { return below(100) < percent; }
  std::string letters(int count) { return std::string(static_cast<std::size_t>(count), 'a'); }

 private:
  std::mt19937 engine_;
};

std::string message(const std::string& line, Random& random, bool has_body) {
  std::string fields = line + "\r\nX-Filler: " + random.letters(random.below(60)) + "\r\n";
  if (!has_body) return fields + "Content-Length: 0\r\n\r\n";
  const int size = 1 + random.below(200);
  if (random.chance(50)) {
    return fields + "Content-Length: " + std::to_string(size) + "\r\n\r\n" + random.letters(size);
  }
  fields += "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 1 + random.below(3); i > 0; --i) fields += "14\r\n" + random.letters(20) + "\r\n";
  return fields + "0\r\n\r\n";
}

/// A message in one to three calls.
void add_calls(Direction direction, const std::string& text, Random& random,
               std::vector<Part>& calls) {
  std::size_t at = 0;
  for (int i = random.below(3); i > 0; --i) {
    const auto size = static_cast<std::size_t>(random.below(static_cast<int>(text.size() - at)));
    if (size > 0) calls.push_back({direction, text.substr(at, size)});
    at += size;
  }
  calls.push_back({direction, text.substr(at)});
}

/// A client that sends up to `depth` requests before it waits for the response to the oldest.
std::vector<Part> conversation_of(int depth, Random& random) {
  std::vector<Part> calls;
  int sent = 0;
  int answered = 0;
  while (answered < kExchanges) {
    if (sent < kExchanges && sent - answered < depth) {
      const std::string line = fmt::format(" /{} HTTP/1.1", sent++);
      const bool has_body = random.chance(40);
      add_calls(kIn, message((has_body ? "POST" : "GET") + line, random, has_body), random, calls);
    } else {
      const std::string line = fmt::format("HTTP/1.1 {} X", status_of(answered++));
      add_calls(kOut, message(line, random, random.chance(60)), random, calls);
    }
  }
  return calls;
}

struct Losses {
  std::size_t from_call = 0;
  std::size_t to_call = 0;
  int dropped_percent = 0;
  int cut_percent = 0;
  bool has_sizes = true;
};

/// Says the calls, except those that are lost: a gap is reported ahead of the next call that is
/// not.
void say_with_losses(Talk& talk, const std::vector<Part>& calls, const Losses& losses,
                     Random& random) {
  std::uint64_t missing[2] = {0, 0};
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Part call = calls[i];
    std::uint64_t& gap = missing[call.direction == kIn ? 0 : 1];
    const bool may_lose = i >= losses.from_call && i < losses.to_call;
    if (may_lose && random.chance(losses.dropped_percent)) {
      gap += call.text.size();
      continue;
    }
    if (gap > 0) talk.gap(call.direction, losses.has_sizes ? gap : 0);
    gap = 0;
    if (may_lose && random.chance(losses.cut_percent)) {
      const auto kept = static_cast<std::size_t>(random.below(static_cast<int>(call.text.size())));
      call.missing = call.text.size() - kept;
      call.tail = call.text.substr(call.text.size() - std::min<std::size_t>(8, call.text.size()));
      call.text.resize(kept);
    }
    talk.say(call);
  }
}

void expect_own_statuses(const Talk& talk, unsigned seed) {
  for (const model::Span& span : talk.sink.spans) {
    const int request = std::stoi(std::string(span.path.substr(1)));
    EXPECT_EQ(span.status, status_of(request)) << "seed " << seed << " request " << request;
  }
}

TEST(Http1Pairing, WithoutLossesEveryRequestIsASpan) {
  for (const int depth : {1, 2, 5}) {
    for (unsigned seed = 0; seed < 100; ++seed) {
      Random random(seed);
      Talk talk;
      say_with_losses(talk, conversation_of(depth, random), {}, random);
      EXPECT_EQ(talk.sink.spans.size(), kExchanges) << "seed " << seed;
      expect_own_statuses(talk, seed);
    }
  }
}

TEST(Http1Pairing, SequentialRequestsNeverGetAForeignResponse) {
  std::size_t spans = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    const std::vector<Part> calls = conversation_of(1, random);
    Talk talk;
    const Losses losses{.to_call = calls.size(),
                        .dropped_percent = random.below(20),
                        .cut_percent = random.below(30),
                        .has_sizes = random.chance(70)};
    say_with_losses(talk, calls, losses, random);
    expect_own_statuses(talk, seed);
    spans += talk.sink.spans.size();
  }
  EXPECT_GT(spans, 3000U * kExchanges / 4);  // and the caution has not cost too much
}

TEST(Http1Pairing, SequentialRequestsRecoverFromLosses) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Random random(seed);
    const std::vector<Part> calls = conversation_of(1, random);
    Talk talk;
    const Losses losses{.from_call = 20,
                        .to_call = 60,
                        .dropped_percent = 30,
                        .cut_percent = 20,
                        .has_sizes = random.chance(70)};
    say_with_losses(talk, calls, losses, random);
    expect_own_statuses(talk, seed);
    ASSERT_FALSE(talk.sink.spans.empty());
    EXPECT_EQ(talk.sink.spans.back().path, fmt::format("/{}", kExchanges - 1)) << "seed " << seed;
  }
}

TEST(Http1Pairing, PipelinedRequestsNeverGetAForeignResponse) {
  for (const int depth : {2, 3, 8}) {
    for (unsigned seed = 0; seed < 2000; ++seed) {
      Random random(seed);
      const std::vector<Part> calls = conversation_of(depth, random);
      Talk talk;
      const Losses losses{.from_call = 40,  // by then it is known that it pipelines
                          .to_call = calls.size(),
                          .dropped_percent = random.below(10),
                          .cut_percent = random.below(20),
                          .has_sizes = random.chance(70)};
      say_with_losses(talk, calls, losses, random);
      expect_own_statuses(talk, seed);
    }
  }
}

}  // namespace
}  // namespace obi::protocol::http1
