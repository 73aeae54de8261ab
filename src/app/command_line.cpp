// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace obi::app {
namespace {

// Go's flag package takes one dash or two; CLI11 reads one dash as a run of short options.
void double_the_dash(std::string& argument) {
  if (argument.size() > 2 && argument[0] == '-' && argument[1] != '-') argument.insert(0, "-");
}

}  // namespace

ParsedCommandLine parse_command_line(std::vector<std::string> arguments) {
  ParsedCommandLine parsed;
  CommandLine& line = parsed.line;
  bool probe = false;
  bool version = false;

  CLI::App cli{"Zero-code traces and metrics of the processes on this host, by eBPF.",
               "ebpf-instrument"};
  cli.set_help_flag();
  cli.fallthrough();  // options may stand behind a command, too
  bool help = false;
  cli.add_flag("-h,--help", help, "this text and the configuration keys");
  cli.add_option("--config", line.config_path,
                 "YAML configuration file (OTEL_EBPF_CONFIG_PATH wins)")
      ->type_name("FILE");
  cli.add_option("--record", line.record, "write the raw segments to FILE")->type_name("FILE");
  cli.add_flag("--record-redact", line.record_redact,
               "hide header values, queries and bodies in the recording");
  cli.add_option("--replay", line.replay, "run the pipeline from a recording, without root or BPF")
      ->type_name("FILE");
  cli.add_flag("--probe", probe,
               "load and unload the BPF programs, and say whether that works here");
  cli.add_flag(
      "--passive", line.passive,
      "guarantee that no loaded program can alter memory, packets, sockets or control flow");
  cli.add_option("--btf", line.btf_file, "the kernel's types, where the kernel doesn't bring them")
      ->type_name("FILE");
  cli.add_flag("--version", version, "the version");
  CLI::App* config = cli.add_subcommand(
      "config",
      "prints the effective configuration, each value with its origin, and on stderr what is wrong "
      "with it; exit code 0: nothing, 3: warnings only, 1: the agent would refuse it");
  config->add_flag("--check", line.config_check, "only what is wrong, one line each, on stdout");
  CLI::App* check = cli.add_subcommand(
      "check", "what works on this host and how, and what is missing; exit code 1: can't run here");
  check->alias("doctor");
  CLI::App* audit =
      cli.add_subcommand("audit", "every BPF program, what it could alter, and every map's memory");
  CLI::App* explain = cli.add_subcommand(
      "explain", "why a process is or isn't instrumented; exit code 1: it isn't");
  explain->add_option("pid", line.pid, "as the agent's /proc shows it")
      ->required()
      ->check(CLI::PositiveNumber)
      ->type_name("PID");
  for (CLI::App* report : {check, audit, explain})
    report->add_flag("--json", line.json, "for scripts");

  std::ranges::for_each(arguments, double_the_dash);
  std::ranges::reverse(arguments);  // CLI11 takes them last first
  try {
    cli.parse(arguments);
  } catch (const CLI::Error& error) {
    parsed.exit_code = 2;
    parsed.text = std::string("ebpf-instrument: ") + error.what() + " (see --help)";
    return parsed;
  }
  if (help) {
    line.action = CommandLine::Action::kPrintHelp;
    parsed.text = cli.help();
  } else if (version) {
    line.action = CommandLine::Action::kPrintVersion;
  } else if (probe) {
    line.action = CommandLine::Action::kProbe;
  } else if (config->parsed()) {
    line.action = CommandLine::Action::kPrintConfig;
  } else if (check->parsed()) {
    line.action = CommandLine::Action::kCheck;
  } else if (audit->parsed()) {
    line.action = CommandLine::Action::kAudit;
  } else if (explain->parsed()) {
    line.action = CommandLine::Action::kExplain;
  }
  return parsed;
}

}  // namespace obi::app
