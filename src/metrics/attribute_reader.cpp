// SPDX-License-Identifier: Apache-2.0
#include "metrics/attribute_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.hpp"
#include "metrics/resource.hpp"

namespace obi::metrics {
namespace {

using SpanRow = std::pair<std::string_view, SpanAttribute>;
constexpr std::array kSpanAttributes = {
    SpanRow{"client.address", SpanAttribute::kClientAddress},
    SpanRow{"http.request.method", SpanAttribute::kMethod},
    SpanRow{"http.response.status_code", SpanAttribute::kStatusCode},
    SpanRow{"http.route", SpanAttribute::kRoute},
    SpanRow{"server.address", SpanAttribute::kServerAddress},
    SpanRow{"server.port", SpanAttribute::kServerPort},
    SpanRow{"url.path", SpanAttribute::kPath},
    SpanRow{"url.scheme", SpanAttribute::kScheme},
};

}  // namespace

AttributeReader::AttributeReader(std::string_view name, const ReaderOptions& options)
    : name_(name), options_(&options) {
  static constexpr std::array<std::pair<std::string_view, Source>, 4> kServiceAttributes = {{
      {"instance", Source::kInstance},
      {"job", Source::kJob},
      {"service.name", Source::kServiceName},
      {"service.namespace", Source::kServiceNamespace},
  }};
  const auto of_span = std::ranges::find(kSpanAttributes, name, &SpanRow::first);
  if (of_span != kSpanAttributes.end()) {
    source_ = Source::kSpan;
    span_attribute_ = of_span->second;
    is_static_text_ =
        span_attribute_ == SpanAttribute::kMethod || span_attribute_ == SpanAttribute::kScheme;
    return;
  }
  for (const auto& [attribute, source] : kServiceAttributes) {
    if (attribute == name) source_ = source;
  }
}

AttributeView AttributeReader::read(const model::Span& span, const ServiceFacts& facts,
                                    base::Arena& scratch) const {
  auto value = read_raw(span, facts, scratch);
  if (auto* text = std::get_if<std::string_view>(&value); text != nullptr && !is_static_text_)
    *text = base::without_invalid_utf8(*text, scratch);
  if (options_->omitted_as_empty && std::holds_alternative<std::monostate>(value)) {
    value = std::string_view();
  }
  return value;
}

AttributeView AttributeReader::read_raw(const model::Span& span, const ServiceFacts& facts,
                                        base::Arena& scratch) const {
  const auto& service = *facts.service;
  switch (source_) {
    case Source::kSpan: return span_value(span, span_attribute_, options_->rename, scratch);
    case Source::kServiceName: return std::string_view(service.name);
    case Source::kServiceNamespace: return std::string_view(service.name_space);
    case Source::kInstance: return std::string_view(service.instance_id);
    case Source::kJob: return std::string_view(facts.job);
    case Source::kMetadata: break;
  }
  const auto* value = find_metadata(service, name_);
  return value == nullptr ? AttributeView() : AttributeView(std::string_view(*value));
}

}  // namespace obi::metrics
