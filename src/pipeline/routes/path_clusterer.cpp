// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/path_clusterer.hpp"

#include <algorithm>

#include "pipeline/routes/path_segment.hpp"

namespace obi::pipeline {
namespace {

constexpr int kCutAtSeparator = 10;

bool ends_path(char c) { return c == '?' || c == '&' || c == '#'; }

}  // namespace

void cluster_path(std::string_view path, char wildcard, std::string& out) {
  out.clear();
  path = {path.begin(), std::ranges::find_if(path, ends_path)};
  int separators = 0;
  SegmentPlace place{.is_first = true};
  while (!path.empty()) {
    if (path.front() == '/') {
      if (++separators == kCutAtSeparator) return;
      out += '/';
      path.remove_prefix(1);
      continue;
    }
    const std::string_view segment = path.substr(0, path.find('/'));
    place.is_last = segment.size() == path.size();
    if (is_fixed_segment(segment, place)) {
      out += segment;
    } else {
      out += wildcard;
    }
    place.is_first = false;
    place.is_below_api = segment == "api";
    path.remove_prefix(segment.size());
  }
}

}  // namespace obi::pipeline
