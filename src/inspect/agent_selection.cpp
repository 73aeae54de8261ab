// SPDX-License-Identifier: Apache-2.0
#include "inspect/agent_selection.hpp"

#include <fmt/format.h>

#include "inspect/process_status.hpp"

namespace obi::inspect {
namespace {

using discover::Outcome;
using discover::Selection;

// Nobody nests processes deeper, and a table that changes under us must not send us in circles.
constexpr int kMaxAncestors = 64;

class AgentSelector {
 public:
  AgentSelector(const config::Discovery& rules, discover::Examiner& examiner)
      : rules_(rules), examiner_(examiner) {}

  AgentSelection of(discover::Examination& examination, int depth = 0) {
    const discover::Process& process = examination.process();
    AgentSelection parent = of_parent(process, depth);
    AgentSelection found{
        .selection = select_process(rules_, examination.candidate(parent.selection.instrumented())),
        .unreadable_ancestor = parent.unreadable_ancestor};
    Selection& selection = found.selection;
    if (selection.outcome == Outcome::kParentInstrumented) {
      selection.matches = parent.selection.matches;
      selection.reason += fmt::format(" (pid {}: {})", process.parent_pid, parent.selection.reason);
    }
    found.age_to_wait =
        discover::age_to_wait(rules_, age_of(process.program), parent.selection.instrumented());
    if (found.age_to_wait.count() == 0) return found;
    found.later = std::move(selection);
    selection = {.outcome = Outcome::kTooYoung, .reason = std::string(discover::kTooYoungReason)};
    return found;
  }

 private:
  AgentSelection of_parent(const discover::Process& process, int depth) {
    const std::uint32_t pid = process.parent_pid;
    if (pid == 0 || depth >= kMaxAncestors) return {};
    const auto parent = examiner_.proc().read_anything(pid);
    if (!parent) return {};
    const ProcessKind kind = kind_of(*parent, read_status(examiner_.proc(), pid));
    if (kind == ProcessKind::kUnreadable) return {.unreadable_ancestor = pid};
    if (kind != ProcessKind::kProgram) return {};
    discover::Examination examination(examiner_, *parent);
    return of(examination, depth + 1);
  }

  const config::Discovery& rules_;
  discover::Examiner& examiner_;
};

}  // namespace

AgentSelection select_as_agent(const config::Discovery& rules, discover::Examiner& examiner,
                               discover::Examination& examination) {
  return AgentSelector(rules, examiner).of(examination);
}

}  // namespace obi::inspect
