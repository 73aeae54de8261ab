// SPDX-License-Identifier: Apache-2.0
#include "config/keys.hpp"

#include <algorithm>

#include "config/key_tables.hpp"
#include "config/spelling.hpp"

namespace obi::config {
namespace {

std::vector<Key> collect() {
  std::vector<Key> all;
  for (const auto part : {table::agent_keys(), table::discovery_keys(), table::pipeline_keys(),
                          table::otlp_traces_keys(), table::otlp_metrics_keys(),
                          table::prometheus_keys(), table::attribute_keys(), table::ebpf_keys(),
                          table::payload_keys(), table::network_keys()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> kAll = collect();
  return kAll;
}

const Key* find_key(std::string_view path) {
  const auto found = std::ranges::find(keys(), path, &Key::path);
  return found == keys().end() ? nullptr : &*found;
}

bool is_section(std::string_view path) {
  return std::ranges::any_of(keys(), [&](const Key& key) {
    return !key.is(kEnvironmentOnly) && key.path.size() > path.size() &&
           key.path.starts_with(path) && key.path[path.size()] == '.';
  });
}

std::string_view nearest_key(std::string_view path) {
  std::vector<std::string_view> candidates;
  for (const Key& key : keys()) {
    if (key.is(kEnvironmentOnly)) continue;
    candidates.push_back(key.path);
    for (std::size_t dot = key.path.find('.'); dot != std::string_view::npos;
         dot = key.path.find('.', dot + 1)) {
      candidates.push_back(key.path.substr(0, dot));
    }
  }
  return nearest(path, candidates);
}

}  // namespace obi::config
