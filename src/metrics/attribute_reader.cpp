// SPDX-License-Identifier: Apache-2.0
#include "metrics/attribute_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.hpp"
#include "metrics/resource.hpp"
#include "model/call_attributes.hpp"

namespace obi::metrics {
namespace {

using SpanRow = std::pair<std::string_view, SpanField>;
constexpr std::array kSpanFields = {
    SpanRow{"client.address", SpanField::kClientAddress},
    SpanRow{"db.collection.name", SpanField::kPath},
    SpanRow{"db.operation.name", SpanField::kOperation},
    SpanRow{"db.system.name", SpanField::kDatabaseSystem},
    SpanRow{"dns.question.name", SpanField::kPath},
    SpanRow{"error.type", SpanField::kErrorType},
    SpanRow{"http.request.method", SpanField::kMethod},
    SpanRow{"http.response.status_code", SpanField::kStatusCode},
    SpanRow{"http.route", SpanField::kRoute},
    SpanRow{"messaging.destination.name", SpanField::kPath},
    SpanRow{"messaging.operation.name", SpanField::kOperation},
    SpanRow{"messaging.system", SpanField::kMessagingSystem},
    SpanRow{"rpc.method", SpanField::kOperation},
    SpanRow{"rpc.response.status_code", SpanField::kRpcStatusCode},
    SpanRow{"rpc.system.name", SpanField::kRpcSystem},
    SpanRow{"server.address", SpanField::kServerAddress},
    SpanRow{"server.port", SpanField::kServerPort},
    SpanRow{"url.path", SpanField::kPath},
    SpanRow{"url.scheme", SpanField::kScheme},
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
  const auto of_span = std::ranges::find(kSpanFields, name, &SpanRow::first);
  if (of_span != kSpanFields.end()) {
    source_ = Source::kSpan;
    span_field_ = of_span->second;
    return;
  }
  for (const auto& [attribute, source] : kServiceAttributes) {
    if (attribute == name) source_ = source;
  }
}

AttributeView AttributeReader::read(const ServiceFacts& facts, base::Arena& scratch) const {
  const auto text = [&](std::string_view from) -> AttributeView {
    return base::without_invalid_utf8(from, scratch);
  };
  switch (source_) {
    case Source::kServiceName: return text(facts.service->name);
    case Source::kServiceNamespace: return text(facts.service->name_space);
    case Source::kInstance: return text(facts.service->instance_id);
    case Source::kJob: return text(facts.job);
    default: break;
  }
  if (const auto* value = find_metadata(*facts.service, name_)) return text(*value);
  return options_->omitted_as_empty ? AttributeView(std::string_view()) : AttributeView();
}

// HTTP's method and scheme and the names of systems are the parsers' own text, which is ASCII.
void AttributeReader::read(const model::Span& span, base::Arena& scratch,
                           ValueBytes& values) const {
  const auto add = [&](std::string_view text) {
    values.add(base::without_invalid_utf8(text, scratch));
  };
  const auto add_if_set = [&](std::string_view text) {
    text.empty() && !options_->omitted_as_empty ? values.add_nothing() : add(text);
  };
  switch (span_field_) {
    case SpanField::kClientAddress:
      return add(model::client_address(span, options_->rename, scratch));
    case SpanField::kMethod:
      return span.method.empty() && !options_->omitted_as_empty ? values.add_nothing()
                                                                : values.add(span.method);
    case SpanField::kRoute: return add(span.route);
    case SpanField::kScheme: return values.add(span.scheme);
    case SpanField::kServerAddress:
      return add(model::server_address(span, options_->rename, scratch));
    case SpanField::kServerPort: return values.add(std::int64_t{span.server.port});
    case SpanField::kStatusCode:
      if (span.status == 0) return add_if_set({});  // there was no response
      return values.add(std::int64_t{span.status});
    case SpanField::kPath: return add(span.path);
    case SpanField::kOperation: return add(span.method);
    case SpanField::kDatabaseSystem: return values.add(model::database_system(span));
    case SpanField::kMessagingSystem: return values.add(model::messaging_system(span));
    case SpanField::kRpcSystem: return values.add(model::rpc_system(span));
    case SpanField::kRpcStatusCode: return add_if_set(model::rpc_status_code(span, scratch));
    case SpanField::kErrorType: return add_if_set(model::error_type(span, scratch));
  }
}

}  // namespace obi::metrics
