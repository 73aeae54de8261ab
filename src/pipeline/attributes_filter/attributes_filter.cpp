// SPDX-License-Identifier: Apache-2.0
#include "pipeline/attributes_filter/attributes_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "model/span_addresses.hpp"

namespace obi::pipeline {
namespace {

using Getter = std::string_view (*)(const model::Span&, base::Arena&);

std::string_view number(std::int64_t value, base::Arena& scratch) {
  return scratch.copy(fmt::format_int(value).c_str());
}

struct AttributeRow {
  std::string_view name;
  Getter get;
};

using model::Span;
constexpr std::array kAttributes = {
    AttributeRow{"client",
                 [](const Span& s, base::Arena& a) { return model::peer_as_client(s, a); }},
    AttributeRow{"client.address",
                 [](const Span& s, base::Arena& a) { return model::peer_as_client(s, a); }},
    AttributeRow{"http.request.body.size",
                 [](const Span& s, base::Arena& a) { return number(s.request_bytes, a); }},
    AttributeRow{"http.request.method", [](const Span& s, base::Arena&) { return s.method; }},
    AttributeRow{"http.response.body.size",
                 [](const Span& s, base::Arena& a) { return number(s.response_bytes, a); }},
    AttributeRow{"http.response.status_code",
                 [](const Span& s, base::Arena& a) { return number(s.status, a); }},
    AttributeRow{"http.route", [](const Span& s, base::Arena&) { return s.route; }},
    AttributeRow{"server",
                 [](const Span& s, base::Arena& a) { return model::host_as_server(s, a); }},
    AttributeRow{"server.address",
                 [](const Span& s, base::Arena& a) {
                   return s.is_client() ? model::http_client_host(s, a)
                                        : model::host_as_server(s, a);
                 }},
    AttributeRow{"server.port",
                 [](const Span& s, base::Arena& a) { return number(s.host.port, a); }},
    AttributeRow{"service.name",
                 [](const Span& s, base::Arena&) { return std::string_view(s.service->name); }},
    AttributeRow{
        "service.namespace",
        [](const Span& s, base::Arena&) { return std::string_view(s.service->name_space); }},
    AttributeRow{"source", [](const Span&, base::Arena&) { return std::string_view("obi"); }},
    AttributeRow{"span.kind", [](const Span& s, base::Arena&) { return span_kind(s.type); }},
    AttributeRow{"span.name", [](const Span& s, base::Arena& a) { return span_name(s, a); }},
    AttributeRow{"status.code",
                 [](const Span& s, base::Arena&) {
                   return std::string_view(span_status(s) == model::SpanStatus::kError
                                               ? "STATUS_CODE_ERROR"
                                               : "STATUS_CODE_UNSET");
                 }},
    AttributeRow{"url.path", [](const Span& s, base::Arena&) { return s.path; }},
    AttributeRow{"url.query", [](const Span& s, base::Arena&) { return s.query; }},
    AttributeRow{"url.scheme", [](const Span& s, base::Arena&) { return s.scheme; }},
};

const AttributeRow* find_attribute(std::string_view name) {
  const auto found = std::ranges::find(kAttributes, name, &AttributeRow::name);
  return found == kAttributes.end() ? nullptr : &*found;
}

bool holds(const AttributeCondition& bounds, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  return (!bounds.equals || value == *bounds.equals) &&
         (!bounds.not_equals || value != *bounds.not_equals) &&
         (!bounds.greater_than || value > *bounds.greater_than) &&
         (!bounds.greater_equals || value >= *bounds.greater_equals) &&
         (!bounds.less_than || value < *bounds.less_than) &&
         (!bounds.less_equals || value <= *bounds.less_equals);
}

}  // namespace

base::Result<AttributesFilter> AttributesFilter::create(const AttributesFilterOptions& options,
                                                        model::Ledger& ledger) {
  AttributesFilter filter(ledger);
  for (const auto& [name, wanted] : options.conditions) {
    Condition condition{.attribute = name, .match = {}, .not_match = {}, .bounds = wanted};
    std::ranges::replace(condition.attribute, '_', '.');
    if (condition.attribute == "http.response.status.code")
      condition.attribute = "http.response.status_code";
    const std::string where = "filter.application." + name;
    if (find_attribute(condition.attribute) == nullptr)
      return base::fail(where + ": there is no such attribute");
    condition.numeric = wanted.equals || wanted.not_equals || wanted.greater_than ||
                        wanted.greater_equals || wanted.less_than || wanted.less_equals;
    const bool pattern = !wanted.match.empty() || !wanted.not_match.empty();
    if (pattern == condition.numeric || (!wanted.match.empty() && !wanted.not_match.empty())) {
      return base::fail(where + ": give exactly one of match and not_match, or numeric conditions");
    }
    for (const auto& [text, glob] :
         {std::pair{&wanted.match, &condition.match}, {&wanted.not_match, &condition.not_match}}) {
      if (text->empty()) continue;
      auto compiled = base::Glob::compile(*text);
      if (!compiled) return std::unexpected(std::move(compiled.error()).with_context(where));
      *glob = std::move(*compiled);
    }
    filter.conditions_.push_back(std::move(condition));
  }
  return filter;
}

bool AttributesFilter::passes(const model::Span& span) {
  return std::ranges::all_of(conditions_, [&](const Condition& condition) {
    const std::string_view value = find_attribute(condition.attribute)->get(span, scratch_);
    if (condition.numeric) return holds(condition.bounds, value);
    if (condition.match) return condition.match->matches(value);
    return !condition.not_match->matches(value);
  });
}

void AttributesFilter::process(model::SpanBatch& batch) {
  scratch_.reset();
  const std::size_t removed = std::erase_if(batch.spans, [&](const model::Span& span) {
    return (span.ignore_metrics && span.ignore_traces) || !passes(span);
  });
  if (removed > 0) ledger_->add(model::Reason::SpansFiltered, removed);
}

}  // namespace obi::pipeline
