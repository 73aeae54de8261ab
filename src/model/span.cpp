// SPDX-License-Identifier: Apache-2.0
#include "model/span.hpp"

#include <cstring>

namespace obi::model {

std::string_view to_string(Language language) {
  switch (language) {
    case Language::kGo: return "go";
    case Language::kJava: return "java";
    case Language::kDotnet: return "dotnet";
    case Language::kPython: return "python";
    case Language::kRuby: return "ruby";
    case Language::kNodejs: return "nodejs";
    case Language::kRust: return "rust";
    case Language::kPhp: return "php";
    case Language::kCpp: return "cpp";
    case Language::kGeneric: break;
  }
  return "generic";
}

std::string_view printed_type(EventType type) {
  switch (type) {
    case EventType::kHttpServer: return "HTTP";
    case EventType::kHttpClient: return "HTTPClient";
    case EventType::kNone: break;
  }
  return "UNKNOWN";
}

std::string_view span_kind(EventType type) {
  switch (type) {
    case EventType::kHttpServer: return "SPAN_KIND_SERVER";
    case EventType::kHttpClient: return "SPAN_KIND_CLIENT";
    case EventType::kNone: break;
  }
  return "SPAN_KIND_INTERNAL";
}

SpanStatus span_status(const Span& span) {
  const int first_error = span.is_client() ? 400 : 500;
  return span.status == 0 || span.status >= first_error ? SpanStatus::kError : SpanStatus::kUnset;
}

std::string_view span_name(const Span& span, base::Arena& arena) {
  if (span.route.empty()) return span.method;
  const std::size_t size = span.method.size() + 1 + span.route.size();
  char* text = arena.allocate(size);
  std::memcpy(text, span.method.data(), span.method.size());
  text[span.method.size()] = ' ';
  std::memcpy(text + span.method.size() + 1, span.route.data(), span.route.size());
  return {text, size};
}

}  // namespace obi::model
