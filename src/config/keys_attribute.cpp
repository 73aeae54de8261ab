// SPDX-License-Identifier: Apache-2.0
#include "config/keys_attribute.hpp"

#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kAttributeKeys[] = {
    {"attributes.extra_group_attributes", "", Type::kObject, "", "",
     "further attributes of a group: {k8s_app_meta: [names]}", kLater},
    key::kRenameUnresolvedHosts,
    key::kRenameUnresolvedHostsOutgoing,
    key::kRenameUnresolvedHostsIncoming,
    {"attributes.metric_span_names_limit", "OTEL_EBPF_METRIC_SPAN_NAMES_LIMIT", Type::kInteger,
     "100", "",
     "a service with more span names than this reports AGGREGATED instead; <= 0 = no limit",
     kLater},
    key::kAttributesSelect,
    {"attributes.kubernetes.enable", "OTEL_EBPF_KUBE_METADATA_ENABLE", Type::kChoice, "autodetect",
     "true|false|autodetect",
     "decorates with Kubernetes metadata; autodetect: if a cluster can be reached", kLater},
    {"attributes.kubernetes.cluster_name", "OTEL_EBPF_KUBE_CLUSTER_NAME", Type::kText, "", "",
     "name of the cluster, instead of finding it out", kLater},
    {"attributes.kubernetes.kubeconfig_path", "KUBECONFIG", Type::kText, "", "",
     "kubeconfig file, instead of the usual places", kLater},
    {"attributes.kubernetes.informers_sync_timeout", "OTEL_EBPF_KUBE_INFORMERS_SYNC_TIMEOUT",
     Type::kDuration, "30s", "> 0", "how long the start waits for the cluster's state", kLater},
    {"attributes.kubernetes.reconnect_initial_interval",
     "OTEL_EBPF_KUBE_RECONNECT_INITIAL_INTERVAL", Type::kDuration, "5s", "> 0",
     "first wait before a lost connection is tried again", kLater},
    {"attributes.kubernetes.informers_resync_period", "OTEL_EBPF_KUBE_INFORMERS_RESYNC_PERIOD",
     Type::kDuration, "30m", ">= 0", "period at which everything is read again", kLater},
    {"attributes.kubernetes.drop_external", "OTEL_EBPF_NETWORK_DROP_EXTERNAL", Type::kBoolean,
     "false", "", "drops network flows with an end outside the cluster", kLater},
    {"attributes.kubernetes.disable_informers", "OTEL_EBPF_KUBE_DISABLE_INFORMERS", Type::kTextList,
     "", "node=nodes|service=services", "kinds of objects that aren't watched",
     kLater | kAnyCase | kLenient},
    {"attributes.kubernetes.meta_cache_address", "OTEL_EBPF_KUBE_META_CACHE_ADDRESS", Type::kText,
     "", "host:port", "a k8s-cache to ask instead of the API server", kLater},
    {"attributes.kubernetes.meta_restrict_local_node", "OTEL_EBPF_KUBE_META_RESTRICT_LOCAL_NODE",
     Type::kBoolean, "false", "", "watches only the own node and its pods", kLater},
    {"attributes.kubernetes.resource_labels", "", Type::kObject,
     "{service.name: [app.kubernetes.io/instance, app.kubernetes.io/name], service.namespace: "
     "[app.kubernetes.io/part-of], service.version: [app.kubernetes.io/version]}",
     "", "resource attribute to the pod labels that give it, the preferred one first", kLater},
    {"attributes.kubernetes.service_name_template", "OTEL_EBPF_SERVICE_NAME_TEMPLATE", Type::kText,
     "", "", "template of service.name", kLater},
    {"attributes.kubernetes.meta_source_labels.service_name",
     "OTEL_EBPF_KUBE_META_SOURCE_LABEL_SERVICE_NAME", Type::kText, "", "",
     "deprecated, use resource_labels: label that gives service.name", kLater},
    {"attributes.kubernetes.meta_source_labels.service_namespace",
     "OTEL_EBPF_KUBE_META_SOURCE_LABEL_SERVICE_NAMESPACE", Type::kText, "", "",
     "deprecated, use resource_labels: label that gives service.namespace", kLater},
    key::kHostNameByDns,
    key::kHostNameOverride,
    key::kHostIdOverride,
    {"attributes.metadata_retry.timeout", "OTEL_EBPF_METADATA_RETRY_TIMEOUT", Type::kDuration,
     "30s", ">= 0", "how long metadata of node and cloud are asked for", kLater},
    {"attributes.metadata_retry.start_interval", "OTEL_EBPF_METADATA_RETRY_START_INTERVAL",
     Type::kDuration, "500ms", ">= 0", "first wait between two tries", kLater},
    {"attributes.metadata_retry.max_interval", "OTEL_EBPF_METADATA_RETRY_MAX_INTERVAL",
     Type::kDuration, "5s", ">= 0", "longest wait between two tries", kLater},
    key::kSensitiveQueryParamsAdd,
    key::kSensitiveQueryParamsRemove,
};

}  // namespace

std::span<const Key> attribute_keys() { return kAttributeKeys; }

}  // namespace obi::config::table
