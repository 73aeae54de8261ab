// SPDX-License-Identifier: Apache-2.0
#include "discover/listening_ports.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>
#include <thread>

#include "base/fd.hpp"

namespace obi::discover {
namespace {

constexpr std::size_t kReplyBytes = 64 * 1024;  // the kernel's messages have at most 32 KiB
constexpr std::size_t kMaxSockets = 65'536;
constexpr timeval kPatience{.tv_sec = 1, .tv_usec = 0};
constexpr std::size_t kMaxTcpText = 1024 * 1024;  // listening sockets come first in the file

base::Fd open_diag() {
  base::Fd diag(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (diag) setsockopt(diag.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  return diag;
}

// A socket belongs to the namespace its maker is in, so a thread enters that one, and ends.
base::Fd open_diag_in(const std::string& namespace_path) {
  base::Fd diag;
  try {
    std::thread([&] {
      const base::Fd target(open(namespace_path.c_str(), O_RDONLY | O_CLOEXEC));
      if (target && setns(target.get(), CLONE_NEWNET) == 0) diag = open_diag();
    }).join();
  } catch (const std::system_error&) {  // no thread to be had: as if it couldn't be entered
  }
  return diag;
}

enum class Answer : std::uint8_t {
  kGoesOn,
  kComplete,
  kUnusable,
  kUnsupported,  // this kernel has no inet_diag; it looked for a module in vain
};

Answer meaning_of_error(const nlmsghdr& header) {
  if (header.nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr))) return Answer::kUnusable;
  const auto* reply = static_cast<const nlmsgerr*>(NLMSG_DATA(&header));
  return reply->error == -ENOENT ? Answer::kUnsupported : Answer::kUnusable;
}

// Reads one message of the answer.
Answer read_reply(const std::vector<char>& reply, std::size_t size, ListeningSockets& sockets) {
  auto left = static_cast<unsigned>(size);
  for (const auto* header = reinterpret_cast<const nlmsghdr*>(reply.data()); NLMSG_OK(header, left);
       header = NLMSG_NEXT(header, left)) {
    if (header->nlmsg_type == NLMSG_DONE) return Answer::kComplete;
    if (header->nlmsg_type == NLMSG_ERROR) return meaning_of_error(*header);
    if (header->nlmsg_len < NLMSG_LENGTH(sizeof(inet_diag_msg))) return Answer::kUnusable;
    const auto* found = static_cast<const inet_diag_msg*>(NLMSG_DATA(header));
    if (sockets.size() < kMaxSockets) sockets[found->idiag_inode] = ntohs(found->id.idiag_sport);
  }
  return Answer::kGoesOn;
}

// sock_diag(7).
Answer ask(const base::Fd& diag, int family, ListeningSockets& sockets) {
  struct {
    nlmsghdr header;
    inet_diag_req_v2 request;
  } question{};
  question.header.nlmsg_len = sizeof(question);
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  question.request.sdiag_family = static_cast<__u8>(family);
  question.request.sdiag_protocol = IPPROTO_TCP;
  question.request.idiag_states = 1U << TCP_LISTEN;
  if (send(diag.get(), &question, sizeof(question), 0) < 0) return Answer::kUnusable;
  std::vector<char> reply(kReplyBytes);
  while (true) {
    const ssize_t size = recv(diag.get(), reply.data(), reply.size(), 0);
    if (size <= 0) return Answer::kUnusable;
    const Answer answer = read_reply(reply, static_cast<std::size_t>(size), sockets);
    if (answer != Answer::kGoesOn) return answer;
  }
}

std::uint64_t digest_of(const ListeningSockets& sockets) {
  std::uint64_t digest = 0xcbf29ce484222325U;  // FNV-1a, by inode
  for (const auto& [inode, port] : sockets) digest = (digest ^ inode) * 0x100000001b3U;
  return digest;
}

}  // namespace

void parse_proc_net_tcp(std::string_view text, ListeningSockets& sockets) {
  constexpr std::string_view kListening = "0A";
  std::size_t at = text.find('\n');  // behind the headings
  while (at != std::string_view::npos && at + 1 < text.size() && sockets.size() < kMaxSockets) {
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
    if (port != 0 && inode != 0) sockets[inode] = port;
  }
}

// False if the kernel can't answer. One that lacks the means is not asked again: each time it would
// start modprobe.
bool ListeningPorts::read_diag(const Process& process, ListeningSockets& sockets) {
  if (!has_diag_) return false;
  const bool own = process.net_namespace == own_namespace_;
  const base::Fd diag = own ? open_diag() : open_diag_in(proc_.path(process.pid, "ns/net"));
  if (!diag) return false;
  Answer answer = ask(diag, AF_INET, sockets);
  if (answer == Answer::kUnsupported) has_diag_ = false;
  if (answer == Answer::kComplete) answer = ask(diag, AF_INET6, sockets);
  return answer == Answer::kComplete;
}

const ListeningPorts::Table& ListeningPorts::table(const Process& process) {
  const auto [entry, fresh] = tables_.try_emplace(process.net_namespace);
  Table& table = entry->second;
  if (!fresh) return table;
  if (!read_diag(process, table.sockets)) {
    for (const char* name : {"net/tcp", "net/tcp6"}) {
      parse_proc_net_tcp(proc_.text(process.pid, name, kMaxTcpText), table.sockets);
    }
  }
  table.digest = digest_of(table.sockets);
  return table;
}

std::vector<std::uint16_t> ListeningPorts::of(const Process& process) {
  std::vector<std::uint16_t> ports;
  const ListeningSockets& sockets = table(process).sockets;
  if (sockets.empty()) return ports;
  for (const std::uint64_t inode : proc_.socket_inodes(process.pid)) {
    const auto found = sockets.find(inode);
    if (found != sockets.end()) ports.push_back(found->second);
  }
  std::ranges::sort(ports);
  ports.erase(std::ranges::unique(ports).begin(), ports.end());
  return ports;
}

std::uint64_t ListeningPorts::digest(const Process& process) { return table(process).digest; }

}  // namespace obi::discover
