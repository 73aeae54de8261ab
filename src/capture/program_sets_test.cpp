// SPDX-License-Identifier: Apache-2.0
// Program sets beside the back end: what they share, and what becomes of one that fails.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "capture/backends.hpp"
#include "capture/programs.hpp"
#include "capture/tracer_fixture.hpp"
#include "support/capture_test_sets.hpp"

namespace obi::capture {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMebibyte = 1024UL * 1024;

std::unique_ptr<Tracer> open_with(std::vector<ProgramSet> sets, TracerOptions options = {}) {
  options.backend = backend_under_test();
  options.wakeup_bytes = 0;
  options.further_sets = std::move(sets);
  auto tracer = Tracer::open(options);
  EXPECT_TRUE(tracer) << tracer.error().message;
  return tracer ? std::move(*tracer) : nullptr;
}

// Why the set was left out; "loaded" if it wasn't.
std::string failure_of(const Tracer& tracer, std::string_view set) {
  const auto sets = tracer.audit().sets;
  const auto found = std::ranges::find(sets, set, &SetFacts::name);
  if (found == sets.end()) return "not there";
  return found->failure.empty() ? "loaded" : found->failure;
}

bool captures(Tracer& tracer) {
  const auto self = static_cast<std::uint32_t>(getpid());
  const PidIdentity identity{.pid = self, .ns_pid = self, .pid_namespace = pid_namespace()};
  if (!tracer.allow(identity)) return false;
  const Sockets s = tcp_sockets();
  const bool sent = write(s.a, "hello", 5) == 5;
  tracer.block(identity);
  close(s.a);
  close(s.b);
  bool seen = false;
  tracer.drain([&](std::span<const std::byte> bytes) {
    model::SegmentContext context;
    const Record record = decode_record(bytes, context);
    const auto* segment = std::get_if<model::Segment>(&record);
    seen |= segment != nullptr && text_of(segment->payload) == "hello";
  });
  return sent && seen;
}

void expect_left_out(const ProgramSet& set, const testing::Matcher<std::string>& reason,
                     const TracerOptions& options = {}) {
  const auto tracer = open_with({set}, options);
  ASSERT_TRUE(tracer);
  EXPECT_THAT(failure_of(*tracer, set.name), reason);
  EXPECT_TRUE(captures(*tracer)) << "without harm to the back end";
}

TEST(ProgramSets, EveryProgramOfABackEndHasARowOnItsOwnHook) {
  for (const Backend backend : kBackends) {
    const ProgramSet set = program_set(backend);
    std::map<std::string_view, std::string_view> hooks;
    for (const HookRow& row : set.hooks) {
      for (const std::string_view program : {row.program, row.unpreempted, row.fallback}) {
        if (!program.empty()) hooks[program] = row.hook;
      }
    }
    Programs programs(set);
    (void)programs.open({});  // whether or not this kernel has its hooks
    ASSERT_NE(programs.object(), nullptr);
    std::size_t count = 0;
    const bpf_program* program = nullptr;
    while ((program = bpf_object__next_program(programs.object(),
                                               const_cast<bpf_program*>(program))) != nullptr) {
      ++count;
      const std::string_view section = bpf_program__section_name(program);
      const auto row = hooks.find(bpf_program__name(program));
      ASSERT_NE(row, hooks.end()) << set.name << ": " << bpf_program__name(program);
      EXPECT_TRUE(section.ends_with(row->second)) << section;
    }
    EXPECT_EQ(count, hooks.size()) << set.name;
  }
}

TEST(ProgramSets, ASetBesideTheBackEndSharesItsMaps) {
  if (!has_uprobes()) GTEST_SKIP() << "this kernel has no uprobes";
  const auto alone = open_with({});
  const auto tracer = open_with({plaintext_set()});
  ASSERT_TRUE(alone && tracer);
  EXPECT_EQ(failure_of(*tracer, "test"), "loaded");
  std::multiset<std::string> names;
  for (const MapFacts& map : tracer->audit().maps) names.insert(map.name);
  for (const auto* shared : {".data.shared", "segments", "connections", "allowed_pids"})
    EXPECT_EQ(names.count(shared), 1U) << shared;
  EXPECT_EQ(names.count("segment_scratch"), 2U) << "each object has its own";
  EXPECT_TRUE(captures(*tracer));
}

TEST(ProgramSets, OneThatTheKernelRefusesIsLeftOut) {
  expect_left_out(test_set("refused", kRefusedRows), HasSubstr("refused to load"));
}

TEST(ProgramSets, AnOptionalProgramThatTheKernelRefusesIsLeftOutAlone) {
  if (!has_uprobes()) GTEST_SKIP() << "this kernel has no uprobes";
  std::array<HookRow, 2> rows = {kPlaintextRows[0], kRefusedRows[0]};
  rows[1].need = Need::kOptional;
  const auto tracer = open_with({test_set("test", rows)});
  ASSERT_TRUE(tracer);
  EXPECT_EQ(failure_of(*tracer, "test"), "loaded");
  for (const ProgramFacts& program : tracer->audit().programs) {
    if (!program.name.starts_with("test_")) continue;
    EXPECT_EQ(program.loaded, program.name == "test_plaintext") << program.name;
  }
}

TEST(ProgramSets, OneWhoseRequiredHookIsMissingIsLeftOut) {
  std::array<HookRow, 1> rows = kPlaintextRows;
  rows[0].kind = HookKind::kRawTracepoint;
  rows[0].hook = "no_such_tracepoint";
  expect_left_out(test_set("hookless", rows), HasSubstr("no tracepoint no_such_tracepoint"));
  rows[0].program = "no_such_program";
  expect_left_out(test_set("bodiless", rows), HasSubstr("no program of its row no_such_program"));
}

TEST(ProgramSets, PassiveLeavesOutTheSetThatCouldAlterSomething) {
  expect_left_out(test_set("altering", kAlteringRows), HasSubstr("which --passive forbids"),
                  {.passive = true});
  expect_left_out(test_set("altering", kAlteringRows), "loaded");
}

TEST(ProgramSets, OneThatFailsHarmsNoOtherBesideIt) {
  if (!has_uprobes()) GTEST_SKIP() << "this kernel has no uprobes";
  const auto tracer = open_with({test_set("refused", kRefusedRows), plaintext_set()});
  ASSERT_TRUE(tracer);
  EXPECT_EQ(failure_of(*tracer, "test"), "loaded");
  EXPECT_TRUE(captures(*tracer));
}

TEST(ProgramSets, AllCountInTheCeilingOfKernelMemory) {
  if (!has_uprobes()) GTEST_SKIP() << "this kernel has no uprobes";
  const auto alone = open_with({}, {.max_map_bytes = 8 * kMebibyte});
  const auto tracer = open_with({plaintext_set()}, {.max_map_bytes = 8 * kMebibyte});
  ASSERT_TRUE(alone && tracer);
  EXPECT_EQ(failure_of(*tracer, "test"), "loaded");
  EXPECT_LE(tracer->map_bytes(), 8 * kMebibyte);
  const auto ring_of = [](const Tracer& of) {
    const auto maps = of.audit().maps;
    return std::ranges::find(maps, "segments", &MapFacts::name)->max_entries;
  };
  EXPECT_LT(ring_of(*tracer), ring_of(*alone)) << "what the set takes, the others give";
}

TEST(ProgramSets, OneWhoseMapsDoNotFitBesideTheBackEndIsLeftOut) {
  expect_left_out(plaintext_set(), HasSubstr("max_kernel_memory"),
                  {.max_map_bytes = 4 * kMebibyte});
}

TEST(ProgramSets, TheAuditHasTheVerifiersWorkOfAllSets) {
  if (!has_uprobes()) GTEST_SKIP() << "this kernel has no uprobes";
  const auto tracer = open_with({plaintext_set()}, {.verifier_statistics = true});
  ASSERT_TRUE(tracer);
  const auto programs = tracer->audit().programs;
  const auto program = std::ranges::find(programs, "test_plaintext", &ProgramFacts::name);
  ASSERT_NE(program, programs.end());
  EXPECT_GT(program->verified_instructions, 0U);
}

}  // namespace
}  // namespace obi::capture
