// SPDX-License-Identifier: Apache-2.0
#include "inspect/audit_report.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace obi::inspect {
namespace {

using testing::HasSubstr;
using testing::Not;

const capture::Audit kAudit = {.sets = {{.name = "syscall"},
                                        {.name = "good"},
                                        {.name = "bad", .failure = "the kernel refused it"}}};

TEST(AuditReport, SaysWhichProgramSetsAreLeftOutAndWhy) {
  const std::string text = render_text(kAudit, capture::Backend::kSyscall);
  EXPECT_THAT(text, HasSubstr("program set bad is left out: the kernel refused it\n"));
  EXPECT_THAT(text, Not(HasSubstr("good")));
}

TEST(AuditReport, ListsAllProgramSetsInJson) {
  const auto json = nlohmann::json::parse(render_json(kAudit, capture::Backend::kSyscall));
  ASSERT_EQ(json["sets"].size(), 3U);
  EXPECT_EQ(json["sets"][1]["name"], "good");
  EXPECT_EQ(json["sets"][1]["loaded"], true);
  EXPECT_EQ(json["sets"][2]["loaded"], false);
  EXPECT_EQ(json["sets"][2]["failure"], "the kernel refused it");
}

}  // namespace
}  // namespace obi::inspect
