// SPDX-License-Identifier: Apache-2.0
// Which processes are one program, and so one instance of one service.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/clock.hpp"
#include "discover/discovery.hpp"

namespace obi::discover {
namespace {

constexpr int kMaxAncestors = 32;
constexpr auto kMinScanInterval = std::chrono::milliseconds(250);

// Neither has replaced its program since the one was forked from the other.
bool are_one_program(const ProgramIdentity& one, const ProgramIdentity& other) {
  return one.stack_start != 0 && one.stack_start == other.stack_start &&
         one.executable == other.executable;
}

}  // namespace

std::shared_ptr<Discovery::SharedProgram> Discovery::start_program(const Process& first) {
  auto program = std::make_shared<SharedProgram>(
      SharedProgram{.first_pid = first.pid, .first_start_ticks = first.program.start_ticks});
  programs_[first.pid] = program;
  return program;
}

// That of an ancestor, as far as there was no exec; else one of its own.
std::shared_ptr<Discovery::SharedProgram> Discovery::program_of(const Process& process) {
  Process first = process;
  for (int i = 0; i < kMaxAncestors; ++i) {
    const auto known = known_.find(first.parent_pid);
    if (known != known_.end() && known->second.instrumented && known->second.shared &&
        are_one_program(known->second.process.program, first.program)) {
      return known->second.shared;
    }
    auto parent = proc_.identify(first.parent_pid);
    if (!parent || !are_one_program(parent->program, first.program)) break;
    first = std::move(*parent);
  }
  const auto registered = programs_.find(first.pid);
  auto program = registered == programs_.end() ? nullptr : registered->second.lock();
  const bool is_its = program && program->first_start_ticks == first.program.start_ticks;
  return is_its ? program : start_program(first);
}

// What one of its processes is found to be, all of them are; it only ever adds to what is known, so
// that they don't take turns. `outdated`: what the process matched by metadata that it had before.
// True if the service has other facts than before.
bool Discovery::add_facts(SharedProgram& program, const Known& known, const Matches& matches,
                          const Matches& outdated) {
  Matches all = program.matches;
  std::erase_if(all, [&](const config::Selector* match) {
    return std::ranges::find(outdated, match) != outdated.end();
  });
  for (const config::Selector* match : matches) {
    if (std::ranges::find(all, match) == all.end()) all.push_back(match);
  }
  std::ranges::sort(all, std::less<>());  // they are elements of one array
  const bool same_language = known.language == program.language ||
                             (program.service && known.language == model::Language::kGeneric);
  // A child that was put into another container has that one's.
  const bool same_container =
      !program.service || known.process.container_id == program.service->container_id;
  const bool same_metadata = !same_container || !known.metadata ||
                             service_part(known.metadata) == service_part(program.metadata);
  if (program.service && same_language && same_metadata && all == program.matches) return false;
  program.matches = std::move(all);
  if (!same_language) program.language = known.language;
  if (!same_metadata) program.metadata = known.metadata;
  return true;
}

void Discovery::name_program(const Known& known, const Matches& matches, const Matches& outdated) {
  SharedProgram& program = *known.shared;
  if (!add_facts(program, known, matches, outdated)) return;
  Process named = known.process;
  named.pid = program.first_pid;
  const ServiceMetadata metadata = service_part(program.metadata);
  std::string unread;
  auto service = std::make_shared<const model::Service>(
      name_service(named, proc_.environment(known.process.pid), program.language, program.matches,
                   {.host = options_.host,
                    .attributes = options_.rules.agent_attributes,
                    .environment = options_.environment,
                    .metadata = &metadata},
                   &unread));
  if (!unread.empty()) {
    spdlog::warn("process pid={}: of its OTEL_RESOURCE_ATTRIBUTES {}: left out", known.process.pid,
                 unread);
  }
  const auto before = std::exchange(program.service, std::move(service));
  if (before) directory_.replace(before, program.service);
}

// The directory is updated first, so that the first bytes captured find their service.
void Discovery::publish(Known& known, const Selection& selection, const Matches& outdated) {
  const Process& process = known.process;
  if (!known.shared) known.shared = program_of(process);
  name_program(known, selection.matches, outdated);
  const model::ServiceRef& service = known.shared->service;
  directory_.put(process.pid, service);
  if (const auto allowed = attacher_.allow(process, service); !allowed) {
    directory_.end(process.pid, base::monotonic_ns());
    known.instrumented = false;
    return note(known, Outcome::kAttachFailed, allowed.error().message, "");
  }
  // Its end, if that came before, has not removed it from what is captured.
  if (!proc_.identify(process.pid)) attacher_.block(process);
  known.instrumented_ns = base::monotonic_ns();
  known.instrumented = true;
  known.matches = selection.matches;
  if (std::exchange(known.has_children, false)) {  // a scan finds them
    next_scan_ = std::min(next_scan_, last_scan_ + kMinScanInterval);
  }
  note(known, selection.outcome, selection.reason, service->name);
}

// If it waits for the decision about its parent, the kernel side has let it through.
void Discovery::refuse_child(const model::ProcessEvent& event) {
  if (!directory_.end_undecided(event.pid, event.ns)) return;
  attacher_.block({.pid = event.pid, .ns_pid = event.ns_pid, .pid_namespace = event.pid_namespace});
}

// The kernel side captured it until its end. What is left to name its program by is the path that
// the kernel said; its environment is gone.
void Discovery::on_exec_of_ended(const KernelEvent& kernel) {
  const model::ProcessEvent& event = kernel.event;
  const auto found = known_.find(event.pid);
  if (found == known_.end() || !found->second.instrumented || kernel.executable.empty())
    return directory_.end(event.pid, event.ns);
  Known& entry = found->second;
  entry.process.command_line.clear();
  entry.process.program = {.executable = kernel.executable};
  Examination examination(examiner_, entry.process);
  const Selection selection =
      select_process(options_.rules, examination.candidate(entry.parent_instrumented));
  if (!selection.instrumented()) return directory_.end(event.pid, event.ns);
  entry.language = model::Language::kGeneric;
  entry.shared = start_program(entry.process);
  name_program(
      entry,
      selection.outcome == Outcome::kParentInstrumented ? entry.parent_matches : selection.matches,
      {});
  directory_.put(event.pid, entry.shared->service);
  note(entry, selection.outcome, selection.reason, entry.shared->service->name);
}

}  // namespace obi::discover
