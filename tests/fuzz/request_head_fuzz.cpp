// SPDX-License-Identifier: Apache-2.0
// Heads of requests to the agent's own listener: read whole and byte by byte, which must find the
// same end.
#include <cstdlib>
#include <string>

#include "export/http/request_head.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto whole = obi::exporting::HeadEnd().find(text);
  obi::exporting::HeadEnd end;
  for (std::size_t i = 1; i <= text.size(); ++i) {
    const auto found = end.find(std::string_view(text).substr(0, i));
    if (!found) continue;
    if (!whole || *found != *whole || i != *found) std::abort();
    break;
  }
  obi::exporting::refusal_of_partial_head(text);
  const auto head = obi::exporting::parse_request_head(text.substr(0, whole.value_or(size)));
  if (head.status == 200 && head.path.empty()) std::abort();
  return 0;
}
