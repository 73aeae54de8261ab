// SPDX-License-Identifier: Apache-2.0
#include "metrics/span_value.hpp"

namespace obi::metrics {
AttributeView span_value(const model::Span& span, SpanAttribute attribute,
                         const model::UnresolvedNames& names, base::Arena& scratch) {
  switch (attribute) {
    case SpanAttribute::kClientAddress: return model::client_address(span, names, scratch);
    case SpanAttribute::kMethod:
      return span.method.empty() ? AttributeView() : AttributeView(span.method);
    case SpanAttribute::kRoute: return span.route;
    case SpanAttribute::kScheme: return span.scheme;
    case SpanAttribute::kServerAddress: return model::server_address(span, names, scratch);
    case SpanAttribute::kServerPort: return std::int64_t{span.host.port};
    case SpanAttribute::kStatusCode: return std::int64_t{span.status};
    case SpanAttribute::kPath: return span.path;
  }
  return {};
}

}  // namespace obi::metrics
