// SPDX-License-Identifier: Apache-2.0
// Percent-encoding (RFC 3986, section 2.1). Pure function.
#pragma once
#include <string>
#include <string_view>

namespace obi::base {

/// "%41" becomes "A"; '+' stays. False if a '%' isn't followed by two hexadecimal digits.
bool percent_decode(std::string_view text, std::string& decoded);

}  // namespace obi::base
