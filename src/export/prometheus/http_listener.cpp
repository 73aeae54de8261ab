// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/http_listener.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>
#include <map>
#include <thread>
#include <utility>

#include "export/prometheus/bounded_server.hpp"

namespace obi::exporting {
namespace {

struct Path {
  std::vector<HttpListener::PageMaker> makers;
  std::atomic<std::uint64_t> requests = 0;
};

HttpPage joined_page(const Path& path) {
  HttpPage page;
  bool is_first = true;
  for (const auto& maker : path.makers) {
    HttpPage part = maker();
    if (is_first) {
      page = std::move(part);
    } else {
      page.status = std::max(page.status, part.status);
      page.body += part.body;
    }
    is_first = false;
  }
  return page;
}

HttpPage page_or_error(const std::string& name, const Path& path) {
  try {
    return joined_page(path);
  } catch (const std::exception& error) {
    spdlog::error("making a page failed path={} error=\"{}\"", name, error.what());
    return {.status = 500, .content_type = "text/plain", .body = "internal error\n"};
  }
}

}  // namespace

struct HttpListener::Impl {
  explicit Impl(Options listener_options)
      : options(std::move(listener_options)),
        server(std::chrono::milliseconds(options.request_timeout_ms)) {}

  int bind();
  void answer(const httplib::Request& request, httplib::Response& response);

  Options options;
  std::map<std::string, Path> paths;
  BoundedServer server;
  std::thread accepting;
  std::atomic<bool> has_ended = false;
  std::uint16_t port = 0;
};

/// The port, or -1. IPv6 sockets take IPv4 too; machines without IPv6 get an IPv4 socket.
int HttpListener::Impl::bind() {
  for (const char* address : {"::", "0.0.0.0"}) {
    errno = 0;
    if (options.port == 0) {
      const int any = server.bind_to_any_port(address);
      if (any > 0) return any;
    } else if (server.bind_to_port(address, options.port)) {
      return options.port;
    }
    if (errno == EADDRINUSE || errno == EACCES) return -1;
  }
  return -1;
}

void HttpListener::Impl::answer(const httplib::Request& request, httplib::Response& response) {
  const auto found = paths.find(request.path);
  if (found == paths.end()) {
    response.status = 404;
    response.set_content("not found\n", "text/plain");
  } else if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
    response.set_header("Allow", "GET, HEAD");
  } else {
    found->second.requests.fetch_add(1, std::memory_order_relaxed);
    auto page = page_or_error(found->first, found->second);
    response.status = page.status;
    response.set_content(std::move(page.body), page.content_type);
  }
}

HttpListener::HttpListener(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpListener::~HttpListener() { stop(); }

void HttpListener::mount(const std::string& path, PageMaker maker) {
  impl_->paths[path].makers.push_back(std::move(maker));
}

base::Result<void> HttpListener::start() {
  auto& impl = *impl_;
  // Paths are looked up by name: httplib's own routing would run a regular expression over hostile
  // text.
  impl.server.set_pre_routing_handler([&impl](const auto& request, auto& response) {
    impl.answer(request, response);
    return httplib::Server::HandlerResponse::Handled;
  });
  const int port = impl.bind();
  if (port < 0) {
    return base::fail("cannot listen on port " + std::to_string(impl.options.port) + " (" +
                          impl.options.port_key + ")",
                      errno);
  }
  impl.port = static_cast<std::uint16_t>(port);
  impl.accepting = std::thread([&impl] {
    impl.server.listen_after_bind();
    impl.has_ended = true;
  });
  ::pthread_setname_np(impl.accepting.native_handle(), "obi-http-accept");
  // stop() has no effect on a server that does not run yet.
  while (!impl.server.is_running() && !impl.has_ended)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return {};
}

void HttpListener::stop() {
  auto& impl = *impl_;
  if (!impl.accepting.joinable()) return;
  impl.server.end_connections();
  impl.server.stop();
  impl.accepting.join();
}

std::uint16_t HttpListener::port() const { return impl_->port; }

std::vector<HttpListener::PathRequests> HttpListener::requests() const {
  std::vector<PathRequests> result;
  for (const auto& [name, path] : impl_->paths) {
    result.push_back({impl_->port, name, path.requests.load(std::memory_order_relaxed)});
  }
  return result;
}

}  // namespace obi::exporting
