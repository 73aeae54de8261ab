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

using Action = CommandLine::Action;

/// What isn't kept beside the action.
struct Flags {
  bool help = false;
  bool probe = false;
  bool version = false;
};

void add_options(CLI::App& cli, CommandLine& line, Flags& flags) {
  cli.add_flag("-h,--help", flags.help, "this text and the configuration keys");
  cli.add_option("--config", line.config_path,
                 "YAML configuration file (OTEL_EBPF_CONFIG_PATH wins)")
      ->type_name("FILE");
  cli.add_option("--record", line.record, "write the raw segments to FILE")->type_name("FILE");
  cli.add_flag("--record-redact", line.record_redact,
               "hide header values, queries and bodies in the recording");
  cli.add_option("--replay", line.replay, "run the pipeline from a recording, without root or BPF")
      ->type_name("FILE");
  cli.add_flag("--probe", flags.probe,
               "load and unload the BPF programs, and say whether that works here");
  cli.add_flag(
      "--passive", line.passive,
      "guarantee that no loaded program can alter memory, packets, sockets or control flow");
  cli.add_option("--btf", line.btf_file, "the kernel's types, where the kernel doesn't bring them")
      ->type_name("FILE");
  cli.add_flag("--version", flags.version, "the version");
}

struct Commands {
  CLI::App* config;
  CLI::App* check;
  CLI::App* audit;
  CLI::App* explain;
};

Commands add_commands(CLI::App& cli, CommandLine& line) {
  const Commands commands{
      .config = cli.add_subcommand(
          "config",
          "prints the effective configuration, each value with its origin, and on stderr what is "
          "wrong with it; exit code 0: nothing, 3: warnings only, 1: the agent would refuse it"),
      .check = cli.add_subcommand("check",
                                  "what works on this host and how, and what is missing; exit code "
                                  "1: can't run here"),
      .audit = cli.add_subcommand("audit",
                                  "every BPF program, what it could alter, and every map's memory"),
      .explain = cli.add_subcommand(
          "explain", "why a process is or isn't instrumented; exit code 1: it isn't")};
  commands.config->add_flag("--check", line.config_check,
                            "only what is wrong, one line each, on stdout");
  commands.check->alias("doctor");
  commands.explain->add_option("pid", line.pid, "as the agent's /proc shows it")
      ->required()
      ->check(CLI::PositiveNumber)
      ->type_name("PID");
  for (CLI::App* report : {commands.check, commands.audit, commands.explain})
    report->add_flag("--json", line.json, "for scripts");
  return commands;
}

Action action_of(const Flags& flags, const Commands& commands, Action otherwise) {
  if (flags.help) return Action::kPrintHelp;
  if (flags.version) return Action::kPrintVersion;
  if (flags.probe) return Action::kProbe;
  if (commands.config->parsed()) return Action::kPrintConfig;
  if (commands.check->parsed()) return Action::kCheck;
  if (commands.audit->parsed()) return Action::kAudit;
  if (commands.explain->parsed()) return Action::kExplain;
  return otherwise;
}

}  // namespace

ParsedCommandLine parse_command_line(std::vector<std::string> arguments) {
  ParsedCommandLine parsed;
  CommandLine& line = parsed.line;
  Flags flags;
  CLI::App cli{"Zero-code traces and metrics of the processes on this host, by eBPF.",
               "ebpf-instrument"};
  cli.set_help_flag();
  cli.fallthrough();  // options may stand behind a command, too
  add_options(cli, line, flags);
  const Commands commands = add_commands(cli, line);

  std::ranges::for_each(arguments, double_the_dash);
  std::ranges::reverse(arguments);  // CLI11 takes them last first
  try {
    cli.parse(arguments);
  } catch (const CLI::Error& error) {
    parsed.exit_code = 2;
    parsed.text = std::string("ebpf-instrument: ") + error.what() + " (see --help)";
    return parsed;
  }
  line.action = action_of(flags, commands, line.action);
  if (line.action == Action::kPrintHelp) parsed.text = cli.help();
  return parsed;
}

}  // namespace obi::app
