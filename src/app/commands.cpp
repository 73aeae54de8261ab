// SPDX-License-Identifier: Apache-2.0
#include "app/commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/capability.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "config/render.hpp"
#include "inspect/audit_report.hpp"
#include "inspect/check.hpp"
#include "inspect/explain.hpp"
#include "inspect/requirements.hpp"

namespace obi::app {
namespace {

using capture::Tracer;
using capture::TracerOptions;

constexpr int kExitRefused = 1;
constexpr int kExitWarnings = 3;  // 2: mistakes in the command line

int fail_with(const base::Error& error) {
  fmt::print(stderr, "{}\n", error.message);
  return 1;
}

base::Result<std::unique_ptr<Tracer>> open_tracer(const TracerOptions& options) {
  if (auto kernel = inspect::check_kernel(inspect::read_host("", options.btf_file)); !kernel)
    return std::unexpected(std::move(kernel.error()));
  return Tracer::open(options);
}

int probe(const TracerOptions& options) {
  const auto tracer = open_tracer(options);
  if (!tracer) return fail_with(tracer.error());
  fmt::print("backend={} map_bytes={}\n", to_string((*tracer)->backend()), (*tracer)->map_bytes());
  return 0;
}

int audit(TracerOptions options, bool json) {
  options.verifier_statistics = true;
  const auto tracer = open_tracer(options);
  if (!tracer) return fail_with(tracer.error());
  const capture::Audit facts = (*tracer)->audit();
  fmt::print("{}", json ? inspect::render_json(facts, (*tracer)->backend())
                        : inspect::render_text(facts, (*tracer)->backend()));
  return 0;
}

int check(const TracerOptions& options, bool json) {
  const inspect::CheckReport found = inspect::check({.tracer = options});
  fmt::print("{}", json ? inspect::render_json(found) : inspect::render_text(found));
  return found.is_usable() ? 0 : 1;
}

int cannot_explain(const CommandLine& line, const std::vector<std::string>& mistakes) {
  for (const std::string& mistake : mistakes) fmt::print(stderr, "{}\n", mistake);
  if (line.json) fmt::print("{}", inspect::render_json(line.pid, mistakes));
  return 2;
}

int explain(const CommandLine& line, const config::Config& config, capture::Backend backend) {
  std::vector<std::string> mistakes;
  std::vector<std::string> warnings = config.warnings();
  inspect::ExplainOptions options;
  options.rules = config::read_discovery(config, mistakes, warnings);
  options.backend = backend;
  options.may_trace = inspect::read_host().has(CAP_SYS_PTRACE);
  if (!mistakes.empty()) return cannot_explain(line, mistakes);
  for (const std::string& warning : warnings) spdlog::warn("{}", warning);
  const auto explanation = inspect::explain(line.pid, options);
  if (!explanation) return cannot_explain(line, {explanation.error().message});
  fmt::print("{}",
             line.json ? inspect::render_json(*explanation) : inspect::render_text(*explanation));
  return explanation->exit_code();
}

}  // namespace

bool is_report(CommandLine::Action action) {
  return action == CommandLine::Action::kProbe || action == CommandLine::Action::kCheck ||
         action == CommandLine::Action::kAudit || action == CommandLine::Action::kExplain;
}

int print_config(const CommandLine& line, const config::Config& config,
                 std::vector<std::string> mistakes) {
  std::vector<std::string> warnings = config.warnings();
  if (mistakes.empty()) (void)read_options(config, mistakes, warnings);
  if (!line.config_check) fmt::print("{}", config::render_effective(config));
  std::FILE* out = line.config_check ? stdout : stderr;
  for (const std::string& warning : warnings) fmt::print(out, "warning: {}\n", warning);
  for (const std::string& mistake : mistakes) fmt::print(out, "error: {}\n", mistake);
  if (!mistakes.empty()) return kExitRefused;
  return warnings.empty() ? 0 : kExitWarnings;
}

int refuse(const CommandLine& line, const std::vector<std::string>& mistakes) {
  if (line.action == CommandLine::Action::kExplain) return cannot_explain(line, mistakes);
  for (const std::string& mistake : mistakes) spdlog::error("{}", mistake);
  return 1;
}

int report(const CommandLine& line, const config::Config& config) {
  TracerOptions options = tracer_options(config);
  apply(line, options);
  if (line.action == CommandLine::Action::kExplain) return explain(line, config, options.backend);
  if (line.action == CommandLine::Action::kCheck) return check(options, line.json);
  (void)inspect::mount_tracefs();  // as the agent does
  if (line.action == CommandLine::Action::kAudit) return audit(options, line.json);
  return probe(options);
}

void apply(const CommandLine& line, TracerOptions& options) {
  options.passive |= line.passive;
  if (!line.btf_file.empty()) options.btf_file = line.btf_file;
}

base::Result<void> check_host(const AgentOptions& options) {
  const inspect::Host host = inspect::read_host("", options.tracer.btf_file);
  if (auto kernel = inspect::check_kernel(host); !kernel) return kernel;
  const auto missing = inspect::missing_capabilities(host);
  if (!missing.empty()) {
    std::vector<std::string> names;
    for (const auto& capability : missing)
      names.push_back(fmt::format("{} ({})", capability.name, capability.why));
    const std::string message = fmt::format("missing capabilities: {}", fmt::join(names, ", "));
    if (missing.front().essential || options.enforce_capabilities)
      return base::fail(message + " (run as root, or grant them)");
    spdlog::warn("{}; some processes may not be seen", message);
  }
  if (const auto mounted = inspect::mount_tracefs(); !mounted)
    spdlog::debug("{}", mounted.error().message);
  return {};
}

}  // namespace obi::app
