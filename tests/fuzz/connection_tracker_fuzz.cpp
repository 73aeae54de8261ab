// SPDX-License-Identifier: Apache-2.0
// Raw ring-buffer records, as a recording may hold them, through decoding and the connection
// tracker. Checks that the ledger's two sums hold whatever comes in.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "capture/record.hpp"
#include "pipeline/track/connection_tracker.hpp"

namespace {
void require(bool condition) {
  if (!condition) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace obi;
  model::Ledger ledger;
  model::BatchPool pool(16);
  pipeline::SpanBatcher batcher({.length = 4}, ledger, pool,
                                [](model::BatchRef&& batch) { batch = model::BatchRef(); });
  pipeline::ConnectionTracker tracker({.max_connections = 8}, batcher,
                                      [](std::uint64_t, model::Source, model::CaptureMode) {});
  auto input = std::as_bytes(std::span(data, size));
  std::uint64_t now = 1;
  while (input.size() >= 8) {
    std::uint32_t length = 0;
    std::memcpy(&length, input.data() + 4, sizeof(length));
    length = std::max<std::uint32_t>(
        8, std::min<std::uint32_t>(length, static_cast<std::uint32_t>(input.size())));
    model::SegmentContext context;
    const capture::Record record = capture::decode_record(input.first(length), context);
    if (const auto* segment = std::get_if<model::Segment>(&record)) tracker.on_segment(*segment);
    if (const auto* opened = std::get_if<model::ConnectionOpened>(&record))
      tracker.on_opened(*opened);
    if (const auto* closed = std::get_if<model::ConnectionClosed>(&record))
      tracker.on_closed(*closed);
    input = input.subspan(length);
    tracker.on_tick(now += 70'000'000);
    batcher.on_tick(now);
  }
  tracker.finish(now);
  batcher.finish();
  using model::LedgerKind;
  require(ledger.get(model::Reason::SegmentsSeen) == ledger.explained(LedgerKind::Segment));
  require(ledger.get(model::Reason::RequestsSeen) == ledger.explained(LedgerKind::Request));
  return 0;
}
