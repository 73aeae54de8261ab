// SPDX-License-Identifier: Apache-2.0
#include "capture/self_check.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>

#include "base/fd.hpp"
#include "capture/record.hpp"

namespace obi::capture {
namespace {

// No two stretches are equal; short enough for the smallest ring.
std::string known_bytes() {
  std::string bytes;
  for (int i = 0; bytes.size() < 600; ++i) bytes += "obi self-check " + std::to_string(i) + '\n';
  return bytes;
}

// The last number of NSpid is the innermost one, the first that of /proc's own namespace.
PidIdentity own_identity() {
  PidIdentity identity;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("NSpid:")) continue;
    std::istringstream numbers(line.substr(6));
    numbers >> identity.pid;
    identity.ns_pid = identity.pid;
    for (std::uint32_t inner = 0; numbers >> inner;) identity.ns_pid = inner;
  }
  struct stat info{};
  if (stat("/proc/self/ns/pid", &info) == 0)
    identity.pid_namespace = static_cast<std::uint32_t>(info.st_ino);
  return identity;
}

struct Ends {
  base::Fd client;
  base::Fd server;
};

base::Result<Ends> connected_ends() {
  const base::Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener.get(), generic, size) != 0 || listen(listener.get(), 1) != 0 ||
      getsockname(listener.get(), generic, &size) != 0) {
    return base::fail("listening on loopback", errno);
  }
  Ends ends{.client = base::Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), .server = {}};
  if (connect(ends.client.get(), generic, size) != 0)
    return base::fail("connecting over loopback", errno);
  ends.server = base::Fd(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (ends.server.get() < 0) return base::fail("accepting over loopback", errno);
  return ends;
}

base::Result<void> exchange(const std::string& bytes) {
  const Ends ends = OBI_TRY(connected_ends());
  std::string received(bytes.size(), '\0');
  const auto size = static_cast<ssize_t>(bytes.size());
  if (send(ends.client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != size ||
      recv(ends.server.get(), received.data(), received.size(), MSG_WAITALL) != size) {
    return base::fail("sending over loopback", errno);
  }
  return {};
}

}  // namespace

base::Result<void> self_check(Tracer& tracer) {
  const PidIdentity self = own_identity();
  const std::string bytes = known_bytes();
  if (auto allowed = tracer.allow(self); !allowed) return allowed;
  auto exchanged = exchange(bytes);
  tracer.block(self);
  if (!exchanged) return exchanged;

  std::string sent;
  std::string received;
  tracer.drain([&](std::span<const std::byte> record) {
    model::SegmentContext context;
    const Record decoded = decode_record(record, context);
    const auto* segment = std::get_if<model::Segment>(&decoded);
    if (segment == nullptr || segment->pid != self.pid) return;
    (segment->direction == model::Direction::kSend ? sent : received)
        .append(reinterpret_cast<const char*>(segment->payload.data()), segment->payload.size());
  });
  if (sent != bytes) return base::fail("sent bytes are not reported as they are");
  if (received != bytes) return base::fail("received bytes are not reported as they are");
  return {};
}

}  // namespace obi::capture
