// SPDX-License-Identifier: Apache-2.0
// The properties of MQTT 5 (section 2.2.2): which there are, how long each is, and the two that are
// of interest here. Pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_cursor.hpp"

namespace obi::protocol::mqtt {

struct Properties {
  std::optional<std::uint16_t> topic_alias;
  std::string_view assigned_client_id;
  bool is_whole = false;  ///< all were read, and each is one that MQTT defines
};

/// Reads them with their length; what stands before a flaw is in the answer.
Properties read_properties(base::ByteCursor& cursor);

}  // namespace obi::protocol::mqtt
