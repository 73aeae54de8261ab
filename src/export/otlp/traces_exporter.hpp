// SPDX-License-Identifier: Apache-2.0
// Sends spans to an OTLP receiver: encodes them as they come, a request at a time, and leaves
// delivery to the sender. consume, tick and shutdown on the exporter's thread; counts anywhere.
#pragma once
#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "export/exporter.hpp"
#include "export/otlp/encode/trace_encoder.hpp"
#include "export/otlp/options.hpp"
#include "export/otlp/sampler.hpp"
#include "export/otlp/send/sender.hpp"

namespace obi::exporting {

class OtlpTracesExporter final : public Exporter {
 public:
  explicit OtlpTracesExporter(OtlpTracesOptions options);

  [[nodiscard]] std::string_view name() const override { return "otlp_traces"; }
  void consume(const model::BatchRef& batch) override;
  void tick() override;
  void shutdown(std::chrono::steady_clock::time_point deadline) override;
  [[nodiscard]] Counts counts() const override;
  [[nodiscard]] otlp::Sender::Counts sender_counts() const { return sender_.counts(); }

 private:
  [[nodiscard]] bool wants(const model::Span& span) const;
  void flush();

  OtlpTracesOptions options_;
  otlp::TraceSampler sampler_;
  otlp::TraceEncoder encoder_;
  model::MemoryEntry memory_;  // of the request that is being filled
  otlp::Sender sender_;
  std::vector<const model::Span*> wanted_;
  std::string request_;
  std::uint64_t request_spans_ = 0;
  std::chrono::steady_clock::time_point request_since_;
  std::atomic<std::uint64_t> consumed_{0};
  std::atomic<std::uint64_t> not_wanted_{0};
};

}  // namespace obi::exporting
