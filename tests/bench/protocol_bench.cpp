// SPDX-License-Identifier: Apache-2.0
// Cost of each protocol's parser, per span (a request and its answer, as a rule), per call that
// carries some of them, and per byte: the script `typical` of its corpus is played again and again,
// each time on a new conversation.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "protocol/conversation_script.hpp"
#include "protocol/protocols.hpp"
#include "protocol/sql/options.hpp"

namespace {

namespace protocol = obi::protocol;

class CountingSink final : public protocol::SpanSink {
 public:
  protocol::RequestIdentity begin(const protocol::RequestOrigin& origin, std::uint64_t) override {
    return protocol::identify(origin, ids_);
  }
  obi::model::Span& add_span(obi::model::EventType type) override {
    ++spans;
    return span_ = {.type = type};
  }
  obi::base::Arena& arena() override { return arena_; }
  void note(Note, std::uint64_t) override {}
  void request_stream() override {}
  void next_batch() { arena_.reset(); }
  std::uint64_t spans = 0;

 private:
  obi::model::Span span_;
  obi::base::Arena arena_;
  obi::model::IdSource ids_{1};
};

struct Volume {
  std::size_t calls = 0;
  std::size_t bytes = 0;
};

Volume volume_of(std::span<const std::byte> script) {
  Volume volume;
  while (!script.empty()) {
    const std::size_t bytes = protocol::next_part(script).bytes.size();
    volume.calls += bytes > 0 ? 1 : 0;
    volume.bytes += bytes;
  }
  return volume;
}

void play_typical(benchmark::State& state, const protocol::ProtocolRow& row,
                  const std::string& text) {
  const auto script = std::as_bytes(std::span(text)).subspan(1);
  CountingSink sink;
  const protocol::Protocols protocols(
      protocol::ProtocolOptions().set(protocol::sql::Options{.heuristic = true}));
  for (auto _ : state) {
    const auto conversation = protocols.converse(row, {});
    protocol::play(script, *conversation, obi::model::Direction::kSend, sink);
    sink.next_batch();
  }
  const Volume volume = volume_of(script);
  const auto times = static_cast<std::size_t>(state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(times * volume.bytes));
  state.counters["spans"] =
      benchmark::Counter(static_cast<double>(sink.spans) / static_cast<double>(state.iterations()));
  state.counters["per_span"] = benchmark::Counter(
      static_cast<double>(sink.spans), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["per_call"] =
      benchmark::Counter(static_cast<double>(times * volume.calls),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const protocol::ProtocolRow& row : protocol::protocols()) {
    const auto path = std::filesystem::path(OBI_CORPUS_DIR) / row.name / "typical";
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    if (text.empty()) continue;
    benchmark::RegisterBenchmark(
        std::string(row.name).c_str(),
        [&row, text](benchmark::State& state) { play_typical(state, row, text); });
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
