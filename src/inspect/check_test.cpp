// SPDX-License-Identifier: Apache-2.0
#include "inspect/check.hpp"

#include <gmock/gmock.h>
#include <linux/capability.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/keys.hpp"
#include "inspect/coverage.hpp"
#include "inspect/requirements.hpp"
#include "protocol/table.hpp"

namespace obi::inspect {
namespace {

using capture::Backend;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t bit(int capability) { return std::uint64_t{1} << capability; }

Host good_host() {
  Host host;
  host.release = "6.1.0-31-amd64";
  host.machine = "x86_64";
  host.kernel = {.major = 6, .minor = 1};
  host.btf_file = "/sys/kernel/btf/vmlinux";
  host.capabilities = ~std::uint64_t{0};
  host.lockdown = "none";
  host.jit_enabled = 1;
  host.has_tracefs = true;
  host.cgroups = Cgroups::kVersion2;
  host.in_root_pid_namespace = true;
  return host;
}

const std::vector<BackendTrial> kFunctionsWork = {{.backend = Backend::kFentry, .map_bytes = 1},
                                                  {.backend = Backend::kKprobe},
                                                  {.backend = Backend::kSyscall}};

CheckReport report_of(const Host& host, const std::vector<BackendTrial>& trials = kFunctionsWork) {
  return {.host = host, .findings = findings_of(host, trials, std::vector<OtherPrograms>{})};
}

auto row(const std::string& feature, Status status) {
  return AllOf(Field(&Finding::feature, feature), Field(&Finding::status, status));
}

TEST(Check, AProgramSetThatFailsLimitsAndTheAgentStillWorks) {
  std::vector<BackendTrial> trials = kFunctionsWork;
  trials[0].further_sets = {{.name = "good"}, {.name = "bad", .failure = "the kernel refused it"}};
  trials[1].further_sets = {{.name = "of another back end"}};
  const CheckReport report = report_of(good_host(), trials);
  EXPECT_TRUE(report.is_usable());
  EXPECT_THAT(report.findings, Contains(row("program set good", Status::kOk)));
  EXPECT_THAT(report.findings,
              Contains(AllOf(row("program set bad", Status::kLimited),
                             Field(&Finding::how, HasSubstr("the kernel refused it")))));
  EXPECT_THAT(report.findings,
              testing::Not(Contains(Field(&Finding::feature, "program set of another back end"))));
}

TEST(Check, AGoodHostHasNothingMissing) {
  const CheckReport report = report_of(good_host());
  EXPECT_TRUE(report.is_usable());
  EXPECT_THAT(report.findings, testing::Not(Contains(Field(&Finding::status, Status::kMissing))));
  EXPECT_THAT(report.findings, Contains(AllOf(row("capture by fentry", Status::kOk),
                                              Field(&Finding::how, HasSubstr("choice")))));
}

TEST(Check, AnOldKernelCantBeUsedUnlessItIsRedHats) {
  Host host = good_host();
  host.release = "5.4.0-generic";
  host.kernel = base::parse_release(host.release);
  EXPECT_FALSE(report_of(host).is_usable());
  EXPECT_THAT(report_of(host).findings, Contains(row("kernel", Status::kMissing)));
  host.release = "4.18.0-553.el8_10.x86_64";
  host.kernel = base::parse_release(host.release);
  EXPECT_TRUE(report_of(host).is_usable());
}

TEST(Check, WithoutTypesThereIsAWayOut) {
  Host host = good_host();
  host.btf_file.clear();
  const CheckReport report = report_of(host);
  EXPECT_FALSE(report.is_usable());
  EXPECT_THAT(report.findings, Contains(AllOf(row("kernel types (BTF)", Status::kMissing),
                                              Field(&Finding::remedy, HasSubstr("--btf")))));
}

TEST(Check, FallsBackAndSaysWhy) {
  const CheckReport report = report_of(
      good_host(),
      {{.backend = Backend::kFentry, .failure = "no trampolines"}, {.backend = Backend::kSyscall}});
  EXPECT_TRUE(report.is_usable());
  EXPECT_THAT(report.findings, Contains(AllOf(row("capture by fentry", Status::kLimited),
                                              Field(&Finding::how, "no trampolines"))));
  EXPECT_THAT(report.findings, Contains(row("io_uring, 32-bit processes", Status::kLimited)));
}

TEST(Check, SaysWhyABackEndThatWorksIsNotTaken) {
  const CheckReport report = report_of(
      good_host(),
      {{.backend = Backend::kKprobe}, {.backend = Backend::kFentry, .drawback = "misses calls"}});
  EXPECT_THAT(report.findings, Contains(AllOf(row("capture by kprobe", Status::kOk),
                                              Field(&Finding::how, HasSubstr("choice")))));
  EXPECT_THAT(report.findings, Contains(AllOf(row("capture by fentry", Status::kLimited),
                                              Field(&Finding::how, "works, but misses calls"))));
}

TEST(Check, WithoutAnyBackEndNothingWorks) {
  const CheckReport report =
      report_of(good_host(), {{.backend = Backend::kSyscall, .failure = "EPERM"}});
  EXPECT_FALSE(report.is_usable());
  EXPECT_THAT(report.findings, Contains(row("requests, plain text", Status::kMissing)));
}

TEST(Check, LockdownForConfidentialityForbidsReading) {
  Host host = good_host();
  host.lockdown = "integrity";
  EXPECT_TRUE(report_of(host).is_usable());
  host.lockdown = "confidentiality";
  EXPECT_FALSE(report_of(host).is_usable());
}

TEST(Check, AContainersPidNamespaceAndAnInterpreterAreReported) {
  Host host = good_host();
  host.in_root_pid_namespace = false;
  host.jit_enabled = 0;
  const CheckReport report = report_of(host);
  EXPECT_TRUE(report.is_usable());
  EXPECT_THAT(report.findings, Contains(row("pid namespace", Status::kLimited)));
  EXPECT_THAT(report.findings, Contains(row("kernel settings", Status::kLimited)));
}

TEST(Check, NamesTheOwnersOfOtherPrograms) {
  const std::vector<OtherPrograms> others = {
      {.hook = "tc", .owner = "Cilium", .names = {"cil_from_netdev"}}};
  EXPECT_THAT(
      findings_of(good_host(), kFunctionsWork, others),
      Contains(Field(&Finding::how, AllOf(HasSubstr("Cilium"), HasSubstr("cil_from_netdev")))));
  EXPECT_THAT(findings_of(good_host(), kFunctionsWork, base::fail("not permitted")),
              Contains(row("other BPF programs", Status::kLimited)));
  EXPECT_EQ(owner_of("cil_from_container"), "Cilium");
  EXPECT_EQ(owner_of("my_program"), "");
}

TEST(Check, SaysOfEveryProtocolThatItIsThere) {
  std::string everything;
  for (const Finding& finding : report_of(good_host()).findings) {
    if (finding.feature == "requests, plain text") everything = finding.how;
  }
  for (const protocol::ProtocolRow& row : protocol::protocols())
    EXPECT_THAT(everything, HasSubstr(std::string(row.name)));
}

TEST(Check, NothingThatIsThereIsSaidToBeMissing) {
  for (const Finding& finding : report_of(good_host()).findings) {
    if (finding.status != Status::kOff) continue;
    for (const protocol::ProtocolRow& row : protocol::protocols()) {
      EXPECT_THAT(finding.how, testing::Not(HasSubstr(std::string(row.name) + ",")));
      EXPECT_THAT(finding.how, testing::Not(HasSubstr(std::string(row.instrumentation) + ":")));
    }
    for (const char* word : {"databases", "caches", "brokers"})
      EXPECT_THAT(finding.feature, testing::Not(HasSubstr(word)));
  }
}

TEST(Coverage, SelectorsWithoutAProtocolAreUnbuilt) {
  EXPECT_THAT(unbuilt_selectors(), ElementsAre("grpc", "gpu", "genai"));
  EXPECT_TRUE(is_built_selector("http"));
  EXPECT_FALSE(is_built_selector("grpc"));
}

TEST(Coverage, UnbuiltKeysCoverEveryKeyThatComesLaterAndNoOther) {
  const auto paths = unbuilt_keys();
  EXPECT_THAT(paths, Contains("network"));
  EXPECT_THAT(paths, Contains("ebpf.context_propagation"));
  for (const config::Key& key : config::keys()) {
    if (key.is(config::kEnvironmentOnly)) continue;
    const bool covered = std::ranges::any_of(paths, [&](const std::string& path) {
      return key.path == path || key.path.starts_with(path + ".");
    });
    EXPECT_EQ(covered, key.is(config::kLater)) << key.path;
  }
}

TEST(Check, JsonHoldsTheSameRows) {
  Host host = good_host();
  host.btf_file.clear();
  const CheckReport report = report_of(host);
  const auto document = nlohmann::json::parse(render_json(report));
  EXPECT_FALSE(document["usable"].get<bool>());
  ASSERT_EQ(document["findings"].size(), report.findings.size());
  EXPECT_EQ(document["findings"][1]["status"], "missing");
}

TEST(Capabilities, AsksByKernelVersion) {
  Host host = good_host();
  host.capabilities = 0;
  const auto names = [](const Host& of) {
    std::vector<std::string> all;
    for (const auto& missing : missing_capabilities(of)) all.push_back(missing.name);
    return all;
  };
  EXPECT_THAT(names(host), ElementsAre("CAP_BPF", "CAP_PERFMON", "CAP_SYS_PTRACE",
                                       "CAP_DAC_READ_SEARCH", "CAP_CHECKPOINT_RESTORE"));
  host.kernel = {.major = 5, .minor = 10};
  EXPECT_THAT(names(host), Contains("CAP_SYS_RESOURCE"));
  host.kernel = {.major = 4, .minor = 18};
  EXPECT_THAT(names(host), ElementsAre("CAP_SYS_ADMIN", "CAP_SYS_RESOURCE", "CAP_SYS_PTRACE",
                                       "CAP_DAC_READ_SEARCH"));
}

TEST(Capabilities, SysAdminStandsForItsParts) {
  Host host = good_host();
  host.capabilities = bit(CAP_SYS_ADMIN) | bit(CAP_SYS_PTRACE) | bit(CAP_DAC_READ_SEARCH);
  EXPECT_THAT(missing_capabilities(host), IsEmpty());
  host.capabilities = bit(CAP_SYS_ADMIN);
  for (const auto& missing : missing_capabilities(host)) EXPECT_FALSE(missing.essential);
}

}  // namespace
}  // namespace obi::inspect
