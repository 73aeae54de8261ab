// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>

namespace obi::base {

bool set_log_level(std::string_view level) {
  std::string name(level);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (name != "debug" && name != "info" && name != "warn" && name != "error") return false;
  spdlog::set_level(spdlog::level::from_str(name));
  return true;
}

void set_log_format(LogFormat format) {
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("obi", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  if (format == LogFormat::kJson) {
    // The message is escaped by no spdlog 1.10 formatter; our messages hold no quotes or control
    // characters.
    spdlog::set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","msg":"%v"})");
  } else {
    spdlog::set_pattern("time=%Y-%m-%dT%H:%M:%S.%e%z level=%^%l%$ %v");
  }
}

}  // namespace obi::base
