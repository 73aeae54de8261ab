// SPDX-License-Identifier: Apache-2.0
// Where the printer writes to: pipes whose reader is slow, stands still or went away.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <thread>

#include "export/printer/printer_fixture.hpp"
#include "export/printer/trace_printer.hpp"

namespace obi::exporting {
namespace {

class PrinterOutput : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(pipe(fds_.data()), 0); }
  std::string read_all() {
    close(fds_[1]);
    std::string text;
    std::array<char, 4096> chunk;
    for (ssize_t n = 0; (n = read(fds_[0], chunk.data(), chunk.size())) > 0;)
      text.append(chunk.data(), static_cast<std::size_t>(n));
    close(fds_[0]);
    return text;
  }
  model::BatchRef batch_of(std::size_t count) {
    model::BatchRef batch = pool_.take();
    for (std::size_t i = 0; i < count; ++i) batch.writable().spans.push_back(example());
    return batch;
  }
  std::array<int, 2> fds_{};
  model::BatchPool pool_{10};
};

TEST_F(PrinterOutput, CounterPrintsOnlyAtTheEnd) {
  TracePrinter printer({.form = PrintForm::kCounter, .fd = fds_[1]});
  printer.consume(batch_of(2));
  printer.consume(batch_of(3));
  printer.shutdown({});
  EXPECT_EQ(read_all(), "Processed 5 requests\n");
}

TEST_F(PrinterOutput, OneLinePerSpan) {
  TracePrinter printer({.form = PrintForm::kText, .fd = fds_[1]});
  printer.consume(batch_of(3));
  const std::string text = read_all();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_EQ(printer.counts().exported, 3U);
}

TEST_F(PrinterOutput, AReaderThatWentAwayCostsTheSpansAndIsCounted) {
  std::signal(SIGPIPE, SIG_IGN);
  close(fds_[0]);
  TracePrinter printer({.form = PrintForm::kText, .fd = fds_[1]});
  printer.consume(batch_of(4));
  EXPECT_EQ(printer.counts().dropped, 4U);
  EXPECT_EQ(printer.counts().exported, 0U);
  close(fds_[1]);
}

TEST_F(PrinterOutput, TheNumberIsHeldUntilItIsPrinted) {
  TracePrinter printer({.form = PrintForm::kCounter, .fd = fds_[1]});
  printer.consume(batch_of(2));
  EXPECT_EQ(printer.counts().held(), 2U);
  printer.shutdown({});
  EXPECT_EQ(printer.counts().exported, 2U);
}

TEST_F(PrinterOutput, ABlockingPipeWhoseReaderStandsStillHoldsTheThreadOnce) {
  TracePrinter printer(
      {.form = PrintForm::kText, .fd = fds_[1], .patience = std::chrono::milliseconds(500)});
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) printer.consume(batch_of(2000));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(40));
  const auto counts = printer.counts();
  EXPECT_EQ(counts.consumed, 200'000U);
  EXPECT_EQ(counts.held(), 0U);
  const std::string text = read_all();
  EXPECT_EQ(counts.exported,
            static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
}

TEST_F(PrinterOutput, AnEmptyBatchPrintsNothing) {
  TracePrinter printer({.form = PrintForm::kJson, .fd = fds_[1]});
  printer.consume(batch_of(0));
  EXPECT_EQ(read_all(), "");
}

TEST_F(PrinterOutput, APipeThatDoesNotBlockIsWaitedFor) {
  fcntl(fds_[1], F_SETFL, O_NONBLOCK);
  TracePrinter printer(
      {.form = PrintForm::kText, .fd = fds_[1], .patience = std::chrono::minutes(1)});
  constexpr std::size_t kSpans = 2000;  // far more than a pipe holds
  std::jthread writer([&] {
    printer.consume(batch_of(kSpans));
    close(fds_[1]);
  });
  std::string text;
  std::array<char, 4096> chunk;
  for (ssize_t n = 0; (n = read(fds_[0], chunk.data(), chunk.size())) > 0;) {
    text.append(chunk.data(), static_cast<std::size_t>(n));
  }
  writer.join();
  close(fds_[0]);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), static_cast<std::ptrdiff_t>(kSpans));
  EXPECT_EQ(printer.counts().exported, kSpans);
}

TEST_F(PrinterOutput, AReaderThatStandsStillCostsTheBatchAndTheNextBeginsOnALineOfItsOwn) {
  fcntl(fds_[1], F_SETFL, O_NONBLOCK);
  TracePrinter printer(
      {.form = PrintForm::kText, .fd = fds_[1], .patience = std::chrono::milliseconds(1)});
  printer.consume(batch_of(2000));
  const auto written = printer.counts().exported;
  EXPECT_EQ(printer.counts().dropped, 2000U - written);
  std::string torn(1 << 20, ' ');
  torn.resize(static_cast<std::size_t>(read(fds_[0], torn.data(), torn.size())));
  ASSERT_FALSE(torn.empty());
  EXPECT_EQ(written, static_cast<std::uint64_t>(std::count(torn.begin(), torn.end(), '\n')));
  printer.consume(batch_of(1));
  EXPECT_EQ(printer.counts().exported, written + 1);
  EXPECT_EQ(read_all().starts_with('\n'), torn.back() != '\n');
}

}  // namespace
}  // namespace obi::exporting
