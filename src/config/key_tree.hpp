// SPDX-License-Identifier: Apache-2.0
// The table as the tree that YAML shows.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/keys.hpp"

namespace obi::config {

struct KeyTree {
  std::string path;          ///< "ebpf.redis_db_cache"; "" for the root
  std::string_view name;     ///< "redis_db_cache"
  const Key* key = nullptr;  ///< null for sections
  std::vector<KeyTree> children;
};

/// Without the keys that are no YAML keys.
KeyTree key_tree();

}  // namespace obi::config
