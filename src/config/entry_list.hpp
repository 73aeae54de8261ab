// SPDX-License-Identifier: Apache-2.0
// Lists of keys and values as OpenTelemetry writes them in variables, "k=v,k2=v2" (W3C Baggage,
// section 3.2.1, without properties: a semicolon belongs to the value). The one reader of
// OTEL_EXPORTER_OTLP_*HEADERS and of OTEL_RESOURCE_ATTRIBUTES, the agent's and those of traced
// processes. Input is hostile; pure functions.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace obi::config {

inline constexpr std::size_t kMaxListEntries = 128;
inline constexpr std::size_t kMaxListKeyBytes = 256;
inline constexpr std::size_t kMaxListValueBytes = 16 * 1024;  ///< a header may be a long token

struct RefusedEntry {
  std::size_t number = 0;   ///< from 1, as in the list
  std::string_view reason;  ///< static text, without anything of the entry: that may be a secret
};

struct EntryList {
  /// In the order of the list, decoded; of equal keys the last one.
  std::vector<std::pair<std::string, std::string>> entries;
  std::vector<RefusedEntry> refused;
  bool was_quoted = false;  ///< the whole list stood in quotes, which were left out
};

/// Blanks around keys and values are left out, empty entries passed over; keys and values are
/// percent-decoded (RFC 3986, 2.1; '+' stays) and must be UTF-8 then. What can't be read is refused
/// alone.
EntryList read_entry_list(std::string_view text);

/// "entry 2 '%' isn't followed by …, entry 4 …": all that was refused, for one line of a log.
std::string describe_refused(const EntryList& list);

/// Without blanks around it and, if it stands in a pair of quotes, without these: `docker
/// --env-file` and systemd's EnvironmentFile leave them to the program.
std::string_view without_quotes(std::string_view text);

}  // namespace obi::config
