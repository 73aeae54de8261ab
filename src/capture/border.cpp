// SPDX-License-Identifier: Apache-2.0
// Holds the enums of bpf/shared and of src/model against each other: a value that crosses the
// border is cast, not translated, so both sides must number it alike.
#include <type_traits>

#include "bpf/shared/process_event.h"
#include "bpf/shared/segment.h"
#include "model/segment.hpp"

namespace obi::capture {
namespace {

template <typename Enum>
constexpr bool is_same(Enum model, int kernel) {
  return static_cast<std::underlying_type_t<Enum>>(model) == kernel;
}

using model::CaptureMode;
using model::ConnectionEnd;
using model::ConnectionRole;
using model::Direction;
using model::ProcessEventKind;
using model::Source;

static_assert(is_same(Direction::kReceive, OBI_RECEIVE));
static_assert(is_same(Direction::kSend, OBI_SEND));

static_assert(is_same(Source::kPlain, OBI_SOURCE_PLAIN));
static_assert(is_same(Source::kTls, OBI_SOURCE_TLS));
static_assert(is_same(Source::kGo, OBI_SOURCE_GO));
static_assert(model::kSources == OBI_SOURCE_COUNT);

static_assert(is_same(CaptureMode::kHead, OBI_MODE_HEAD));
static_assert(is_same(CaptureMode::kStream, OBI_MODE_STREAM));
static_assert(is_same(CaptureMode::kSilent, OBI_MODE_SILENT));

static_assert(is_same(ConnectionRole::kUnknown, OBI_ROLE_UNKNOWN));
static_assert(is_same(ConnectionRole::kClient, OBI_ROLE_CLIENT));
static_assert(is_same(ConnectionRole::kServer, OBI_ROLE_SERVER));

static_assert(is_same(ConnectionEnd::kUnknown, OBI_END_UNKNOWN));
static_assert(is_same(ConnectionEnd::kClosed, OBI_END_CLOSED));
static_assert(is_same(ConnectionEnd::kAborted, OBI_END_ABORTED));
static_assert(is_same(ConnectionEnd::kPeerClosed, OBI_END_PEER_CLOSED));
static_assert(is_same(ConnectionEnd::kPeerReset, OBI_END_PEER_RESET));
static_assert(is_same(ConnectionEnd::kTimedOut, OBI_END_TIMED_OUT));

static_assert(is_same(ProcessEventKind::kExec, OBI_PROCESS_EXEC));
static_assert(is_same(ProcessEventKind::kFork, OBI_PROCESS_FORK));
static_assert(is_same(ProcessEventKind::kExit, OBI_PROCESS_EXIT));
static_assert(is_same(ProcessEventKind::kListen, OBI_PROCESS_LISTEN));

}  // namespace
}  // namespace obi::capture
