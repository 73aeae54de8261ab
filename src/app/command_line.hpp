// SPDX-License-Identifier: Apache-2.0
// The command line of ebpf-instrument.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace obi::app {

struct CommandLine {
  enum class Action {
    kRun,
    kPrintConfig,
    kProbe,
    kCheck,
    kAudit,
    kExplain,
    kPrintHelp,
    kPrintVersion
  };
  Action action = Action::kRun;
  std::string config_path;            ///< empty = defaults and environment only
  std::optional<std::string> record;  ///< write every record to this file
  bool record_redact = false;
  std::optional<std::string> replay;  ///< read records from this file instead of the kernel
  bool passive = false;               ///< as ebpf.passive
  std::string btf_file;               ///< as ebpf.btf_file, which it overrides unless it is empty
  bool config_check = false;          ///< of `config`: only what is wrong, not the values
  bool json = false;                  ///< of `check`, `audit` and `explain`
  std::uint32_t pid = 0;              ///< of `explain`
};

struct ParsedCommandLine {
  CommandLine line;
  int exit_code = 0;  ///< with `text`: print it and leave with this code
  std::string text;   ///< usage or the mistake; empty = go on
};

/// `-config X` means `--config X`, as in Go programs; likewise for every option with a single dash.
/// An unknown flag is a mistake with exit code 2.
ParsedCommandLine parse_command_line(std::vector<std::string> arguments);

}  // namespace obi::app
