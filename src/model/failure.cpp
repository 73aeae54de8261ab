// SPDX-License-Identifier: Apache-2.0
#include "model/failure.hpp"

namespace obi::model {

std::string_view to_string(Failure failure) {
  switch (failure) {
    case Failure::kTimeout: return "timeout";
    case Failure::kReset: return "reset";
    case Failure::kEof: return "eof";
    case Failure::kCancelled: return "cancelled";
    case Failure::kOther: return "_OTHER";
    case Failure::kNone: break;
  }
  return {};
}

Failure failure_of(ConnectionEnd end, bool is_client) {
  switch (end) {
    case ConnectionEnd::kClosed: return is_client ? Failure::kCancelled : Failure::kEof;
    case ConnectionEnd::kAborted: return is_client ? Failure::kCancelled : Failure::kReset;
    case ConnectionEnd::kPeerClosed: return is_client ? Failure::kEof : Failure::kCancelled;
    case ConnectionEnd::kPeerReset: return Failure::kReset;
    case ConnectionEnd::kTimedOut: return Failure::kTimeout;
    case ConnectionEnd::kStillOpen: return Failure::kNone;
    case ConnectionEnd::kUnknown: break;
  }
  return Failure::kOther;
}

}  // namespace obi::model
