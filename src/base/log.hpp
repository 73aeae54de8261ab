// SPDX-License-Identifier: Apache-2.0
// The project's log is spdlog's default logger, on stderr; this sets its level and format. Levels
// say who must act: error = the operator, now; warn = the operator, some day; info = no one; debug
// = developers. Messages carry key=value fields; no payload bytes or header values at info and
// above.
#pragma once
#include <string_view>

namespace obi::base {

enum class LogFormat { kText, kJson };

/// `level` is one of debug, info, warn, error in any case; false if it is none of these.
bool set_log_level(std::string_view level);
void set_log_format(LogFormat format);

}  // namespace obi::base
