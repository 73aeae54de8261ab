// SPDX-License-Identifier: Apache-2.0
#include "discover/service_naming.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <fstream>
#include <future>
#include <memory>
#include <system_error>
#include <thread>

#include "config/entry_list.hpp"

namespace obi::discover {
namespace {

constexpr auto kDnsPatience = std::chrono::seconds(2);

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

const std::string* find(const Environ& pairs, std::string_view name) {
  const auto found =
      std::ranges::find_if(pairs, [&](const auto& pair) { return pair.first == name; });
  return found == pairs.end() ? nullptr : &found->second;
}

// A value that starts with '$' is a template that was not expanded.
bool is_usable(const std::string* value) {
  return value != nullptr && !value->empty() && !value->starts_with('$');
}

bool is_localhost(std::string_view name) {
  return name.starts_with("localhost") || name.starts_with("ip6-localhost");
}

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

// What reverse DNS says of the host's addresses, else its canonical name; empty if neither is more
// than "localhost".
std::string qualified_name(const std::string& name) {
  addrinfo hints{};
  hints.ai_flags = AI_CANONNAME;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &raw) != 0 || raw == nullptr) return {};
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(raw);
  std::array<char, NI_MAXHOST> found{};
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
    if (getnameinfo(each->ai_addr, each->ai_addrlen, found.data(), found.size(), nullptr, 0,
                    NI_NAMEREQD) != 0)
      continue;
    std::string_view reverse = found.data();
    if (reverse.ends_with('.')) reverse.remove_suffix(1);
    if (!is_localhost(reverse)) return std::string(reverse);
  }
  const std::string canonical = addresses->ai_canonname == nullptr ? "" : addresses->ai_canonname;
  return is_localhost(canonical) ? std::string() : canonical;
}

// DNS may take long, and nothing may wait for it: the asking thread is left behind if it does.
std::string qualified_name_soon(const std::string& name) {
  std::promise<std::string> promise;
  auto answer = promise.get_future();
  try {
    std::thread([name, promise = std::move(promise)]() mutable {
      promise.set_value(qualified_name(name));
    }).detach();
  } catch (const std::system_error&) {
    return {};
  }
  return answer.wait_for(kDnsPatience) == std::future_status::ready ? answer.get() : std::string();
}

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// By its name, whether a variable of the agent may hold a credential: whoever starts a traced
/// process must not get it into telemetry by writing ${NAME}.
bool may_be_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kWords = {
      "HEADER", "TOKEN", "PASS", "SECRET", "KEY", "CREDENTIAL", "PROXY", "ENDPOINT", "AUTH"};
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return upper.find(word) != std::string::npos; });
}

void apply_entry(model::Service& service, const config::Selector& entry) {
  if (!entry.name.empty()) {
    service.name = entry.name;
    service.name_origin = model::NameOrigin::kSelector;
  }
  if (!entry.name_space.empty()) {
    service.name_space = entry.name_space;
    service.name_space_origin = model::NameOrigin::kSelector;
  }
  if (entry.exports) service.exports = *entry.exports;
  if (entry.sampler) service.sampler = entry.sampler;
  if (!entry.incoming_routes.empty()) service.incoming_routes = entry.incoming_routes;
  if (!entry.outgoing_routes.empty()) service.outgoing_routes = entry.outgoing_routes;
}

// Whatever was set for the process itself is stronger.
void apply_metadata(model::Service& service, const ServiceMetadata& metadata) {
  if (service.name.empty() && !metadata.name.empty()) {
    service.name = metadata.name;
    service.name_origin = model::NameOrigin::kMetadata;
  }
  if (service.name_space.empty() && !metadata.name_space.empty()) {
    service.name_space = metadata.name_space;
    service.name_space_origin = model::NameOrigin::kMetadata;
  }
  for (const auto& attribute : metadata.attributes) {
    const auto has_its_key = [&](const auto& own) { return own.first == attribute.first; };
    if (std::ranges::none_of(service.metadata, has_its_key)) service.metadata.push_back(attribute);
  }
}

}  // namespace

HostFacts read_host_facts(const HostOptions& options) {
  HostFacts facts{.name = options.override_name, .id = options.override_id};
  if (facts.name.empty()) {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    facts.name = name.data();
    if (options.resolve_by_dns) {
      const std::string qualified = qualified_name_soon(facts.name);
      if (!qualified.empty()) facts.name = qualified;
    }
  }
  for (const char* path : {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
    if (facts.id.empty()) facts.id = first_line(path);
  }
  return facts;
}

model::Service name_service(const Process& process, const Environ& environment,
                            model::Language language,
                            const std::vector<const config::Selector*>& matches,
                            const AgentFacts& agent, std::string* unread) {
  model::Service service;
  service.pid = process.pid;
  service.executable = process.program.executable;
  service.container_id = process.container_id;
  service.language = language;
  service.host_name = agent.host.name;
  service.host_id = agent.host.id;
  service.instance_id = agent.host.name + ":" + std::to_string(process.pid);
  for (const config::Selector* entry : matches) apply_entry(service, *entry);
  if (!matches.empty()) service.metric_features = matches.back()->features;

  const std::string* own = find(environment, "OTEL_RESOURCE_ATTRIBUTES");
  const std::string& text = own != nullptr ? *own : agent.attributes;
  const auto for_processes = [&](const std::string& name) -> std::optional<std::string> {
    if (own != nullptr && may_be_secret(name)) return std::nullopt;
    return agent.environment(name);
  };
  auto attributes = config::read_entry_list(config::substitute(text, for_processes));
  if (unread != nullptr) *unread = config::describe_refused(attributes);
  service.metadata = std::move(attributes.entries);
  const auto attributes_origin =
      own != nullptr ? model::NameOrigin::kResourceAttributes : model::NameOrigin::kAgentAttributes;
  const auto take = [&](std::string_view key, std::string& into) {
    const auto found =
        std::ranges::find_if(service.metadata, [&](const auto& pair) { return pair.first == key; });
    if (found == service.metadata.end()) return false;
    const bool usable = is_usable(&found->second);
    if (usable) into = std::move(found->second);
    service.metadata.erase(found);
    return usable;
  };
  if (take("service.name", service.name)) service.name_origin = attributes_origin;
  if (take("service.namespace", service.name_space)) service.name_space_origin = attributes_origin;
  // The agent's own id is that of the agent: as that of every process it would join them all.
  std::string stated_id;
  if (take("service.instance.id", stated_id) && own != nullptr)
    service.instance_id = std::move(stated_id);
  if (const std::string* name = find(environment, "OTEL_SERVICE_NAME"); is_usable(name)) {
    service.name = *name;
    service.name_origin = model::NameOrigin::kOwnVariable;
  }
  if (agent.metadata != nullptr) apply_metadata(service, *agent.metadata);
  std::ranges::sort(service.metadata);
  if (service.name.empty()) {
    service.name = base_name(process.program.executable);
    service.auto_named = true;
  }
  return service;
}

}  // namespace obi::discover
