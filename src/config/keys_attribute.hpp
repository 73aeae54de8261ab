// SPDX-License-Identifier: Apache-2.0
// Keys of `attributes`. See typed_key.hpp.
#pragma once
#include "config/typed_key.hpp"

namespace obi::config::key {

inline constexpr TextKey kRenameUnresolvedHosts{
    "attributes.rename_unresolved_hosts", "OTEL_EBPF_RENAME_UNRESOLVED_HOSTS", "unresolved", "",
    "stands in metrics for peers without a name; empty = their address"};
inline constexpr TextKey kRenameUnresolvedHostsOutgoing{
    "attributes.rename_unresolved_hosts_outgoing", "OTEL_EBPF_RENAME_UNRESOLVED_HOSTS_OUTGOING",
    "outgoing", "", "likewise for the servers that are called"};
inline constexpr TextKey kRenameUnresolvedHostsIncoming{
    "attributes.rename_unresolved_hosts_incoming", "OTEL_EBPF_RENAME_UNRESOLVED_HOSTS_INCOMING",
    "incoming", "", "likewise for the clients that call"};
inline constexpr ObjectKey kAttributesSelect{
    "attributes.select", "", "", "",
    "which attributes are reported: metric name, glob, `traces` or `resource` to {include: "
    "[globs], exclude: [globs]}"};
inline constexpr BooleanKey kHostNameByDns{"attributes.instance_id.dns",
                                           "OTEL_EBPF_HOSTNAME_DNS_RESOLUTION", "true", "",
                                           "asks DNS for the host's full name"};
inline constexpr TextKey kHostNameOverride{"attributes.instance_id.override_hostname",
                                           "OTEL_EBPF_HOSTNAME", "", "",
                                           "host name, instead of the system's"};
inline constexpr TextKey kHostIdOverride{"attributes.host_id.override", "OTEL_EBPF_HOST_ID", "", "",
                                         "host.id, instead of the machine's id"};
inline constexpr TextListKey kSensitiveQueryParamsAdd{
    "attributes.sensitive_query_params.add", "OTEL_EBPF_SENSITIVE_QUERY_PARAMS_ADD", "", "",
    "further query parameters whose values are hidden"};
inline constexpr TextListKey kSensitiveQueryParamsRemove{
    "attributes.sensitive_query_params.remove", "OTEL_EBPF_SENSITIVE_QUERY_PARAMS_REMOVE", "", "",
    "query parameters whose values are not hidden after all"};

}  // namespace obi::config::key
