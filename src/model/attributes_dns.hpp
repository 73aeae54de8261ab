// SPDX-License-Identifier: Apache-2.0
// Attributes of DNS look-ups. See attribute_row.hpp.
#pragma once
#include <array>

#include "model/attributes_common.hpp"

namespace obi::model {

namespace attribute {

inline AttributeView rcode_name(const AttributeSource& from) {
  return from.span.failure == Failure::kNone ? AttributeView(dns_rcode_name(from.span.status))
                                             : AttributeView();
}

}  // namespace attribute

inline constexpr std::array kDnsAttributes = {
    kClientAddress,
    kServerAddress,
    kServerPort,
    AttributeRow{.name = "dns.answers",
                 .get = attribute::text_of<&Span::dns, &DnsLookup::answers>,
                 .otlp = Show::kAlways,
                 .json = {.key = "answers"}},
    AttributeRow{.name = "dns.question.name",
                 .get = attribute::text_with<&Span::dns, &Span::path>,
                 .otlp = Show::kUnlessEmpty,
                 .option = TraceOption::kOnByDefault,
                 .json = {.key = "name"}},
    AttributeRow{.get = attribute::rcode_name, .json = {.key = "status"}},
    AttributeRow{.get = attribute::text<&Span::method>, .json = {.key = "type"}},
};

}  // namespace obi::model
