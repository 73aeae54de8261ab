// SPDX-License-Identifier: Apache-2.0
// ebpf-instrument: reads the command line and the configuration, runs the agent until it is asked
// to stop.
#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include "app/agent.hpp"
#include "app/command_line.hpp"
#include "app/commands.hpp"
#include "app/options.hpp"
#include "app/version.hpp"
#include "base/log.hpp"
#include "base/memory.hpp"
#include "config/render.hpp"

namespace {

using namespace std::chrono_literals;
using obi::app::CommandLine;

int complain(const std::vector<std::string>& mistakes) {
  for (const std::string& mistake : mistakes) spdlog::error("{}", mistake);
  return 1;
}

// A standard descriptor that is closed would become a BPF map or a socket, and be written to as
// stdout. In its place stands one that can't be written.
void keep_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) != fd) std::_Exit(1);
  }
}

// SIGTERM and SIGINT are waited for, never handled: no code runs in a signal handler.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

bool wait_for_signal(const sigset_t& signals, std::chrono::milliseconds timeout) {
  const timespec wait{.tv_sec = timeout.count() / 1000,
                      .tv_nsec = timeout.count() % 1000 * 1'000'000};
  return sigtimedwait(&signals, nullptr, &wait) > 0;
}

int run(const CommandLine& line, obi::app::AgentOptions options) {
  const sigset_t signals = block_signals();
  const bool live = !line.replay;
  if (live) {
    if (const auto fit = obi::app::check_host(options); !fit)
      return complain({fit.error().message});
  }
  auto agent = obi::app::Agent::open(std::move(options), line);
  if (!agent) return complain({agent.error().message});
  (*agent)->start();
  spdlog::info("ready version={}", obi::app::kVersion);
  while (!wait_for_signal(signals, live ? 3'600'000ms : 20ms)) {
    if ((*agent)->is_finished()) break;
  }
  if (live) spdlog::info("stopping");
  if (!(*agent)->stop()) {
    std::fflush(nullptr);
    std::_Exit(1);  // a thread is stuck: what it uses must not be destroyed under it
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  keep_standard_descriptors();
  obi::base::tune_heap();
  obi::base::set_log_format(obi::base::LogFormat::kText);
  auto parsed = obi::app::parse_command_line({argv + 1, argv + argc});
  CommandLine& line = parsed.line;
  if (parsed.exit_code != 0) {
    fmt::print(stderr, "{}\n", parsed.text);
    return parsed.exit_code;
  }
  if (const char* path = std::getenv("OTEL_EBPF_CONFIG_PATH"); path != nullptr && *path != 0)
    line.config_path = path;
  switch (line.action) {
    case CommandLine::Action::kPrintHelp:
      fmt::print("{}\n{}", parsed.text, obi::config::render_help());
      return 0;
    case CommandLine::Action::kPrintVersion: fmt::print("{}\n", obi::app::kVersion); return 0;
    default: break;
  }

  std::vector<std::string> mistakes;
  std::vector<std::string> warnings;
  const auto config = obi::config::Config::load({.path = line.config_path, .text = {}}, mistakes);
  obi::app::LogOptions log;
  if (mistakes.empty()) {
    log = obi::app::log_options(config);
    obi::base::set_log_level(log.level);
    obi::base::set_log_format(log.format);
  }
  if (line.action == CommandLine::Action::kPrintConfig)
    return obi::app::print_config(line, config, std::move(mistakes));
  if (mistakes.empty() && obi::app::is_report(line.action)) return obi::app::report(line, config);
  auto options = mistakes.empty() ? obi::app::read_options(config, mistakes, warnings)
                                  : obi::app::AgentOptions{};
  if (!mistakes.empty()) return obi::app::refuse(line, mistakes);
  obi::app::apply(line, options.tracer);
  for (const std::string& warning : config.warnings()) spdlog::warn("{}", warning);
  for (const std::string& warning : warnings) spdlog::warn("{}", warning);
  if (log.config_form == "yaml") fmt::print("{}", obi::config::render_effective(config));
  if (log.config_form == "json") fmt::print("{}\n", obi::config::render_json(config));
  return run(line, std::move(options));
}
