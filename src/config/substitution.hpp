// SPDX-License-Identifier: Apache-2.0
// Variables inside configuration text. Nothing here keeps state: any thread may call it.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace obi::config {

/// The value of an environment variable; nullopt if it isn't set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The process's own environment.
std::optional<std::string> process_environment(const std::string& name);

/// Replaces `${V}`, `$(V)`, `${env:V}` and, with a default for an unset or empty variable,
/// `${V:-default}`. `$${V}` stays as `${V}`. One pass: what a variable holds is not looked at
/// again.
std::string substitute(std::string_view text, const Environment& environment);

/// The text that `substitute` turns back into `text`.
std::string escape_references(std::string_view text);

/// Replaces `$V` and `${V}` as a shell does; an unset variable is empty.
std::string expand(std::string_view text, const Environment& environment);

}  // namespace obi::config
