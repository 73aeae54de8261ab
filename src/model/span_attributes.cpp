// SPDX-License-Identifier: Apache-2.0
#include "model/span_attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/call_attributes.hpp"

namespace obi::model {
namespace {

struct Asked {
  const Span& span;
  const UnresolvedNames& names;
  base::Arena& scratch;
};

using Getter = std::string_view (*)(const Asked&);

std::string_view number(std::int64_t value, base::Arena& scratch) {
  const fmt::format_int digits(value);
  return scratch.copy({digits.data(), digits.size()});
}

template <std::string_view Span::* Text>
std::string_view text_of(const Asked& a) {
  return a.span.*Text;
}

template <auto Number>
std::string_view number_of(const Asked& a) {
  return number(a.span.*Number, a.scratch);
}

// Only of spans that have such a call.
template <auto Call, std::string_view Span::* Text>
std::string_view of_call(const Asked& a) {
  return a.span.*Call != nullptr ? a.span.*Text : std::string_view();
}

template <std::string_view DatabaseCall::* Text>
std::string_view of_database(const Asked& a) {
  return a.span.database != nullptr ? a.span.database->*Text : std::string_view();
}

template <std::string_view (*Derive)(const Span&)>
std::string_view of_span(const Asked& a) {
  return Derive(a.span);
}

template <std::string Service::* Text>
std::string_view service_text(const Asked& a) {
  return a.span.service ? std::string_view(*a.span.service.*Text) : std::string_view();
}

std::string_view language(const Asked& a) {
  return a.span.service ? to_string(a.span.service->language) : std::string_view();
}

std::string_view client(const Asked& a) {
  const auto name = a.span.client_name.empty() ? address_text(a.span.client.address, a.scratch)
                                               : a.span.client_name;
  return renamed_if_ip(name, a.span.is_client() ? a.names.generic : a.names.incoming);
}

std::string_view server(const Asked& a) {
  const auto name = a.span.server_name.empty() ? address_text(a.span.server.address, a.scratch)
                                               : a.span.server_name;
  return renamed_if_ip(name, a.span.is_client() ? a.names.outgoing : a.names.generic);
}

std::string_view job(const Asked& a) {
  const std::string_view name = service_text<&Service::name>(a);
  const std::string_view name_space = service_text<&Service::name_space>(a);
  return name_space.empty() ? name : a.scratch.join(a.scratch.join(name_space, "/"), name);
}

// The remote side's; the own one where the remote is unknown and has a replacement name.
std::string_view remote_namespace(const Asked& a) {
  if (!a.span.other_namespace.empty()) return a.span.other_namespace;
  const bool renamed = a.span.is_client() ? server(a).data() == a.names.outgoing.data()
                                          : client(a).data() == a.names.incoming.data();
  return renamed ? service_text<&Service::name_space>(a) : std::string_view();
}

std::string_view side_namespace(const Asked& a, bool own) {
  return own ? service_text<&Service::name_space>(a) : remote_namespace(a);
}

}  // namespace

struct SpanAttributeRow {
  std::string_view name;
  Getter get = nullptr;  ///< null: only metadata can have it
};

namespace {

constexpr std::array kRows = {
    SpanAttributeRow{"client", client},
    SpanAttributeRow{"client.address",
                     [](const Asked& a) { return client_address(a.span, a.names, a.scratch); }},
    SpanAttributeRow{"client_k8s_cluster_name"},
    SpanAttributeRow{"client_k8s_namespace_name"},
    SpanAttributeRow{"client_service_namespace",
                     [](const Asked& a) { return side_namespace(a, a.span.is_client()); }},
    SpanAttributeRow{"connection_type", of_span<connection_type>},
    SpanAttributeRow{"container.id", service_text<&Service::container_id>},
    SpanAttributeRow{"container.name"},
    SpanAttributeRow{"cuda.memcpy.kind"},
    SpanAttributeRow{"db.collection.name", of_call<&Span::database, &Span::path>},
    SpanAttributeRow{"db.operation.name", of_call<&Span::database, &Span::method>},
    SpanAttributeRow{"db.query.text", of_database<&DatabaseCall::query_text>},
    SpanAttributeRow{"db.response.error", of_database<&DatabaseCall::error_message>},
    SpanAttributeRow{"db.system.name", of_span<database_system>},
    SpanAttributeRow{"dns.question.name", of_call<&Span::dns, &Span::path>},
    SpanAttributeRow{"error.type", [](const Asked& a) { return error_type(a.span, a.scratch); }},
    SpanAttributeRow{"gen_ai.input.messages"},
    SpanAttributeRow{"gen_ai.metadata"},
    SpanAttributeRow{"gen_ai.operation.name"},
    SpanAttributeRow{"gen_ai.output.messages"},
    SpanAttributeRow{"gen_ai.provider.name"},
    SpanAttributeRow{"gen_ai.request.model"},
    SpanAttributeRow{"gen_ai.response.error"},
    SpanAttributeRow{"gen_ai.response.model"},
    SpanAttributeRow{"gen_ai.system_instructions"},
    SpanAttributeRow{"gen_ai.token.type"},
    SpanAttributeRow{"gen_ai.tool.call.arguments"},
    SpanAttributeRow{"gen_ai.tool.call.result"},
    SpanAttributeRow{"gen_ai.tool.definitions"},
    SpanAttributeRow{"graphql.document"},
    SpanAttributeRow{"host.id", service_text<&Service::host_id>},
    SpanAttributeRow{"host.name", service_text<&Service::host_name>},
    SpanAttributeRow{"http.request.body.size", number_of<&Span::request_bytes>},
    SpanAttributeRow{"http.request.method", text_of<&Span::method>},
    SpanAttributeRow{"http.request.method_original",
                     [](const Asked& a) { return original_method(a.span); }},
    SpanAttributeRow{"http.response.body.size", number_of<&Span::response_bytes>},
    SpanAttributeRow{"http.response.status_code",
                     [](const Asked& a) {
                       const bool none = is_http(a.span.type) && a.span.status == 0;
                       return none ? std::string_view() : number(a.span.status, a.scratch);
                     }},
    SpanAttributeRow{"http.route", text_of<&Span::route>},
    SpanAttributeRow{"instance", service_text<&Service::instance_id>},
    SpanAttributeRow{"job", job},
    SpanAttributeRow{"k8s.cluster.name"},
    SpanAttributeRow{"k8s.container.name"},
    SpanAttributeRow{"k8s.cronjob.name"},
    SpanAttributeRow{"k8s.daemonset.name"},
    SpanAttributeRow{"k8s.deployment.name"},
    SpanAttributeRow{"k8s.job.name"},
    SpanAttributeRow{"k8s.kind"},
    SpanAttributeRow{"k8s.namespace.name"},
    SpanAttributeRow{"k8s.node.name"},
    SpanAttributeRow{"k8s.owner.name"},
    SpanAttributeRow{"k8s.pod.name"},
    SpanAttributeRow{"k8s.pod.start_time"},
    SpanAttributeRow{"k8s.pod.uid"},
    SpanAttributeRow{"k8s.replicaset.name"},
    SpanAttributeRow{"k8s.statefulset.name"},
    SpanAttributeRow{"messaging.destination.name", of_call<&Span::messaging, &Span::path>},
    SpanAttributeRow{"messaging.operation.name", of_call<&Span::messaging, &Span::method>},
    SpanAttributeRow{"messaging.system", of_span<messaging_system>},
    SpanAttributeRow{"os.type"},
    SpanAttributeRow{"rpc.method", of_call<&Span::rpc, &Span::method>},
    SpanAttributeRow{"rpc.response.status_code",
                     [](const Asked& a) { return rpc_status_code(a.span, a.scratch); }},
    SpanAttributeRow{"rpc.system.name", of_span<rpc_system>},
    SpanAttributeRow{"server", server},
    SpanAttributeRow{"server.address",
                     [](const Asked& a) { return server_address(a.span, a.names, a.scratch); }},
    SpanAttributeRow{"server.port",
                     [](const Asked& a) { return number(a.span.server.port, a.scratch); }},
    SpanAttributeRow{"server_k8s_cluster_name"},
    SpanAttributeRow{"server_k8s_namespace_name"},
    SpanAttributeRow{"server_service_namespace",
                     [](const Asked& a) { return side_namespace(a, !a.span.is_client()); }},
    SpanAttributeRow{"service.instance.id", service_text<&Service::instance_id>},
    SpanAttributeRow{"service.name", service_text<&Service::name>},
    SpanAttributeRow{"service.namespace", service_text<&Service::name_space>},
    SpanAttributeRow{"source", [](const Asked&) { return std::string_view("obi"); }},
    SpanAttributeRow{"span.kind", [](const Asked& a) { return to_string(kind_of(a.span)); }},
    SpanAttributeRow{"span.name", [](const Asked& a) { return span_name(a.span, a.scratch); }},
    SpanAttributeRow{"status.code", [](const Asked& a) { return to_string(span_status(a.span)); }},
    SpanAttributeRow{"telemetry.sdk.language", language},
    SpanAttributeRow{"url.path", text_of<&Span::path>},
    SpanAttributeRow{"url.query", text_of<&Span::query>},
    SpanAttributeRow{"url.scheme", text_of<&Span::scheme>},
};

bool same_name(std::string_view known, std::string_view asked) {
  return std::ranges::equal(known, asked, [](char a, char b) {
    return a == b || ((a == '.' || a == '_') && (b == '.' || b == '_'));
  });
}

std::string_view metadata(const Span& span, std::string_view key) {
  if (!span.service) return {};
  const auto& known = span.service->metadata;
  const auto found =
      std::ranges::lower_bound(known, key, {}, &std::pair<std::string, std::string>::first);
  return found != known.end() && found->first == key ? std::string_view(found->second)
                                                     : std::string_view();
}

}  // namespace

std::optional<SpanAttribute> SpanAttribute::find(std::string_view name) {
  const auto found = std::ranges::find_if(
      kRows, [&](const SpanAttributeRow& row) { return same_name(row.name, name); });
  if (found == kRows.end()) return std::nullopt;
  return SpanAttribute(*found);
}

std::string_view SpanAttribute::name() const { return row_->name; }

std::string_view SpanAttribute::value(const Span& span, const UnresolvedNames& names,
                                      base::Arena& scratch) const {
  if (row_->get == nullptr) return metadata(span, row_->name);
  return row_->get({.span = span, .names = names, .scratch = scratch});
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
