// SPDX-License-Identifier: Apache-2.0
// Attributes that no span carries in OTLP: what its service is, which its resource says, and what
// metrics and filters derive of any span. Those without getter are metadata of the service. See
// attribute_row.hpp.
#pragma once
#include <array>
#include <string>

#include "model/attributes_common.hpp"

namespace obi::model {

/// "STATUS_CODE_UNSET", "STATUS_CODE_OK" or "STATUS_CODE_ERROR".
std::string_view to_string(SpanStatus status);

namespace attribute {

template <std::string Service::* kText>
AttributeView service_text(const Service& service, base::Arena& scratch) {
  return std::string_view(service.*kText);
}

inline AttributeView language(const Service& service, base::Arena& scratch) {
  return to_string(service.language);
}

inline AttributeView job(const Service& service, base::Arena& scratch) {
  if (service.name_space.empty()) return std::string_view(service.name);
  return scratch.join(scratch.join(service.name_space, "/"), service.name);
}

// The name of one end alone, or its address.
AttributeView client(const AttributeSource& from);
AttributeView server(const AttributeSource& from);
// The remote side's; the own one where the remote is unknown and has a replacement name.
AttributeView client_namespace(const AttributeSource& from);
AttributeView server_namespace(const AttributeSource& from);

inline AttributeView source(const AttributeSource&) { return std::string_view("obi"); }
inline AttributeView connection_type(const AttributeSource& from) {
  return model::connection_type(from.span);
}
inline AttributeView kind(const AttributeSource& from) { return to_string(kind_of(from.span)); }
inline AttributeView name(const AttributeSource& from) {
  return span_name(from.span, from.scratch);
}
inline AttributeView status_code(const AttributeSource& from) {
  return to_string(span_status(from.span));
}

}  // namespace attribute

inline constexpr std::array kDerivedAttributes = {
    AttributeRow{.name = "client", .get = attribute::client},
    AttributeRow{.name = "client_service_namespace", .get = attribute::client_namespace},
    AttributeRow{.name = "connection_type", .get = attribute::connection_type},
    AttributeRow{.name = "server", .get = attribute::server},
    AttributeRow{.name = "server_service_namespace", .get = attribute::server_namespace},
    AttributeRow{.name = "source", .get = attribute::source},
    AttributeRow{.name = "span.kind", .get = attribute::kind},
    AttributeRow{.name = "span.name", .get = attribute::name},
    AttributeRow{.name = "status.code", .get = attribute::status_code},
};

inline constexpr std::array kServiceAttributes = {
    AttributeRow{.name = "container.id",
                 .of_service = attribute::service_text<&Service::container_id>},
    AttributeRow{.name = "container.name"},
    AttributeRow{.name = "host.id", .of_service = attribute::service_text<&Service::host_id>},
    AttributeRow{.name = "host.name", .of_service = attribute::service_text<&Service::host_name>},
    AttributeRow{.name = "instance", .of_service = attribute::service_text<&Service::instance_id>},
    AttributeRow{.name = "job", .of_service = attribute::job},
    AttributeRow{.name = "os.type"},
    AttributeRow{.name = "service.instance.id",
                 .of_service = attribute::service_text<&Service::instance_id>},
    AttributeRow{.name = "service.name", .of_service = attribute::service_text<&Service::name>},
    AttributeRow{.name = "service.namespace",
                 .of_service = attribute::service_text<&Service::name_space>},
    AttributeRow{.name = "telemetry.sdk.language", .of_service = attribute::language},
};

inline constexpr std::array kKubernetesAttributes = {
    AttributeRow{.name = "k8s.cluster.name"},
    AttributeRow{.name = "k8s.container.name"},
    AttributeRow{.name = "k8s.cronjob.name"},
    AttributeRow{.name = "k8s.daemonset.name"},
    AttributeRow{.name = "k8s.deployment.name"},
    AttributeRow{.name = "k8s.job.name"},
    AttributeRow{.name = "k8s.kind"},
    AttributeRow{.name = "k8s.namespace.name"},
    AttributeRow{.name = "k8s.node.name"},
    AttributeRow{.name = "k8s.owner.name"},
    AttributeRow{.name = "k8s.pod.name"},
    AttributeRow{.name = "k8s.pod.start_time"},
    AttributeRow{.name = "k8s.pod.uid"},
    AttributeRow{.name = "k8s.replicaset.name"},
    AttributeRow{.name = "k8s.statefulset.name"},
};

/// Names that configurations may hold, of features that this version has not.
inline constexpr std::array kUnusedAttributes = {
    AttributeRow{.name = "client_k8s_cluster_name"},
    AttributeRow{.name = "client_k8s_namespace_name"},
    AttributeRow{.name = "cuda.memcpy.kind"},
    AttributeRow{.name = "gen_ai.input.messages", .option = TraceOption::kOffByDefault},
    AttributeRow{.name = "gen_ai.metadata", .option = TraceOption::kOffByDefault},
    AttributeRow{.name = "gen_ai.operation.name"},
    AttributeRow{.name = "gen_ai.output.messages", .option = TraceOption::kOffByDefault},
    AttributeRow{.name = "gen_ai.provider.name"},
    AttributeRow{.name = "gen_ai.request.model"},
    AttributeRow{.name = "gen_ai.response.error", .option = TraceOption::kByExactName},
    AttributeRow{.name = "gen_ai.response.model"},
    AttributeRow{.name = "gen_ai.system_instructions", .option = TraceOption::kOffByDefault},
    AttributeRow{.name = "gen_ai.token.type"},
    AttributeRow{.name = "gen_ai.tool.call.arguments", .option = TraceOption::kByExactName},
    AttributeRow{.name = "gen_ai.tool.call.result", .option = TraceOption::kByExactName},
    AttributeRow{.name = "gen_ai.tool.definitions", .option = TraceOption::kOffByDefault},
    AttributeRow{.name = "graphql.document", .option = TraceOption::kOffByDefault},
    AttributeRow{.name = "server_k8s_cluster_name"},
    AttributeRow{.name = "server_k8s_namespace_name"},
};

}  // namespace obi::model
