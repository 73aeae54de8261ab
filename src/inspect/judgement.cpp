// SPDX-License-Identifier: Apache-2.0
#include "inspect/judgement.hpp"

#include <fmt/format.h>

#include "inspect/process_status.hpp"

namespace obi::inspect {
namespace {

using discover::Outcome;
using discover::Verdict;

// Nobody nests processes deeper, and a table that changes under us must not send us in circles.
constexpr int kMaxAncestors = 64;

class Judge {
 public:
  Judge(const config::Discovery& rules, discover::Examiner& examiner)
      : rules_(rules), examiner_(examiner) {}

  Judgement of(discover::Examination& examination, int depth = 0) {
    const discover::Process& process = examination.process();
    Judgement parent = of_parent(process, depth);
    Judgement judgement{.verdict = judge(rules_, examination.candidate(parent.verdict.taken())),
                        .unreadable_ancestor = parent.unreadable_ancestor};
    Verdict& verdict = judgement.verdict;
    if (verdict.outcome == Outcome::kParentTaken) {
      verdict.matches = parent.verdict.matches;
      verdict.reason += fmt::format(" (pid {}: {})", process.parent_pid, parent.verdict.reason);
    }
    judgement.age_to_wait =
        discover::age_to_wait(rules_, age_of(process.program), parent.verdict.taken());
    if (judgement.age_to_wait.count() == 0) return judgement;
    judgement.later = std::move(verdict);
    verdict = {.outcome = Outcome::kTooYoung, .reason = std::string(discover::kTooYoungReason)};
    return judgement;
  }

 private:
  Judgement of_parent(const discover::Process& process, int depth) {
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

Judgement judge_as_agent(const config::Discovery& rules, discover::Examiner& examiner,
                         discover::Examination& examination) {
  return Judge(rules, examiner).of(examination);
}

}  // namespace obi::inspect
