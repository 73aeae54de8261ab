// SPDX-License-Identifier: Apache-2.0
// The commands that report on this host and end, and the checks before the agent starts.
#pragma once
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/options.hpp"
#include "base/result.hpp"
#include "config/config.hpp"

namespace obi::app {

/// check, audit, explain and --probe.
bool is_report(CommandLine::Action action);
/// Prints it; the exit code of the process: 0 = works here (explain: is instrumented), 1 = doesn't,
/// 2 = can't be found out.
int report(const CommandLine& line, const config::Config& config);

/// `config`: prints the effective configuration, unless `config_check`, and every warning and
/// mistake. Exit code 0: none; 3: warnings only; 1: mistakes, with which the agent doesn't start.
int print_config(const CommandLine& line, const config::Config& config,
                 std::vector<std::string> mistakes);
/// Tells the mistakes of a configuration, a line each; the exit code of the process.
int refuse(const CommandLine& line, const std::vector<std::string>& mistakes);

/// What the command line says beside the configuration.
void apply(const CommandLine& line, capture::TracerOptions& options);
/// What must hold before BPF is worth trying; one line if it doesn't.
base::Result<void> check_host(const AgentOptions& options);

}  // namespace obi::app
