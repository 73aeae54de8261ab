// SPDX-License-Identifier: Apache-2.0
#include "export/http/http_listener.hpp"

#include <netinet/in.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <exception>
#include <map>
#include <thread>
#include <utility>

#include "export/http/connection_loop.hpp"

namespace obi::exporting {
namespace {

struct Path {
  std::vector<HttpListener::PageMaker> makers;
  std::atomic<std::uint64_t> requests = 0;
};

/// An IPv6 socket takes IPv4 too. No SO_REUSEPORT: two agents could share a port unnoticed.
base::Fd listen_on(int family, std::uint16_t port) {
  base::Fd socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {};
  const int on = 1;
  const int off = 0;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  const bool is_v6 = family == AF_INET6;
  if (is_v6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  const auto* address =
      is_v6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  if (::bind(socket.get(), address, is_v6 ? sizeof v6 : sizeof v4) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    const int error = errno;
    socket.reset();
    errno = error;
  }
  return socket;
}

std::uint16_t port_of(const base::Fd& socket) {
  sockaddr_in6 address{};  // sin6_port lies where sin_port does
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin6_port);
}

}  // namespace

struct HttpListener::Impl {
  explicit Impl(Options listener_options) : options(std::move(listener_options)) {}

  ResponseStream answer(const RequestHead& request);

  Options options;
  std::map<std::string, Path> paths;
  std::unique_ptr<ConnectionLoop> loop;
  std::thread thread;
  std::uint16_t port = 0;
};

ResponseStream HttpListener::Impl::answer(const RequestHead& request) {
  const auto found = paths.find(request.path);
  if (found == paths.end()) return ResponseStream::error(request, 404);
  if (request.method == Method::kOther) return ResponseStream::error(request, 405);
  found->second.requests.fetch_add(1, std::memory_order_relaxed);
  try {
    std::vector<HttpPage> pages;
    for (const auto& maker : found->second.makers) pages.push_back(maker());
    return ResponseStream(request, std::move(pages));
  } catch (const std::exception& error) {
    spdlog::error("making a page failed path={} error=\"{}\"", found->first, error.what());
    return ResponseStream::error(request, 500);
  }
}

HttpListener::HttpListener(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpListener::~HttpListener() { stop(); }

void HttpListener::mount(const std::string& path, PageMaker maker) {
  impl_->paths[path].makers.push_back(std::move(maker));
}

base::Result<void> HttpListener::start() {
  auto& impl = *impl_;
  base::Fd socket = listen_on(AF_INET6, impl.options.port);
  if (!socket && errno != EADDRINUSE && errno != EACCES)
    socket = listen_on(AF_INET, impl.options.port);  // a machine without IPv6
  if (!socket) {
    return base::fail("cannot listen on port " + std::to_string(impl.options.port) + " (" +
                          impl.options.port_key + ")",
                      errno);
  }
  impl.port = port_of(socket);
  impl.loop = std::make_unique<ConnectionLoop>(
      std::move(socket), impl.options.limits,
      [&impl](const RequestHead& request) { return impl.answer(request); });
  if (auto opened = impl.loop->open(); !opened) return opened;
  impl.thread = std::thread([&impl] { impl.loop->run(); });
  ::pthread_setname_np(impl.thread.native_handle(), "obi-http");
  return {};
}

void HttpListener::stop() {
  auto& impl = *impl_;
  if (!impl.thread.joinable()) return;
  impl.loop->stop();
  impl.thread.join();
  impl.loop.reset();
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
