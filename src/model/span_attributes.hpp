// SPDX-License-Identifier: Apache-2.0
// The attributes that a span can be asked for by name, in the form that metrics give them: text,
// with unresolved addresses renamed. For what takes attribute names from the configuration and
// compares texts.
#pragma once
#include <optional>
#include <string_view>

#include "base/arena.hpp"
#include "model/span.hpp"
#include "model/span_addresses.hpp"

namespace obi::model {

struct AttributeRow;

/// A known attribute. Cheap to copy; valid for the life of the program.
class SpanAttribute {
 public:
  /// `name` with dots or underscores; nullopt if there is no such attribute.
  static std::optional<SpanAttribute> find(std::string_view name);

  /// With dots where the attribute has dots.
  [[nodiscard]] std::string_view name() const;
  /// What the span says, else its service's metadata; "" if neither has it. Numbers are decimal.
  /// Not redacted. Lives as long as the span, `names` and `scratch`.
  std::string_view value(const Span& span, const UnresolvedNames& names,
                         base::Arena& scratch) const;

 private:
  explicit SpanAttribute(const AttributeRow& row) : row_(&row) {}
  const AttributeRow* row_;
};

}  // namespace obi::model
