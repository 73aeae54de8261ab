// SPDX-License-Identifier: Apache-2.0
// Which request methods telemetry has names for. Every other is `_OTHER`, so that a client that
// makes methods up makes no series (semantic conventions 1.41, http.request.method). Immutable
// after construction: any thread may use it.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/calls.hpp"

namespace obi::protocol::http1 {

using model::kOtherMethod;

/// Those of RFC 9110 section 9.3 and PATCH (RFC 5789), the conventions' stable ones.
std::span<const std::string_view> default_methods();

class Methods {
 public:
  /// `names` replaces the default as a whole; empty: the default.
  explicit Methods(std::vector<std::string> names = {}) : names_(std::move(names)) {}

  /// The method as static text, or as text of this object; kOtherMethod for one that isn't known.
  /// Compared by case, as methods are.
  [[nodiscard]] std::string_view name_of(std::string_view method) const;
  /// Its names are its own, not static.
  [[nodiscard]] bool is_custom() const { return !names_.empty(); }

 private:
  std::vector<std::string> names_;
};

/// What a span says of a method.
struct MethodName {
  std::string_view name;      ///< http.request.method
  std::string_view original;  ///< http.request.method_original: as sent, if that is something else
};
/// `methods` null: the default.
MethodName name_of(std::string_view method, const Methods* methods);

}  // namespace obi::protocol::http1
