// SPDX-License-Identifier: Apache-2.0
// Lists of keys and values, which a traced process may fill with anything, and URLs: what is kept
// must be bounded and UTF-8, what is refused must not be printed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "config/entry_list.hpp"
#include "export/otlp/proxy.hpp"
#include "export/otlp/url.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace config = obi::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto list = config::read_entry_list(text);
  require(list.entries.size() <= config::kMaxListEntries);
  for (const auto& [key, value] : list.entries) {
    require(!key.empty() && key.size() <= config::kMaxListKeyBytes);
    require(!value.empty() && value.size() <= config::kMaxListValueBytes);
    require(obi::base::valid_utf8_prefix(key) == key.size());
    require(obi::base::valid_utf8_prefix(value) == value.size());
  }
  config::describe_refused(list);
  if (const auto url = obi::exporting::parse_url(text)) {
    require(!url->host.empty());
    obi::exporting::is_excepted(text, url->host, url->port_or_default());
  }
  obi::exporting::is_excepted(text, "collector.example.com", "4318");
  return 0;
}
