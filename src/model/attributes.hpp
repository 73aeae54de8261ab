// SPDX-License-Identifier: Apache-2.0
// The one table of attributes: the families of spans and the rows of each
// (attributes_<family>.hpp). A new family is a line here. Constant data.
#pragma once
#include <array>
#include <span>
#include <string_view>

#include "model/attribute_row.hpp"
#include "model/attributes_common.hpp"
#include "model/attributes_database.hpp"
#include "model/attributes_dns.hpp"
#include "model/attributes_http.hpp"
#include "model/attributes_messaging.hpp"
#include "model/attributes_rpc.hpp"
#include "model/attributes_service.hpp"

namespace obi::model {

/// Every row; of rows of one name the first is the one that metrics and filters read.
inline constexpr std::array kAttributeFamilies = {
    std::span<const AttributeRow>(kCommonAttributes),
    std::span<const AttributeRow>(kConnectionAttributes),
    std::span<const AttributeRow>(kHttpAttributes),
    std::span<const AttributeRow>(kDatabaseAttributes),
    std::span<const AttributeRow>(kMessagingAttributes),
    std::span<const AttributeRow>(kRpcAttributes),
    std::span<const AttributeRow>(kDnsAttributes),
    std::span<const AttributeRow>(kDerivedAttributes),
    std::span<const AttributeRow>(kServiceAttributes),
    std::span<const AttributeRow>(kKubernetesAttributes),
    std::span<const AttributeRow>(kUnusedAttributes),
};

/// Calls `visit.template operator()<rows>()` for the family of the span: what its type and its call
/// say it is of.
template <typename Visit>
void visit_family(const Span& span, const Visit& visit) {
  if (is_http(span.type)) return visit.template operator()<kHttpAttributes>();
  if (span.database != nullptr) return visit.template operator()<kDatabaseAttributes>();
  if (span.messaging != nullptr) return visit.template operator()<kMessagingAttributes>();
  if (span.rpc != nullptr) return visit.template operator()<kRpcAttributes>();
  if (span.dns != nullptr) return visit.template operator()<kDnsAttributes>();
  visit.template operator()<kConnectionAttributes>();
}

/// The types of spans that a family may have; less than all where its type alone makes a span one.
template <const auto& kRows>
inline constexpr EventTypeSet kFamilyTypes = EventTypeSet::all();
template <>
inline constexpr EventTypeSet kFamilyTypes<kHttpAttributes> = {EventType::kHttpClient,
                                                               EventType::kHttpServer};

/// `name` with dots or underscores; null if there is no such attribute.
const AttributeRow* find_attribute(std::string_view name);
/// Of a row without getter of the span: what the service says, else its metadata; absent without.
AttributeView read_of_service(const AttributeRow& row, const Service& service,
                              base::Arena& scratch);

/// The attributes that the `traces` section of attributes.select chooses, in the order of the
/// table.
inline constexpr std::size_t kTraceOptionCount = [] {
  std::size_t count = 0;
  for (const auto family : kAttributeFamilies) {
    for (const AttributeRow& row : family) count += row.option != TraceOption::kNone ? 1 : 0;
  }
  return count;
}();
inline constexpr auto kTraceOptions = [] {
  std::array<const AttributeRow*, kTraceOptionCount> options{};
  std::size_t next = 0;
  for (const auto family : kAttributeFamilies) {
    for (const AttributeRow& row : family) {
      if (row.option != TraceOption::kNone) options[next++] = &row;
    }
  }
  return options;
}();

}  // namespace obi::model
