// SPDX-License-Identifier: Apache-2.0
// From the bytes of one ring-buffer (or recording) record to the model's types. The only place that
// knows both.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "model/segment.hpp"

namespace obi::capture {

/// A process's service, as written to a recording; `json` is the text that recording.hpp reads and
/// writes.
struct ServiceRecord {
  std::uint32_t pid = 0;
  std::string_view json;
};

/// An exec of a process that is captured.
struct ExecRecord {
  model::ProcessEvent event;
  std::string executable;  ///< path of what runs, as far as the kernel said it: maybe relative
};

struct UndecodableRecord {};

/// Views point into the record.
using Record = std::variant<UndecodableRecord, model::Segment, model::ConnectionOpened,
                            model::ConnectionClosed, model::ConnectFailed, model::ProcessEvent,
                            ExecRecord, ServiceRecord>;

/// Checks every length against the record's size; anything that doesn't fit is UndecodableRecord.
/// `context` is where a segment's context is put, if it has one.
Record decode_record(std::span<const std::byte> record, model::SegmentContext& context);

}  // namespace obi::capture
