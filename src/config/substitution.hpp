// SPDX-License-Identifier: Apache-2.0
// `${NAME}` in configuration text.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace obi::config {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The process's own environment.
std::optional<std::string> process_environment(const std::string& name);

/// Replaces `${V}`, `$(V)`, `${env:V}` and, with a default for an unset or empty variable, `${V:-default}`. `$${V}` stays
/// as `${V}`. One pass: what a variable holds is not looked at again.
std::string substitute(std::string_view text, const Environment& environment);

}  // namespace obi::config
