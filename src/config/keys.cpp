// SPDX-License-Identifier: Apache-2.0
#include "config/keys.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace obi::config {
namespace {

std::vector<Key> collect() {
  std::vector<Key> all;
  const auto add = [&](const Key* first, std::size_t count) { all.insert(all.end(), first, first + count); };
  add(table::kAgentKeys, table::kAgentKeyCount);
  add(table::kEbpfKeys, table::kEbpfKeyCount);
  add(table::kDiscoveryKeys, table::kDiscoveryKeyCount);
  add(table::kAttributeKeys, table::kAttributeKeyCount);
  add(table::kExportKeys, table::kExportKeyCount);
  add(table::kNetworkKeys, table::kNetworkKeyCount);
  return all;
}

// Levenshtein distance.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
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
    return key.path.size() > path.size() && key.path.starts_with(path) && key.path[path.size()] == '.';
  });
}

std::string_view nearest_key(std::string_view path) {
  std::string_view best;
  std::size_t best_distance = path.size() / 3 + 2;
  const auto consider = [&](std::string_view candidate) {
    if (const std::size_t distance = edit_distance(path, candidate); distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  };
  for (const Key& key : keys()) {
    if (key.source == Source::kEnvironment) continue;
    consider(key.path);
    for (std::size_t dot = key.path.find('.'); dot != std::string_view::npos; dot = key.path.find('.', dot + 1)) {
      consider(key.path.substr(0, dot));
    }
  }
  return best;
}

}  // namespace obi::config
