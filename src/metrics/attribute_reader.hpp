// SPDX-License-Identifier: Apache-2.0
// Reads a selected attribute for a span, without allocating: from the span itself, from its
// service, or from its service's metadata. Built once per selected attribute.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.hpp"
#include "metrics/series_key.hpp"
#include "metrics/service_table.hpp"
#include "model/span.hpp"
#include "model/span_addresses.hpp"

namespace obi::metrics {

/// What a span itself brings. As in traces, but addresses that have no name are renamed to a few
/// words, so that they make few series.
enum class SpanField : std::uint8_t {
  kClientAddress,
  kMethod,
  kRoute,
  kScheme,
  kServerAddress,
  kServerPort,
  kStatusCode,
  kPath,       ///< also collection, destination, question
  kOperation,  ///< method of what is no HTTP: db.operation.name, messaging.operation.name,
               ///< rpc.method
  kDatabaseSystem,
  kMessagingSystem,
  kRpcSystem,
  kRpcStatusCode,
  kErrorType,
};

struct ReaderOptions {
  model::UnresolvedNames rename;
  bool omitted_as_empty = false;  ///< Prometheus: the label set is fixed
};

class AttributeReader {
 public:
  /// `options` must outlive the reader.
  AttributeReader(std::string_view name, const ReaderOptions& options);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The same for every span of a service.
  [[nodiscard]] bool is_of_service() const { return source_ != Source::kSpan; }
  /// If it is: text is valid UTF-8 and lives as long as `facts`, the options and `scratch`.
  AttributeView read(const ServiceFacts& facts, base::Arena& scratch) const;
  /// If it is not; `scratch` for texts that must be composed.
  void read(const model::Span& span, base::Arena& scratch, ValueBytes& values) const;

 private:
  enum class Source : std::uint8_t {
    kSpan,
    kServiceName,
    kServiceNamespace,
    kInstance,
    kJob,
    kMetadata,
  };
  std::string name_;
  Source source_ = Source::kMetadata;
  SpanField span_field_ = SpanField::kMethod;
  const ReaderOptions* options_;
};

}  // namespace obi::metrics
