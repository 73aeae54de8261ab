// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/probe_plan.hpp"

#include <gmock/gmock.h>

#include "binary/elf_fixture.hpp"

namespace obi::capture {
namespace {

using binary::ElfImage;
using testing::ElementsAre;

// Programs are only told apart here.
const bpf_program* program(std::uintptr_t number) {
  return reinterpret_cast<const bpf_program*>(number);  // NOLINT: never followed
}

base::Result<ProbePlan> plan(const std::vector<Probe>& probes) {
  ElfImage image;
  image.add("read", ElfImage::kCodeAddress + 16);
  image.add("write@V1", ElfImage::kCodeAddress + 32);
  image.add("write@@V2", ElfImage::kCodeAddress + 48);
  for (unsigned i = 0; i < 17; ++i) image.add("many", ElfImage::kCodeAddress + i);
  image.lay_out();
  const binary::ScratchFile scratch(image.bytes());
  auto file = binary::ElfFile::open(scratch.path());
  return plan_probes(*file, probes);
}

std::string failure_of(const std::vector<Probe>& probes) {
  const auto result = plan(probes);
  return result ? "" : result.error().message;
}

TEST(ProbePlan, RowsOfOneProgramAndSiteAreOneGroup) {
  const auto result = plan({{.symbol = "write", .program = program(1)},
                            {.symbol = "read", .offset = 4, .program = program(1)},
                            {.symbol = "read", .site = ProbeSite::kReturn, .program = program(2)},
                            {.offset = ElfImage::kCodeOffset, .program = program(1)}});
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->groups.size(), 2U);
  constexpr std::uint64_t kCode = ElfImage::kCodeOffset;
  EXPECT_THAT(result->groups[0].offsets, ElementsAre(kCode, kCode + 20, kCode + 32, kCode + 48));
  EXPECT_THAT(result->groups[1].offsets, ElementsAre(kCode + 16));
  EXPECT_EQ(result->groups[1].site, ProbeSite::kReturn);
  EXPECT_EQ(result->places(), 5U);
}

TEST(ProbePlan, APlaceThatTwoRowsMeanIsProbedOnce) {
  const auto result = plan({{.symbol = "read", .program = program(1), .required = false},
                            {.symbol = "read", .program = program(1)}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->places(), 1U);
  EXPECT_TRUE(result->groups[0].required);
}

TEST(ProbePlan, ARequiredRowWithoutAPlaceIsAnError) {
  EXPECT_EQ(failure_of({{.symbol = "close", .program = program(1)}}), "close: no such function");
  EXPECT_EQ(failure_of({{.symbol = "read", .offset = 16, .program = program(1)}}),
            "read+0x10: behind its end");
  EXPECT_EQ(failure_of({{.symbol = "many", .program = program(1)}}),
            "many: too many functions of that name");
  EXPECT_EQ(failure_of({{.offset = 1, .program = program(1)}}), "offset 0x1: no code there");
}

TEST(ProbePlan, AnOptionalRowWithoutAPlaceIsNamed) {
  const auto result = plan({{.symbol = "close", .program = program(1), .required = false},
                            {.symbol = "read", .program = program(1)}});
  ASSERT_TRUE(result);
  EXPECT_THAT(result->missing, ElementsAre("close"));
  EXPECT_EQ(result->places(), 1U);
}

TEST(ProbePlan, AReturnProbeAnywhereButAtAFunctionsStartIsRefused) {
  EXPECT_NE(
      failure_of(
          {{.symbol = "read", .offset = 4, .site = ProbeSite::kReturn, .program = program(1)}}),
      "");
  EXPECT_NE(
      failure_of(
          {{.offset = ElfImage::kCodeOffset, .site = ProbeSite::kReturn, .program = program(1)}}),
      "");
}

TEST(ProbePlan, TooManyPlacesAreRefused) {
  std::vector<Probe> probes;
  for (std::uintptr_t i = 0; i <= kMaxProbesPerSet; ++i) {
    probes.push_back({.symbol = "read", .program = program(i + 1)});
  }
  EXPECT_EQ(failure_of(probes), "too many places for probes");
  probes.pop_back();
  EXPECT_EQ(failure_of(probes), "");
}

}  // namespace
}  // namespace obi::capture
