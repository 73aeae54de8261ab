// SPDX-License-Identifier: Apache-2.0
// What a page of the listener says. A large page is made a piece at a time (`more`): then neither
// the page nor what goes to a slow reader lies in memory whole.
#pragma once
#include <functional>
#include <string>

namespace obi::exporting {

/// What Prometheus expects of the text format, version 0.0.4.
inline constexpr const char* kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";

/// Appends the next piece of a page to `out`, some KiB, and returns whether another one follows.
/// Called by one thread at a time, as fast as the reader takes the pieces; destroyed early when the
/// connection ends. An exception ends the connection, so that the page can't be taken for whole.
using PageSource = std::function<bool(std::string& out)>;

struct HttpPage {
  int status = 200;
  std::string content_type = kPrometheusText;
  std::string body;                         ///< the page, or its beginning
  PageSource more = nullptr;                ///< what follows `body`; none: the page is `body`
  std::function<void()> on_sent = nullptr;  ///< the kernel has taken the whole page of a GET
};

}  // namespace obi::exporting
