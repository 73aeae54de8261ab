// SPDX-License-Identifier: Apache-2.0
// Delivery without a network: the transport fails as told.
#include "export/otlp/send/sender.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>

#include "export/delivery_account.hpp"

namespace obi::exporting::otlp {
namespace {

using std::chrono::milliseconds;

/// Answers each delivery with the next of a list, the last one for ever.
class ScriptedTransport final : public Transport {
 public:
  explicit ScriptedTransport(std::vector<Delivery> script) : script_(std::move(script)) {}
  Delivery deliver(std::string_view) override {
    const Delivery answer = script_.front();
    if (script_.size() > 1) script_.erase(script_.begin());
    return answer;
  }
  void cancel() override {}

 private:
  std::vector<Delivery> script_;
};

/// Answers when it is cancelled.
class HangingTransport final : public Transport {
 public:
  Delivery deliver(std::string_view) override {
    std::unique_lock lock(mutex_);
    cancelled_.wait(lock, [this] { return is_cancelled_; });
    return {.outcome = Outcome::kRetry, .error = "cancelled"};
  }
  void cancel() override {
    const std::lock_guard lock(mutex_);
    is_cancelled_ = true;
    cancelled_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable cancelled_;
  bool is_cancelled_ = false;
};

SenderOptions fast() {
  return {.name = "test",
          .address = "nowhere",
          .backoff = {.initial = milliseconds(1),
                      .max = milliseconds(2),
                      .max_elapsed_time = milliseconds(40)},
          .max_items = 100};
}

std::chrono::steady_clock::time_point soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

TEST(Sender, TriesAgainUntilTheReceiverIsBack) {
  const Delivery away{.outcome = Outcome::kRetry, .error = "away"};
  Sender sender(fast(), std::make_unique<ScriptedTransport>(std::vector{away, away, Delivery{}}));
  sender.submit("request", 10);
  while (sender.counts().delivered == 0) std::this_thread::yield();
  sender.shutdown(soon());
  EXPECT_EQ(sender.counts().delivered, 10U);
  EXPECT_EQ(sender.counts().errors, 2U);
  EXPECT_EQ(sender.counts().dropped, 0U);
}

TEST(Sender, EveryItemIsDeliveredOrDropped) {
  const Delivery away{.outcome = Outcome::kRetry, .error = "away"};
  Sender sender(fast(), std::make_unique<ScriptedTransport>(std::vector{away}));
  for (int i = 0; i < 50; ++i) sender.submit("request", 10);
  EXPECT_LE(sender.counts().held, 100U + 10U);
  sender.shutdown(soon());
  EXPECT_EQ(sender.counts().delivered, 0U);
  EXPECT_EQ(sender.counts().dropped, 500U);
  EXPECT_EQ(sender.counts().held, 0U);
}

TEST(Sender, WhatIsRefusedIsNotTriedAgain) {
  Sender sender(fast(), std::make_unique<ScriptedTransport>(std::vector{
                            Delivery{.outcome = Outcome::kRefused, .error = "bad"}, Delivery{}}));
  sender.submit("first", 1);
  sender.submit("second", 2);
  sender.shutdown(soon());
  EXPECT_EQ(sender.counts().dropped, 1U);
  EXPECT_EQ(sender.counts().delivered, 2U);
}

TEST(Sender, WhatAReceiverRejectsOfARequestIsDropped) {
  Sender sender(fast(), std::make_unique<ScriptedTransport>(
                            std::vector{Delivery{.error = "old", .rejected = 4}}));
  sender.submit("request", 10);
  sender.shutdown(soon());
  EXPECT_EQ(sender.counts().delivered, 6U);
  EXPECT_EQ(sender.counts().dropped, 4U);
}

TEST(Sender, NothingIsHeldAfterAShutdownThatCameTooEarly) {
  Sender sender(fast(), std::make_unique<HangingTransport>());
  sender.submit("first", 1);
  sender.submit("second", 2);
  sender.shutdown(std::chrono::steady_clock::now() + milliseconds(20));
  EXPECT_EQ(sender.counts().held, 0U);
  EXPECT_EQ(sender.counts().dropped, 3U);
}

TEST(Sender, SaysOfEachRequestOnceWhetherItWasTakenWhole) {
  std::map<std::uint64_t, bool> ends;
  SenderOptions options = fast();
  options.on_end = [&](std::uint64_t ticket, bool delivered) {
    EXPECT_TRUE(ends.emplace(ticket, delivered).second);
  };
  options.max_items = 3;
  {
    Sender sender(options, std::make_unique<ScriptedTransport>(
                               std::vector{Delivery{.outcome = Outcome::kRefused, .error = "bad"},
                                           Delivery{.error = "old", .rejected = 1}, Delivery{}}));
    for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) sender.submit("request", 1, ticket);
    sender.shutdown(soon());
  }
  EXPECT_EQ(ends, (std::map<std::uint64_t, bool>{{1, false}, {2, false}, {3, true}}));
}

TEST(DeliveryAccount, CumulativeValuesThatAreLostComeWithTheNextSnapshot) {
  DeliveryAccount account(DeliveryAccount::Values::kCumulative);
  account.add(10, 8);
  const auto first = account.begin_snapshot();
  account.add(5, 5);
  account.on_lost(first);
  EXPECT_EQ(account.counts().held(), 13U);
  const auto second = account.begin_snapshot();
  account.add(1, 1);
  account.on_delivered(second);
  EXPECT_EQ(account.counts().exported, 13U);
  EXPECT_EQ(account.counts().not_wanted, 2U);
  EXPECT_EQ(account.counts().held(), 1U);
  account.close();
  EXPECT_EQ(account.counts().dropped, 1U);
  EXPECT_EQ(account.counts().held(), 0U);
}

TEST(DeliveryAccount, DeltasThatAreLostAreDropped) {
  DeliveryAccount account(DeliveryAccount::Values::kDelta);
  account.add(3, 3);
  const auto first = account.begin_snapshot();
  account.add(4, 4);
  const auto second = account.begin_snapshot();
  account.add(5, 5);
  account.on_lost(first);
  account.on_delivered(second);
  EXPECT_EQ(account.counts().dropped, 3U);
  EXPECT_EQ(account.counts().exported, 4U);
  EXPECT_EQ(account.counts().held(), 5U);
  account.close();
  EXPECT_EQ(account.counts().dropped, 8U);
  account.on_delivered(5);  // too late
  EXPECT_EQ(account.counts().exported, 4U);
}

TEST(Sender, ADeliveredRequestsMemoryIsGivenToTheNext) {
  model::MemoryAccount memory(1'000'000);
  auto options = fast();
  options.memory = &memory;
  Sender sender(options, std::make_unique<ScriptedTransport>(std::vector{Delivery{}}));
  std::string request(10'000, 'x');
  const char* const bytes = request.data();
  sender.submit(std::move(request), 1);
  while (sender.counts().held > 0) std::this_thread::yield();
  EXPECT_GE(memory.held(model::MemoryHolder::RetryBuffers), 9'900U);
  const std::string buffer = sender.take_buffer();
  EXPECT_EQ(buffer.data(), bytes);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(memory.held(model::MemoryHolder::RetryBuffers), 0U);
  EXPECT_EQ(sender.take_buffer().capacity(), std::string{}.capacity());
}

TEST(Sender, AnUncommonlyLargeRequestsMemoryIsGivenBack) {
  model::MemoryAccount memory(100'000'000);
  auto options = fast();
  options.max_bytes = 100'000'000;
  options.memory = &memory;
  Sender sender(options, std::make_unique<ScriptedTransport>(std::vector{Delivery{}}));
  sender.submit(std::string(10'000'000, 'x'), 1);
  while (sender.counts().held > 0) std::this_thread::yield();
  EXPECT_EQ(sender.counts().delivered, 1U);
  EXPECT_EQ(memory.held(model::MemoryHolder::RetryBuffers), 0U);
  EXPECT_EQ(sender.take_buffer().capacity(), std::string{}.capacity());
}

TEST(Sender, AboveTheShareOfMemoryNoBufferIsKept) {
  model::MemoryAccount memory(1'000);
  auto options = fast();
  options.memory = &memory;
  Sender sender(options, std::make_unique<ScriptedTransport>(std::vector{Delivery{}}));
  sender.submit(std::string(10'000, 'x'), 1);
  while (sender.counts().held > 0) std::this_thread::yield();
  EXPECT_EQ(memory.held(model::MemoryHolder::RetryBuffers), 0U);
  EXPECT_EQ(sender.take_buffer().capacity(), std::string{}.capacity());
}

TEST(Sender, AboveTheShareOfMemoryTheOldestIsDroppedAndCounted) {
  const Delivery away{.outcome = Outcome::kRetry, .error = "away"};
  model::MemoryAccount memory(100'000);
  auto options = fast();
  options.backoff = {.initial = std::chrono::seconds(60)};
  options.memory = &memory;
  Sender sender(options, std::make_unique<ScriptedTransport>(std::vector{away}));
  for (int i = 0; i < 50; ++i) sender.submit(std::string(10'000, 'x'), 1);
  EXPECT_LE(memory.held(model::MemoryHolder::RetryBuffers), 120'000U);
  EXPECT_GE(sender.counts().dropped, 38U);
  EXPECT_EQ(sender.counts().dropped + sender.counts().held, 50U);
  EXPECT_FALSE(sender.has_room(10'000));
  EXPECT_GT(memory.given_back(model::MemoryHolder::RetryBuffers), 300'000U);
  sender.shutdown(std::chrono::steady_clock::now());
}

}  // namespace
}  // namespace obi::exporting::otlp
