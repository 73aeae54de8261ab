// SPDX-License-Identifier: Apache-2.0
// The user-space path on one core, from raw records to what is exported: decode → pair and parse →
// decorate → routes → names → OTLP bytes, or Prometheus's metrics. Prints spans per second of CPU
// time and heap allocations per span in steady state as JSON; with --spans N it handles exactly N
// spans once and prints nothing, for counting instructions under callgrind.
// Usage: replay_bench [--prometheus] [--seconds S | --spans N]
#include <absl/container/flat_hash_map.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>

#include "bpf/shared/event.h"
#include "capture/record.hpp"
#include "export/otlp/encode/trace_encoder.hpp"
#include "export/prometheus/prometheus_exporter.hpp"
#include "pipeline/name_resolver/name_resolver.hpp"
#include "pipeline/read_decorator/read_decorator.hpp"
#include "pipeline/routes/routes.hpp"
#include "pipeline/track/connection_tracker.hpp"
#include "support/allocation_count.hpp"
#include "traffic.hpp"

namespace {

using namespace obi;

class OneService final : public pipeline::ServiceLookup {
 public:
  OneService() {
    auto service = std::make_shared<model::Service>();
    service->name = "shop";
    service->name_space = "demo";
    service->instance_id = "host:4242";
    service_ = std::move(service);
  }
  [[nodiscard]] Found find(std::uint32_t, std::uint64_t) const override {
    return {.service = service_};
  }

 private:
  model::ServiceRef service_;
};

// Of this thread: what other processes take of the core meanwhile is not this program's speed.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

enum class Export : std::uint8_t { kOtlp, kPrometheus };

/// The stages as the agent has them, and the encoder or the metrics behind them.
class Path {
 public:
  explicit Path(Export exported)
      : exported_(exported),
        pool_(100),
        decorator_(services_, ledger_),
        routes_(pipeline::RoutesOptions{}),
        resolver_(pipeline::AddressResolvers{}),
        encoder_({.selection = {}, .resource = {}, .redaction = model::QueryRedaction()}),
        prometheus_({}),
        batcher_({.id_seed = 1}, ledger_, pool_,
                 [this](model::BatchRef&& batch) { finish(std::move(batch)); }),
        tracker_({}, batcher_, [](std::uint64_t, model::Source, model::CaptureMode) {}) {
    wanted_.reserve(1000);
  }

  void handle(std::span<const std::byte> record) {
    const capture::Record decoded = capture::decode_record(record, context_);
    if (const auto* segment = std::get_if<model::Segment>(&decoded)) tracker_.on_segment(*segment);
    if (const auto* opened = std::get_if<model::ConnectionOpened>(&decoded))
      tracker_.on_opened(*opened);
  }
  [[nodiscard]] std::uint64_t spans() const { return spans_; }

 private:
  void finish(model::BatchRef&& batch) {
    model::SpanBatch& spans = batch.writable();
    decorator_.process(spans);
    routes_.process(spans);
    resolver_.process(spans);
    spans_ += spans.spans.size();
    exported_ == Export::kOtlp ? encode(spans) : prometheus_.consume(batch);
    batch = model::BatchRef();
  }

  void encode(const model::SpanBatch& batch) {
    wanted_.clear();
    for (const model::Span& span : batch.spans) wanted_.push_back(&span);
    request_.clear();
    encoder_.encode(wanted_, 0, request_);
  }

  Export exported_;
  model::Ledger ledger_;
  OneService services_;
  model::BatchPool pool_;
  pipeline::ReadDecorator decorator_;
  pipeline::Routes routes_;
  pipeline::NameResolver resolver_;
  exporting::otlp::TraceEncoder encoder_;
  exporting::PrometheusExporter prometheus_;
  std::vector<const model::Span*> wanted_;
  std::string request_;
  std::uint64_t spans_ = 0;
  pipeline::SpanBatcher batcher_;
  pipeline::ConnectionTracker tracker_;
  model::SegmentContext context_;
};

template <typename Each>
void for_each_record(std::span<const std::byte> traffic, const Each& each) {
  for (std::size_t at = 0; at < traffic.size();) {
    obi_event_header header;
    std::memcpy(&header, traffic.data() + at, sizeof(header));
    each(traffic.subspan(at, header.size));
    at += (header.size + 7) / 8 * 8;
  }
}

}  // namespace

// Named, so that callgrind can be told to collect inside of it alone (--toggle-collect=handle_all).
extern "C" [[gnu::noinline]] void handle_all(Path& path, std::span<const std::byte> traffic) {
  for_each_record(traffic, [&](auto record) { path.handle(record); });
}

int main(int argc, char** argv) {
  Export exported = Export::kOtlp;
  double seconds = 3;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--prometheus") exported = Export::kPrometheus;
    if (option == "--seconds" && i + 1 < argc) seconds = std::atof(argv[++i]);
    if (option != "--spans" || i + 1 >= argc) continue;
    Path path(exported);
    handle_all(path,
               bench::make_traffic({.requests = static_cast<std::size_t>(std::atoi(argv[++i]))}));
    return 0;
  }
  // One long stream per connection, so that positions go on: enough for the fastest machine,
  // handled piece by piece.
  const auto traffic = bench::make_traffic({.requests = 400'000});
  std::size_t records = 0;
  for_each_record(traffic, [&](auto) { ++records; });
  double best = 0;
  double total_seconds = 0;
  std::uint64_t allocations = 0;
  std::uint64_t counted = 0;
  while (total_seconds < seconds) {
    Path fresh(exported);
    std::uint64_t warm = 0;
    std::size_t index = 0;
    double begin = cpu_seconds();
    for_each_record(traffic, [&](auto record) {
      if (index++ == records / 4) {  // the first quarter warms caches and buffers up
        begin = cpu_seconds();
        warm = fresh.spans();
        allocations = support::allocation_count();
      }
      fresh.handle(record);
    });
    const double took = cpu_seconds() - begin;
    counted = fresh.spans() - warm;
    allocations = support::allocation_count() - allocations;
    best = std::max(best, static_cast<double>(counted) / took);
    total_seconds += took;
  }
  std::printf("{\"spans_per_second\": %.0f, \"allocations_per_span\": %.4f}\n", best,
              static_cast<double>(allocations) / static_cast<double>(counted));
}
