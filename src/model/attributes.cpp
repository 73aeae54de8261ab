// SPDX-License-Identifier: Apache-2.0
#include "model/attributes.hpp"

#include <algorithm>

namespace obi::model {
namespace {

bool same_name(std::string_view known, std::string_view asked) {
  return std::ranges::equal(known, asked, [](char a, char b) {
    return a == b || ((a == '.' || a == '_') && (b == '.' || b == '_'));
  });
}

std::string_view own_namespace(const Span& span) {
  return span.service ? std::string_view(span.service->name_space) : std::string_view();
}

std::string_view renamed(const AttributeSource& from, std::string_view name, const Endpoint& end,
                         const std::string& replacement) {
  return renamed_if_ip(name.empty() ? address_text(end.address, from.scratch) : name, replacement);
}

std::string_view client_text(const AttributeSource& from) {
  const Span& span = from.span;
  return renamed(from, span.client_name, span.client,
                 span.is_client() ? from.rename->generic : from.rename->incoming);
}

std::string_view server_text(const AttributeSource& from) {
  const Span& span = from.span;
  return renamed(from, span.server_name, span.server,
                 span.is_client() ? from.rename->outgoing : from.rename->generic);
}

std::string_view remote_namespace(const AttributeSource& from) {
  if (!from.span.other_namespace.empty()) return from.span.other_namespace;
  const bool is_renamed = from.span.is_client()
                              ? server_text(from).data() == from.rename->outgoing.data()
                              : client_text(from).data() == from.rename->incoming.data();
  return is_renamed ? own_namespace(from.span) : std::string_view();
}

}  // namespace

AttributeView attribute::client(const AttributeSource& from) { return client_text(from); }
AttributeView attribute::server(const AttributeSource& from) { return server_text(from); }

AttributeView attribute::client_namespace(const AttributeSource& from) {
  return from.span.is_client() ? own_namespace(from.span) : remote_namespace(from);
}

AttributeView attribute::server_namespace(const AttributeSource& from) {
  return from.span.is_client() ? remote_namespace(from) : own_namespace(from.span);
}

const AttributeRow* find_attribute(std::string_view name) {
  if (name.empty()) return nullptr;
  for (const auto family : kAttributeFamilies) {
    const auto found = std::ranges::find_if(
        family, [&](const AttributeRow& row) { return same_name(row.name, name); });
    if (found != family.end()) return &*found;
  }
  return nullptr;
}

AttributeView read_of_service(const AttributeRow& row, const Service& service,
                              base::Arena& scratch) {
  if (row.of_service != nullptr) return row.of_service(service, scratch);
  const auto found = std::ranges::find_if(
      service.metadata, [&](const auto& entry) { return entry.first == row.name; });
  return found == service.metadata.end() ? AttributeView()
                                         : AttributeView(std::string_view(found->second));
}

std::string_view to_string(SpanStatus status) {
  switch (status) {
    case SpanStatus::kUnset: return "STATUS_CODE_UNSET";
    case SpanStatus::kOk: return "STATUS_CODE_OK";
    case SpanStatus::kError: return "STATUS_CODE_ERROR";
  }
  return {};
}

}  // namespace obi::model
