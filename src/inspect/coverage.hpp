// SPDX-License-Identifier: Apache-2.0
// What this version has and hasn't, read off the tables that the agent is made of: protocols, keys
// of the configuration, selectors. Whoever says it in words asks here.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace obi::inspect {

/// Names of the protocols, as in docs/protocols.md, in its order.
std::vector<std::string_view> protocol_names();
/// Those that are read from datagrams, too.
std::vector<std::string_view> datagram_protocol_names();

/// Selectors of `instrumentations` that no protocol has yet, such as "grpc".
std::vector<std::string> unbuilt_selectors();
bool is_built_selector(std::string_view selector);

/// Keys of features that aren't built yet: the shortest paths below which there are no others,
/// such as "network" for all of its keys.
std::vector<std::string> unbuilt_keys();

/// No table has TLS: it is a layer of the capture side, which has none yet.
inline constexpr std::string_view kPlainTextOnly = "this version reads plain text only";

}  // namespace obi::inspect
