// SPDX-License-Identifier: Apache-2.0
#include "binary/executable_cache.hpp"

#include "binary/file_identity.hpp"

namespace obi::binary {

std::size_t ExecutableCache::KeyHash::operator()(const Key& key) const noexcept {
  return FileIdentityHash()(key.identity) ^ static_cast<std::size_t>(key.stamp.modified_ns);
}

ExecutableFacts ExecutableCache::read(const std::string& path) {
  auto file = open_regular(path);
  if (!file) return {};
  const auto identified = identify(file->get());
  if (!identified) return {};
  const Key key{.identity = identified->identity, .stamp = identified->stamp};
  if (const ExecutableFacts* known = known_.find(key)) return *known;
  ++files_read_;
  return known_.put(key, read_executable(std::move(*file)));
}

}  // namespace obi::binary
