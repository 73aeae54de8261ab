// SPDX-License-Identifier: Apache-2.0
#include "discover/listening_ports.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/fd.hpp"

namespace obi::discover {
namespace {

using Ports = std::map<std::uint64_t, std::uint16_t>;

constexpr std::size_t kReplyBytes = 64 * 1024;

// False if the kernel doesn't answer; sock_diag(7).
bool ask_sock_diag(int family, Ports& ports) {
  const base::Fd socket_fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!socket_fd) return false;
  struct {
    nlmsghdr header;
    inet_diag_req_v2 request;
  } question{};
  question.header = {.nlmsg_len = sizeof(question),
                     .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                     .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                     .nlmsg_seq = 1,
                     .nlmsg_pid = 0};
  question.request.sdiag_family = static_cast<__u8>(family);
  question.request.sdiag_protocol = IPPROTO_TCP;
  question.request.idiag_states = 1U << TCP_LISTEN;
  if (send(socket_fd.get(), &question, sizeof(question), 0) < 0) return false;
  std::vector<char> reply(kReplyBytes);
  while (true) {
    const ssize_t size = recv(socket_fd.get(), reply.data(), reply.size(), 0);
    if (size <= 0) return false;
    auto left = static_cast<unsigned>(size);
    for (const auto* header = reinterpret_cast<const nlmsghdr*>(reply.data()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type == NLMSG_DONE) return true;
      if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_len < NLMSG_LENGTH(sizeof(inet_diag_msg))) return false;
      const auto* socket_info = static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
      ports[socket_info->idiag_inode] = ntohs(socket_info->id.idiag_sport);
    }
  }
}

}  // namespace

void parse_proc_net_tcp(std::string_view text, Ports& ports) {
  constexpr std::string_view kListening = "0A";
  std::size_t at = text.find('\n');  // behind the headings
  while (at != std::string_view::npos && at + 1 < text.size()) {
    const std::size_t end = text.find('\n', at + 1);
    std::string_view line = text.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    at = end;
    std::array<std::string_view, 10> fields;
    std::size_t count = 0;
    while (count < fields.size()) {
      const std::size_t first = line.find_first_not_of(' ');
      if (first == std::string_view::npos) break;
      line.remove_prefix(first);
      fields[count++] = line.substr(0, line.find(' '));
      line.remove_prefix(fields[count - 1].size());
    }
    if (count < fields.size() || fields[3] != kListening) continue;
    const std::size_t colon = fields[1].rfind(':');
    std::uint16_t port = 0;
    std::uint64_t inode = 0;
    const std::string_view hex = fields[1].substr(colon + 1);
    std::from_chars(hex.data(), hex.data() + hex.size(), port, 16);
    std::from_chars(fields[9].data(), fields[9].data() + fields[9].size(), inode);
    if (port != 0 && inode != 0) ports[inode] = port;
  }
}

Ports listening_ports(const Proc& proc, std::uint32_t pid, bool own_namespace) {
  Ports ports;
  if (own_namespace && ask_sock_diag(AF_INET, ports) && ask_sock_diag(AF_INET6, ports)) return ports;
  for (const char* name : {"net/tcp", "net/tcp6"}) {
    std::ifstream file(proc.path(pid, name));
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    parse_proc_net_tcp(text, ports);
  }
  return ports;
}

}  // namespace obi::discover
