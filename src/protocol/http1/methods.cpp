// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/methods.hpp"

#include <algorithm>
#include <array>

namespace obi::protocol::http1 {
namespace {

constexpr std::array<std::string_view, 9> kMethods = {
    "GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"};

template <typename Names>
std::string_view find(const Names& names, std::string_view method) {
  const auto found = std::ranges::find(names, method);
  return found == names.end() ? kOtherMethod : std::string_view(*found);
}

}  // namespace

std::span<const std::string_view> default_methods() { return kMethods; }

std::string_view Methods::name_of(std::string_view method) const {
  return names_.empty() ? find(kMethods, method) : find(names_, method);
}

MethodName name_of(std::string_view method, const Methods* methods) {
  const std::string_view name =
      methods != nullptr ? methods->name_of(method) : find(kMethods, method);
  return {.name = name, .original = name == method ? std::string_view() : method};
}

}  // namespace obi::protocol::http1
