// SPDX-License-Identifier: Apache-2.0
#include "discover/discovery.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"
#include "binary/executable_type.hpp"
#include "discover/listening_ports.hpp"

namespace obi::discover {
namespace {

using std::chrono::steady_clock;

constexpr auto kYoungInterval = std::chrono::milliseconds(100);  // how often processes below min_process_age are asked again

}  // namespace

Discovery::Discovery(DiscoveryOptions options, ProcessDirectory& directory, Attacher& attacher)
    : options_(std::move(options)), proc_(options_.proc_root), directory_(directory), attacher_(attacher) {
  if (auto self = proc_.read(options_.own_pid)) self_ = std::move(*self);
}

void Discovery::push(const model::ProcessEvent& event) {
  {
    const std::lock_guard lock(mutex_);
    if (inbox_.size() >= kMaxInbox) {
      dropped_events_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    inbox_.push_back(event);
  }
  changed_.notify_one();
}

void Discovery::run(std::stop_token stop) {
  auto next_scan = steady_clock::now() + options_.rules.poll_interval;
  while (!stop.stop_requested()) {
    std::deque<model::ProcessEvent> events;
    {
      std::unique_lock lock(mutex_);
      const bool young = std::ranges::any_of(known_, [](const auto& pair) { return pair.second.waits_for_age; });
      const auto wake = young ? std::min(next_scan, steady_clock::now() + kYoungInterval) : next_scan;
      changed_.wait_until(lock, stop, wake, [this] { return !inbox_.empty(); });
      events.swap(inbox_);
    }
    for (const model::ProcessEvent& event : events) handle(event);
    look_at_the_young();
    if (steady_clock::now() < next_scan) continue;
    scan();
    next_scan = steady_clock::now() + options_.rules.poll_interval;
  }
}

void Discovery::handle(const model::ProcessEvent& event) {
  switch (event.kind) {
    case model::ProcessEventKind::kExit: forget(event.pid); break;
    case model::ProcessEventKind::kFork: {
      const auto parent = known_.find(event.parent_pid);
      if (parent == known_.end() || !parent->second.taken) break;
      directory_.inherit(event.pid, event.parent_pid);  // the kernel let it through already
      ports_by_namespace_.clear();
      look_at(event.pid);
      break;
    }
    case model::ProcessEventKind::kExec:
    case model::ProcessEventKind::kListen:
      ports_by_namespace_.clear();
      look_at(event.pid);
      break;
  }
}

void Discovery::look_at(std::uint32_t pid) {
  if (pid == options_.own_pid) return;
  const auto process = proc_.read(pid);
  if (process) decide(*process);
}

void Discovery::scan() {
  ports_by_namespace_.clear();
  const auto pids = proc_.pids();
  for (const std::uint32_t pid : pids) look_at(pid);
  std::vector<std::uint32_t> gone;
  for (const auto& [pid, known] : known_) {
    if (!std::ranges::binary_search(pids, pid)) gone.push_back(pid);
  }
  for (const std::uint32_t pid : gone) forget(pid);
  directory_.expire(base::monotonic_ns());
}

void Discovery::look_at_the_young() {
  std::vector<std::uint32_t> pids;
  for (const auto& [pid, known] : known_) {
    if (known.waits_for_age && !is_too_young(known.process)) pids.push_back(pid);
  }
  if (!pids.empty()) ports_by_namespace_.clear();
  for (const std::uint32_t pid : pids) look_at(pid);
}

bool Discovery::is_too_young(const Process& process) const {
  if (options_.rules.min_process_age.count() == 0) return false;
  const auto age = proc_.age_seconds(process);
  return age && *age < std::chrono::duration<double>(options_.rules.min_process_age).count();
}

std::vector<std::uint16_t> Discovery::ports_of(const Process& process) {
  const auto [entry, fresh] = ports_by_namespace_.try_emplace(process.net_namespace);
  if (fresh) entry->second = listening_ports(proc_, process.pid, process.net_namespace == self_.net_namespace);
  std::vector<std::uint16_t> ports;
  if (entry->second.empty()) return ports;
  for (const std::uint64_t inode : proc_.socket_inodes(process.pid)) {
    const auto found = entry->second.find(inode);
    if (found != entry->second.end()) ports.push_back(found->second);
  }
  return ports;
}

model::Language Discovery::language_of(const Process& process) {
  const auto facts = binary::read_executable(proc_.executable_link(process.pid));
  return binary::language_of(facts, process.executable, proc_.maps(process.pid));
}

// The same program of the same process isn't looked into twice; a port may have been opened meanwhile, though.
void Discovery::decide(const Process& process) {
  const auto before = known_.find(process.pid);
  const bool same_program = before != known_.end() && before->second.process.start_ticks == process.start_ticks &&
                            before->second.process.executable == process.executable &&
                            before->second.process.command_line == process.command_line;
  if (same_program && before->second.taken) return;

  std::optional<std::vector<std::uint16_t>> ports;
  std::optional<model::Language> language;
  const auto parent = known_.find(process.parent_pid);
  const Candidate candidate{
      .process = process,
      .listening_ports = [&]() -> const std::vector<std::uint16_t>& { return ports ? *ports : ports.emplace(ports_of(process)); },
      .language = [&] { return language ? *language : language.emplace(language_of(process)); },
      .parent_is_taken = parent != known_.end() && parent->second.taken,
      .in_container = process.container_id != self_.container_id || process.pid_namespace != self_.pid_namespace};
  const Verdict verdict = judge(options_.rules, candidate);
  const bool young = verdict.taken && is_too_young(process);
  const bool was_taken = before != known_.end() && before->second.taken;
  Known& known = known_[process.pid];
  if (was_taken || directory_.find(process.pid)) {
    if (!verdict.taken || young) release(process.pid, known);
  }
  known = {.process = process, .taken = verdict.taken && !young, .waits_for_age = young, .reason = verdict.reason};
  if (known.taken) take(process, verdict, candidate.language());
}

void Discovery::take(const Process& process, const Verdict& verdict, model::Language language) {
  auto service = std::make_shared<model::Service>();
  if (verdict.matches.empty() && directory_.find(process.parent_pid)) {
    directory_.inherit(process.pid, process.parent_pid);
    auto inherited = *directory_.find(process.pid);
    inherited.executable = process.executable;
    *service = std::move(inherited);
  } else {
    *service = name_service(process, proc_.environment(process.pid), language, verdict.matches, options_.host,
                            options_.environment);
  }
  if (const auto allowed = attacher_.allow(process, service); !allowed) {
    spdlog::warn("can't instrument pid={} exe={}: {}", process.pid, process.executable, allowed.error().message);
    known_[process.pid].taken = false;
    return;
  }
  directory_.put(process.pid, service);
  spdlog::info("instrumenting pid={} service={} language={} exe={} because {}", process.pid, service->name,
               to_string(language), process.executable, verdict.reason);
}

void Discovery::release(std::uint32_t pid, Known& known) {
  attacher_.block(known.process.pid == pid ? known.process : proc_.read(pid).value_or(known.process));
  directory_.end(pid, base::monotonic_ns());
}

void Discovery::forget(std::uint32_t pid) {
  const auto found = known_.find(pid);
  if (found != known_.end()) {
    if (found->second.taken) attacher_.block(found->second.process);
    known_.erase(found);
  }
  directory_.end(pid, base::monotonic_ns());
}

}  // namespace obi::discover
