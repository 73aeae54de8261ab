// SPDX-License-Identifier: Apache-2.0
// Reads a selected attribute for a span, without allocating: from the span itself, from its
// service, or from its service's metadata. Built once per selected attribute.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.hpp"
#include "metrics/service_table.hpp"
#include "metrics/span_value.hpp"
#include "model/span.hpp"

namespace obi::metrics {

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
  /// Text is valid UTF-8 and lives as long as the span, `facts`, the options and `scratch`.
  AttributeView read(const model::Span& span, const ServiceFacts& facts,
                     base::Arena& scratch) const;

 private:
  enum class Source : std::uint8_t {
    kSpan,
    kServiceName,
    kServiceNamespace,
    kInstance,
    kJob,
    kMetadata,
  };
  [[nodiscard]] AttributeView read_raw(const model::Span& span, const ServiceFacts& facts,
                                       base::Arena& scratch) const;

  std::string name_;
  Source source_ = Source::kMetadata;
  SpanAttribute span_attribute_ = SpanAttribute::kMethod;
  bool is_static_text_ = false;  // the parsers', which is ASCII
  const ReaderOptions* options_;
};

}  // namespace obi::metrics
