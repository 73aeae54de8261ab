// SPDX-License-Identifier: Apache-2.0
#include "config/old_names.hpp"

#include <algorithm>
#include <array>

namespace obi::config {
namespace {

constexpr std::array kOldNames = {
    OldName{"autotargetexe", "auto_target_exe", ""},
    OldName{"autotargetlanguage", "auto_target_language", ""},
    OldName{"otel_metrics_export.otelintervalms", "otel_metrics_export.interval", "", true},
    OldName{"otel_metrics_export.interval_ms", "otel_metrics_export.interval", "", true},
    OldName{"prometheus_export.buckets", "prometheus_export.buckets.duration_histogram", ""},
    OldName{"otel_metrics_export.buckets", "otel_metrics_export.buckets.duration_histogram", ""},
    OldName{"executable_name", "", "use auto_target_exe or discovery.instrument"},
    OldName{"ebpf.instrument_gpu", "", "it is called ebpf.instrument_cuda now"},
    OldName{"ebpf.enable_context_propagation", "", "it is called ebpf.context_propagation now"},
    OldName{"ebpf.use_otel_sdk_for_java", "", "it is gone"},
    OldName{"otel_traces_export.max_queue_size", "", "use batch_max_size and queue_size"},
    OldName{"otel_traces_export.max_export_batch_size", "", "use batch_max_size"},
    OldName{"attributes.host_id.fetch_timeout", "", "use attributes.metadata_retry"},
    OldName{"discovery.system_wide", "", "without any selector, every service is instrumented"},
};

}  // namespace

const OldName* find_old_name(std::string_view name, const Node& value) {
  if (name.ends_with(".buckets") && !value.is_sequence()) return nullptr;
  const auto found = std::ranges::find(kOldNames, name, &OldName::name);
  return found == kOldNames.end() ? nullptr : &*found;
}

}  // namespace obi::config
