// SPDX-License-Identifier: Apache-2.0
#include "inspect/check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "inspect/coverage.hpp"
#include "inspect/requirements.hpp"

namespace obi::inspect {
namespace {

using capture::Backend;
using capture::Tracer;
using Findings = std::vector<Finding>;

constexpr std::string_view kRequests = "requests, plain text";
constexpr double kMebibyte = 1024.0 * 1024.0;

Finding kernel_finding(const Host& host) {
  Finding finding{.feature = "kernel", .how = host.release, .essential = true};
  Host with_types = host;  // BTF is a row of its own
  with_types.btf_file = "given";
  if (const auto fit = check_kernel(with_types); !fit) {
    finding.status = Status::kMissing;
    finding.how = fit.error().message;
    finding.remedy = "run a newer kernel";
  }
  return finding;
}

Finding types_finding(const Host& host) {
  if (!host.btf_file.empty())
    return {.feature = "kernel types (BTF)", .how = host.btf_file, .essential = true};
  return {.feature = "kernel types (BTF)",
          .status = Status::kMissing,
          .how = "no /sys/kernel/btf/vmlinux",
          .remedy = "a kernel with CONFIG_DEBUG_INFO_BTF=y, or --btf FILE with its types",
          .essential = true};
}

std::vector<Finding> capability_findings(const Host& host) {
  std::vector<Finding> findings;
  for (const MissingCapability& missing : missing_capabilities(host)) {
    findings.push_back({.feature = missing.name,
                        .status = missing.essential ? Status::kMissing : Status::kLimited,
                        .how = "not granted; needed " + missing.why,
                        .remedy = "run as root, or grant it (setcap, AmbientCapabilities=, "
                                  "securityContext.capabilities.add)",
                        .essential = missing.essential});
  }
  if (findings.empty()) findings.push_back({.feature = "capabilities", .how = "all granted"});
  return findings;
}

Finding lockdown_finding(const Host& host) {
  Finding finding{.feature = "lockdown",
                  .how = host.lockdown.empty() ? "not in this kernel" : host.lockdown};
  if (host.lockdown == "confidentiality") {
    finding.status = Status::kMissing;
    finding.how = "confidentiality: BPF programs may not read kernel memory";
    finding.remedy = "boot with lockdown=integrity or none";
    finding.essential = true;
  }
  return finding;
}

Finding pid_namespace_finding(const Host& host) {
  if (host.in_root_pid_namespace) return {.feature = "pid namespace", .how = "the host's"};
  return {.feature = "pid namespace",
          .status = Status::kLimited,
          .how = "a container's: only its own processes can be instrumented",
          .remedy = "hostPID: true (Kubernetes), --pid=host (Docker)"};
}

Finding memory_lock_finding(const Host& host) {
  if (host.kernel >= kMapsInMemoryCgroup)
    return {.feature = "locked memory", .how = "not limiting: BPF maps are charged to the cgroup"};
  if (!host.memlock_limit) return {.feature = "locked memory", .how = "unlimited"};
  return {.feature = "locked memory",
          .how = fmt::format("{} bytes; the agent raises it", *host.memlock_limit),
          .remedy = "if loading fails with EPERM: ulimit -l unlimited, or CAP_SYS_RESOURCE"};
}

Finding tracefs_finding(const Host& host) {
  if (host.has_tracefs) return {.feature = "tracefs", .how = "/sys/kernel/tracing"};
  return {.feature = "tracefs",
          .status = Status::kLimited,
          .how = "not mounted; the agent mounts it when it may",
          .remedy = "mount -t tracefs tracefs /sys/kernel/tracing"};
}

Finding cgroups_finding(const Host& host) {
  switch (host.cgroups) {
    case Cgroups::kVersion2: return {.feature = "cgroups", .how = "version 2"};
    case Cgroups::kHybrid: return {.feature = "cgroups", .how = "version 1, and 2 beside it"};
    case Cgroups::kVersion1: return {.feature = "cgroups", .how = "version 1"};
    case Cgroups::kNone: break;
  }
  return {.feature = "cgroups",
          .status = Status::kLimited,
          .how = "/sys/fs/cgroup isn't mounted here",
          .remedy = "mount the host's /sys/fs/cgroup into the container"};
}

Finding settings_finding(const Host& host) {
  const auto text = [](const std::optional<int>& value) {
    return value ? std::to_string(*value) : std::string("?");
  };
  Finding finding{
      .feature = "kernel settings",
      .how = fmt::format("unprivileged_bpf_disabled={} perf_event_paranoid={} bpf_jit_enable={}{}",
                         text(host.unprivileged_bpf_disabled), text(host.perf_event_paranoid),
                         text(host.jit_enabled), host.has_seccomp_filter ? " seccomp=filter" : "")};
  if (host.jit_enabled == 0) {
    finding.status = Status::kLimited;
    finding.how += ": BPF programs are interpreted, which costs the traced processes more";
    finding.remedy = "sysctl net.core.bpf_jit_enable=1";
  }
  return finding;
}

const BackendTrial* chosen(const std::vector<BackendTrial>& trials) {
  const auto works = std::ranges::find_if(trials, [](const auto& t) { return t.failure.empty(); });
  return works == trials.end() ? nullptr : &*works;
}

std::vector<Finding> backend_findings(const std::vector<BackendTrial>& trials) {
  std::vector<Finding> findings;
  const BackendTrial* used = chosen(trials);
  for (const BackendTrial& trial : trials) {
    Finding finding{.feature = fmt::format("capture by {}", to_string(trial.backend))};
    if (&trial == used) {
      finding.how = fmt::format("the agent's choice here; {:.1f} MiB of maps",
                                static_cast<double>(trial.map_bytes) / kMebibyte);
    } else if (trial.failure.empty() && trial.drawback.empty()) {
      finding.how = "works, too";
    } else if (trial.failure.empty()) {
      finding.status = Status::kLimited;
      finding.how = "works, but " + trial.drawback;
    } else {
      finding.status = used != nullptr ? Status::kLimited : Status::kMissing;
      finding.how = trial.failure;
      finding.essential = used == nullptr;
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

// The program sets beside the back end, as they fared with the one that the agent takes.
std::vector<Finding> set_findings(const std::vector<BackendTrial>& trials) {
  std::vector<Finding> findings;
  const BackendTrial* used = chosen(trials);
  if (used == nullptr) return findings;
  for (const capture::SetFacts& set : used->further_sets) {
    findings.push_back({.feature = fmt::format("program set {}", set.name),
                        .status = set.failure.empty() ? Status::kOk : Status::kLimited,
                        .how = set.failure.empty() ? "loaded" : "left out: " + set.failure});
  }
  return findings;
}

std::vector<Finding> request_findings(const std::vector<BackendTrial>& trials) {
  const BackendTrial* used = chosen(trials);
  if (used == nullptr) {
    return {{.feature = std::string(kRequests),
             .status = Status::kMissing,
             .how = "no way to see what processes send and receive",
             .remedy = "see the rows above",
             .essential = true}};
  }
  std::vector<Finding> findings = {
      {.feature = std::string(kRequests),
       .how = fmt::format("{}, over TCP and Unix stream sockets, by {}; over UDP: {}",
                          fmt::join(protocol_names(), ", "), to_string(used->backend),
                          fmt::join(datagram_protocol_names(), ", "))}};
  const bool by_system_call = used->backend == Backend::kSyscall;
  findings.push_back(
      {.feature = "io_uring, 32-bit processes",
       .status = by_system_call ? Status::kLimited : Status::kOk,
       .how = by_system_call ? "not seen by syscall; what was missed is counted in the summary"
                             : fmt::format("by {}", to_string(used->backend)),
       .remedy = by_system_call ? "a kernel with kprobes, fentry or TCP tracepoints" : ""});
  return findings;
}

std::vector<Finding> other_findings(const base::Result<std::vector<OtherPrograms>>& others) {
  if (!others) {
    return {{.feature = "other BPF programs",
             .status = Status::kLimited,
             .how = others.error().message,
             .remedy = "CAP_SYS_ADMIN, only to list them"}};
  }
  if (others->empty())
    return {{.feature = "other BPF programs", .how = "none on sockets, tc, XDP or cgroups"}};
  std::vector<Finding> findings;
  for (const OtherPrograms& other : *others) {
    findings.push_back({.feature = "other BPF programs",
                        .how = fmt::format("{}: {} of {} ({}); nothing that this version uses",
                                           other.hook, other.names.size(),
                                           other.owner.empty() ? "an unknown owner" : other.owner,
                                           fmt::join(other.names, ", "))});
  }
  return findings;
}

std::vector<Finding> later_findings() {
  const auto later = [](std::string feature, std::string how) {
    return Finding{.feature = std::move(feature), .status = Status::kOff, .how = std::move(how)};
  };
  std::vector<Finding> findings = {later("TLS", std::string(kPlainTextOnly))};
  if (const auto selectors = unbuilt_selectors(); !selectors.empty())
    findings.push_back(later("requests of other kinds",
                             fmt::format("{}: not in this version", fmt::join(selectors, ", "))));
  if (const auto keys = unbuilt_keys(); !keys.empty())
    findings.push_back(later("configuration", fmt::format("keys without effect in this version: {}",
                                                          fmt::join(keys, ", "))));
  return findings;
}

BackendTrial trial_of(Backend backend, const base::Result<std::unique_ptr<Tracer>>& tracer) {
  BackendTrial trial{.backend = backend, .drawback = std::string(capture::drawback(backend))};
  if (!tracer) {
    trial.failure = tracer.error().message;
    return trial;
  }
  const capture::Audit audit = (*tracer)->audit();
  trial.map_bytes = (*tracer)->map_bytes();
  trial.further_sets.assign(audit.sets.begin() + 1, audit.sets.end());  // the first is the back end
  return trial;
}

void append(Findings& all, Findings more) { std::ranges::move(more, std::back_inserter(all)); }

std::vector<BackendTrial> try_backends(const capture::TracerOptions& wanted) {
  std::vector<BackendTrial> trials;
  for (const Backend backend : capture::backends_by_preference()) {
    if (wanted.backend != Backend::kAuto && wanted.backend != backend) continue;
    capture::TracerOptions options = wanted;
    options.backend = backend;
    trials.push_back(trial_of(backend, Tracer::open(options)));
  }
  return trials;
}

}  // namespace

std::vector<Finding> findings_of(const Host& host, const std::vector<BackendTrial>& trials,
                                 const base::Result<std::vector<OtherPrograms>>& others) {
  std::vector<Finding> findings = {kernel_finding(host), types_finding(host)};
  append(findings, capability_findings(host));
  for (const auto& find : {lockdown_finding, settings_finding, memory_lock_finding, tracefs_finding,
                           cgroups_finding, pid_namespace_finding}) {
    findings.push_back(find(host));
  }
  append(findings, backend_findings(trials));
  append(findings, set_findings(trials));
  append(findings, request_findings(trials));
  append(findings, other_findings(others));
  append(findings, later_findings());
  return findings;
}

CheckReport check(const CheckOptions& options) {
  CheckReport report;
  (void)mount_tracefs();  // as the agent does; the row says whether it worked
  report.host = read_host("", options.tracer.btf_file);
  const auto others = other_programs();  // before ours are there
  report.findings = findings_of(report.host, try_backends(options.tracer), others);
  return report;
}

bool CheckReport::is_usable() const {
  return std::ranges::none_of(findings, [](const Finding& finding) {
    return finding.essential && finding.status == Status::kMissing;
  });
}

}  // namespace obi::inspect
