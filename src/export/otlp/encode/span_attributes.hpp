// SPDX-License-Identifier: Apache-2.0
// The attributes of a span in OTLP: the rows of its family (model/attributes.hpp).
// docs/telemetry.md lists them. Internal to the trace encoder.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/arena.hpp"
#include "export/otlp/encode/proto_buffer.hpp"
#include "metrics/attribute_selection.hpp"
#include "model/query_redaction.hpp"
#include "model/span.hpp"

namespace obi::exporting::otlp {

/// Which of the attributes of the `traces` section of attributes.select are selected.
class OptionalAttributes {
 public:
  explicit OptionalAttributes(const metrics::AttributeSelection& selection);
  /// Of a name that is an option (model::kTraceOptions).
  [[nodiscard]] bool has(std::string_view name) const;
  /// … by its number there.
  [[nodiscard]] bool has(unsigned option) const { return (selected_ >> option & 1U) != 0; }

 private:
  std::uint32_t selected_ = 0;
};

/// Writes into a Span what its type and its call say it has.
void add_span_attributes(ProtoBuffer& out, const model::Span& span,
                         const OptionalAttributes& selected, const model::QueryRedaction& redaction,
                         base::Arena& scratch);
/// The status message of a span that is an error; mostly empty.
std::string_view status_message(const model::Span& span, const OptionalAttributes& selected,
                                base::Arena& scratch);

}  // namespace obi::exporting::otlp
