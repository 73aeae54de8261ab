// SPDX-License-Identifier: Apache-2.0
// Reads a selected attribute for a span, without allocating: from the span itself, from its
// service, or from its service's metadata. Built once per selected attribute.
#pragma once
#include <string>
#include <string_view>

#include "base/arena.hpp"
#include "metrics/series_key.hpp"
#include "model/attribute_row.hpp"

namespace obi::metrics {

struct ReaderOptions {
  bool omitted_as_empty = false;  ///< Prometheus: the label set is fixed
};

class AttributeReader {
 public:
  /// `name` as the table of attributes has it; what is not there is always absent.
  AttributeReader(std::string_view name, const ReaderOptions& options);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The same for every span of a service.
  [[nodiscard]] bool is_of_service() const { return get_ == nullptr; }
  /// If it is: text is valid UTF-8 and lives as long as the service and `scratch`.
  AttributeView read(const model::Service& service, base::Arena& scratch) const;
  /// If it is not. Addresses without name are as `from` has them renamed.
  void read(const model::AttributeSource& from, ValueBytes& values) const;

 private:
  std::string name_;
  const model::AttributeRow* row_;
  model::AttributeGetter get_;
  bool omits_absent_;
  bool omits_empty_ = false;
  bool is_ascii_ = false;
};

}  // namespace obi::metrics
