// SPDX-License-Identifier: Apache-2.0
// The agent's HTTP listener: pages for scrapers and probes, on all addresses, plain HTTP/1.0 and
// 1.1 with kept connections and pipelining, GET and HEAD, gzip. Several pages share one listener.
// Input is hostile: one thread reads heads and writes responses without ever waiting for a client,
// and a page is made only for a request that is whole, so silent and slow clients cost a descriptor
// each and delay no other client. Limits: http_limits.hpp. `start` and `stop` belong to one thread;
// pages are made on two worker threads.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "export/http/http_limits.hpp"
#include "export/http/http_page.hpp"

namespace obi::exporting {

class HttpListener {
 public:
  struct Options {
    std::uint16_t port = 0;                           ///< 0: any free one, see `port()`
    std::string port_key = "prometheus_export.port";  ///< the setting, for the error message
    HttpLimits limits;
  };
  /// Makes the page; called by two threads at once at most. An exception becomes status 500.
  /// A large page is given in pieces: HttpPage::more.
  using PageMaker = std::function<HttpPage()>;

  explicit HttpListener(Options options);
  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  /// Before `start`. `path` begins with '/'. Pages mounted on the same path are joined, in this
  /// order.
  void mount(const std::string& path, PageMaker maker);
  /// Binds and begins to answer. The error is one line that names the port and its setting.
  base::Result<void> start();
  /// Ends open connections and waits for the threads. Idempotent; the destructor does it too.
  void stop();

  /// The port that is listened on; 0 before `start`.
  [[nodiscard]] std::uint16_t port() const;

  struct PathRequests {
    std::uint16_t port = 0;
    std::string path;
    std::uint64_t requests = 0;
  };
  /// Answered requests of each mounted path. Thread-safe after `start`.
  [[nodiscard]] std::vector<PathRequests> requests() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace obi::exporting
