// SPDX-License-Identifier: Apache-2.0
#include "discover/listening_ports.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/fd.hpp"
#include "discover/fake_proc.hpp"

namespace obi::discover {
namespace {

using Ports = std::vector<std::uint16_t>;

struct Listener {
  base::Fd socket_fd;
  std::uint16_t port = 0;
};

Listener listen_somewhere(int family) {
  Listener listener{.socket_fd = base::Fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  if (listen(listener.socket_fd.get(), 4) != 0) return listener;
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getsockname(listener.socket_fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  listener.port = ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);  // same place
  return listener;
}

Process self(const Proc& proc) { return *proc.read(static_cast<std::uint32_t>(getpid())); }

TEST(ParseProcNetTcp, TakesListeningRowsOnly) {
  ListeningSockets sockets;
  parse_proc_net_tcp(
      "  sl  local_address rem_address   st\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 111 1 0\n"
      "   1: 0100007F:1F91 0100007F:C001 01 00000000:00000000 00:00000000 00000000 0 0 222 1 0\n"
      "   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A "
      "00000000:00000000 00:00000000 00000000 0 0 333 1 0\n"
      "garbage\n"
      "   3: nonsense 0 0A a b c d e f",
      sockets);
  EXPECT_EQ(sockets, (ListeningSockets{{111, 8080}, {333, 80}}));
}

TEST(ListeningPorts, FindsThePortsOfThisProcess) {
  const Listener v4 = listen_somewhere(AF_INET);
  const Listener v6 = listen_somewhere(AF_INET6);
  ASSERT_NE(v4.port, 0);
  const Proc proc;
  const Process process = self(proc);
  ListeningPorts ports(proc, process.net_namespace);
  const Ports found = ports.of(process);
  EXPECT_EQ(std::ranges::count(found, v4.port), 1);
  if (v6.port != 0) {
    EXPECT_EQ(std::ranges::count(found, v6.port), 1);
  }
}

TEST(ListeningPorts, TheDigestChangesWithTheSockets) {
  const Proc proc;
  const Process process = self(proc);
  ListeningPorts ports(proc, process.net_namespace);
  const auto before = ports.digest(process);
  const Listener listener = listen_somewhere(AF_INET);
  EXPECT_EQ(ports.digest(process), before);  // still the same view
  ports.refresh();
  EXPECT_NE(ports.digest(process), before);
}

TEST(ListeningPorts, LooksIntoOtherNetworkNamespaces) {
  std::array<int, 2> ready{};
  std::array<int, 2> stop{};
  ASSERT_EQ(pipe(ready.data()), 0);
  ASSERT_EQ(pipe(stop.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(stop[1]);
    std::uint16_t port = 0;
    Listener listener;
    if (unshare(CLONE_NEWNET) == 0) {
      listener = listen_somewhere(AF_INET);
      port = listener.port;
    }
    char none = 0;
    const bool reported = write(ready[1], &port, sizeof(port)) == sizeof(port);
    _exit(reported && read(stop[0], &none, 1) == 0 ? 0 : 1);
  }
  std::uint16_t port = 0;
  ASSERT_EQ(read(ready[0], &port, sizeof(port)), static_cast<ssize_t>(sizeof(port)));
  const Proc proc;
  const auto process = proc.read(static_cast<std::uint32_t>(child));
  ListeningPorts ports(proc, self(proc).net_namespace);
  const Ports found = process ? ports.of(*process) : Ports{};
  for (const int fd : {stop[0], stop[1], ready[0], ready[1]}) close(fd);
  waitpid(child, nullptr, 0);
  if (port == 0) GTEST_SKIP() << "a network namespace needs privileges";
  EXPECT_EQ(found, Ports{port});
}

TEST(ListeningPorts, ASocketThatWasInheritedCounts) {
  FakeProc tree;
  tree.put({.pid = 10, .listening = {{500, 8080}, {501, 9090}}, .sockets = {7, 500}});
  tree.put({.pid = 11, .listening = {{500, 8080}, {501, 9090}}, .sockets = {500, 501}});
  tree.put({.pid = 12, .listening = {{500, 8080}, {501, 9090}}, .sockets = {7}});
  const Proc proc(tree.root());
  ListeningPorts ports(proc, 0);
  EXPECT_EQ(ports.of(*proc.read(10)), Ports{8080});
  EXPECT_EQ(ports.of(*proc.read(11)), (Ports{8080, 9090}));
  EXPECT_EQ(ports.of(*proc.read(12)), Ports{});
}

}  // namespace
}  // namespace obi::discover
