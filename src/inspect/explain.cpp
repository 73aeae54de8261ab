// SPDX-License-Identifier: Apache-2.0
#include "inspect/explain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include "binary/executable_cache.hpp"
#include "config/value.hpp"
#include "discover/listening_ports.hpp"
#include "inspect/mapped_libraries.hpp"

namespace obi::inspect {
namespace {

namespace fs = std::filesystem;
using discover::Criterion;
using discover::Outcome;
using discover::Process;

// Nobody nests processes deeper, and a table that changes under us must not send us in circles.
constexpr int kMaxAncestors = 64;

/// What is found out of one process, when it is asked for.
class Examined {
 public:
  Examined(const discover::Proc& proc, discover::ListeningPorts& ports, Process process)
      : proc_(proc), ports_(ports), process_(std::move(process)) {}

  [[nodiscard]] const Process& process() const { return process_; }
  const std::vector<std::uint16_t>& listening_ports() {
    return listening_ ? *listening_ : listening_.emplace(ports_.of(process_));
  }
  const binary::ExecutableFacts& executable() {
    if (!facts_) facts_ = binary::read_executable(proc_.executable_link(process_.pid));
    return *facts_;
  }
  const std::string& maps() { return maps_ ? *maps_ : maps_.emplace(proc_.maps(process_.pid)); }
  model::Language language() {
    return binary::language_of(executable(), process_.program.executable, maps());
  }
  discover::Candidate candidate(const Process& self, bool parent_is_taken) {
    return {.process = process_,
            .listening_ports = [this]() -> const auto& { return listening_ports(); },
            .language = [this] { return language(); },
            .parent_is_taken = parent_is_taken,
            .in_container = discover::is_in_container(process_, self)};
  }

 private:
  const discover::Proc& proc_;
  discover::ListeningPorts& ports_;
  Process process_;
  std::optional<std::vector<std::uint16_t>> listening_;
  std::optional<binary::ExecutableFacts> facts_;
  std::optional<std::string> maps_;
};

std::string in_words(Criterion unmet, const config::Selector& selector, Examined& examined) {
  const Process& process = examined.process();
  switch (unmet) {
    case Criterion::kNone: return "";
    case Criterion::kEmpty: return "it asks for nothing";
    case Criterion::kKubernetes:
      return "it asks for Kubernetes metadata, which this version doesn't know";
    case Criterion::kPid:
      return fmt::format("target_pids {}", fmt::join(selector.target_pids, ","));
    case Criterion::kContainer: return "containers_only: it isn't in a container";
    case Criterion::kExecutable:
      return fmt::format("exe_path '{}' doesn't match {}", selector.exe_path->text(),
                         process.program.executable);
    case Criterion::kArguments:
      return fmt::format("cmd_args '{}' doesn't match '{}'", selector.cmd_args->text(),
                         process.command_line);
    case Criterion::kPorts:
      return fmt::format("open_ports {}: it listens on {}",
                         config::to_text(config::Value(*selector.open_ports)),
                         examined.listening_ports().empty()
                             ? std::string("none")
                             : fmt::format("{}", fmt::join(examined.listening_ports(), ", ")));
    case Criterion::kLanguage: break;
  }
  return fmt::format("languages '{}': it is {}", selector.languages->text(),
                     to_string(examined.language()));
}

std::vector<EntryVerdict> entry_verdicts(const std::vector<config::Selector>& entries,
                                         Examined& examined, const Process& self) {
  std::vector<EntryVerdict> verdicts;
  for (const config::Selector& entry : entries) {
    const Criterion unmet = discover::first_unmet(entry, examined.candidate(self, false));
    verdicts.push_back({.origin = entry.origin,
                        .matches = unmet == Criterion::kNone,
                        .why_not = in_words(unmet, entry, examined)});
  }
  return verdicts;
}

/// Judges a process as the agent does, its ancestors first.
class Judge {
 public:
  Judge(const ExplainOptions& options, const discover::Proc& proc, discover::ListeningPorts& ports,
        const Process& self)
      : options_(options), proc_(proc), ports_(ports), self_(self) {}

  discover::Verdict of(Examined& examined, int depth = 0) {
    if (discover::age_of(examined.process().program) < options_.rules.min_process_age)
      return {.outcome = Outcome::kTooYoung, .reason = "it is younger than min_process_age"};
    const discover::Verdict parent = of_parent(examined.process(), depth);
    discover::Verdict verdict =
        discover::judge(options_.rules, examined.candidate(self_, parent.taken()));
    if (verdict.outcome == Outcome::kParentTaken) {
      verdict.matches = parent.matches;
      verdict.reason += fmt::format(" (pid {}: {})", examined.process().parent_pid, parent.reason);
    }
    return verdict;
  }

 private:
  discover::Verdict of_parent(const Process& process, int depth) {
    if (process.parent_pid == 0 || depth >= kMaxAncestors) return {};
    auto parent = proc_.read(process.parent_pid);
    if (!parent) return {};
    Examined examined(proc_, ports_, std::move(*parent));
    return of(examined, depth + 1);
  }

  const ExplainOptions& options_;
  const discover::Proc& proc_;
  discover::ListeningPorts& ports_;
  const Process& self_;
};

bool uses_io_uring(const std::string& descriptors) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(descriptors, error)) {
    if (fs::read_symlink(entry.path(), error) == "anon_inode:[io_uring]") return true;
  }
  return false;
}

std::vector<std::string> limits(Examined& examined, const std::vector<std::string>& libraries,
                                bool io_uring, capture::Backend backend) {
  std::vector<std::string> sentences;
  const auto by_system_calls = [&](std::string_view what) {
    if (backend == capture::Backend::kSyscall)
      sentences.push_back(fmt::format("{}: capture_backend=syscall can't see it", what));
    if (backend == capture::Backend::kAuto)
      sentences.push_back(
          fmt::format("{}: not seen if this host allows system calls only (`check` tells)", what));
  };
  if (io_uring) by_system_calls("what it sends and receives by io_uring");
  if (examined.executable().is_32_bit) by_system_calls("a 32-bit process");
  for (const std::string& library : libraries) {
    if (is_tls_library(library))
      sentences.push_back(fmt::format("TLS by {}: this version reads plain text only", library));
  }
  if (examined.executable().is_go)
    sentences.emplace_back("TLS, gRPC and HTTP/2 of a Go program: not in this version");
  return sentences;
}

std::vector<std::string> unreadable_parts(const discover::Proc& proc, std::uint32_t pid) {
  std::vector<std::string> parts;
  for (const char* name : {"environ", "maps", "fd", "exe"}) {
    if (access(proc.path(pid, name).c_str(), R_OK) != 0) parts.emplace_back(name);
  }
  return parts;
}

}  // namespace

base::Result<Explanation> explain(std::uint32_t pid, const ExplainOptions& options) {
  const discover::Proc proc(options.proc_root);
  std::error_code error;
  if (!fs::exists(proc.path(pid, "stat"), error))
    return base::fail(fmt::format("there is no process {}", pid));
  auto process = proc.read(pid);
  if (!process) {
    return base::fail(fmt::format(
        "process {} has no executable that can be read: a kernel thread, one that has ended, or "
        "one of another user (that takes CAP_SYS_PTRACE)",
        pid));
  }
  const Process self = proc.read(static_cast<std::uint32_t>(getpid())).value_or(Process{});
  discover::ListeningPorts ports(proc, self.net_namespace);
  Examined examined(proc, ports, std::move(*process));

  Explanation explanation;
  explanation.verdict = Judge(options, proc, ports, self).of(examined);
  explanation.instrument = entry_verdicts(options.rules.instrument, examined, self);
  explanation.exclude = entry_verdicts(options.rules.exclude, examined, self);
  explanation.process = examined.process();
  explanation.age = discover::age_of(examined.process().program);
  explanation.in_container = discover::is_in_container(examined.process(), self);
  explanation.listening_ports = examined.listening_ports();
  explanation.executable = examined.executable();
  explanation.libraries = telling_libraries(examined.maps());
  explanation.service =
      discover::name_service(examined.process(), proc.environment(pid), examined.language(),
                             explanation.verdict.matches, options.host, options.environment);
  explanation.not_seen =
      limits(examined, explanation.libraries, uses_io_uring(proc.path(pid, "fd")), options.backend);
  explanation.unreadable = unreadable_parts(proc, pid);
  return explanation;
}

}  // namespace obi::inspect
