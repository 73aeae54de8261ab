// SPDX-License-Identifier: Apache-2.0
// Keys of `discovery`. See typed_key.hpp.
#pragma once
#include "config/typed_key.hpp"

namespace obi::config::key {

inline constexpr SelectorsKey kServices{
    "discovery.services", "", "", "",
    "deprecated, use instrument: selectors with regular expressions"};
inline constexpr SelectorsKey kExcludeServices{
    "discovery.exclude_services", "", "", "",
    "deprecated, use exclude_instrument: exclusions with regular expressions"};
inline constexpr SelectorsKey kDefaultExcludeServices{
    "discovery.default_exclude_services", "",
    "[{exe_path: "
    "'(?:^|/)(obi|[^/]*ebpf-instrument|[^/]*k8s-cache|[^/]*beyla|[^/]*alloy|otelcol[^/]*)$'}, "
    "{k8s_namespace: "
    "'^(kube-system|kube-node-lease|local-path-storage|grafana-alloy|cert-manager|monitoring|gke-."
    "*|gatekeeper-system)$'}]",
    "", "exclusions that go with services and exclude_services; [] drops them"};
inline constexpr SelectorsKey kInstrument{
    "discovery.instrument", "", "", "",
    "what to instrument; with no selector at all, every process that listens on a TCP port"};
inline constexpr SelectorsKey kExcludeInstrument{"discovery.exclude_instrument", "", "", "",
                                                 "what to leave out"};
inline constexpr SelectorsKey kDefaultExcludeInstrument{
    "discovery.default_exclude_instrument", "",
    "[{exe_path: "
    "'{*/"
    "obi,obi,*ebpf-instrument,*k8s-cache,*beyla,*alloy,*otelcol,*otelcol-contrib,*otelcol-contrib["
    "!/]*}'}, {k8s_namespace: "
    "'{kube-system,kube-node-lease,local-path-storage,grafana-alloy,cert-manager,monitoring,gke-*,"
    "gatekeeper-system}'}]",
    "",
    "exclusions that go with instrument and exclude_instrument: this agent, collectors and the "
    "like; [] drops them"};
inline constexpr DurationKey kDiscoveryPollInterval{
    "discovery.poll_interval", "OTEL_EBPF_DISCOVERY_POLL_INTERVAL", "5s", ">= 0",
    "period of the scans for processes; 0 = 5s"};
inline constexpr DurationKey kMinProcessAge{
    "discovery.min_process_age", "OTEL_EBPF_MIN_PROCESS_AGE", "0s", ">= 0",
    "younger processes wait. OBI's default is 5s; here a new process is instrumented at once"};

}  // namespace obi::config::key
