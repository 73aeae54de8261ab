// SPDX-License-Identifier: Apache-2.0
#include "capture/effects.hpp"

#include <gmock/gmock.h>

namespace obi::capture {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

bpf_insn call(std::int32_t helper) {
  return {.code = BPF_JMP | BPF_CALL, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = helper};
}
constexpr ProgramKind kRawTracepoint{.type = BPF_PROG_TYPE_RAW_TRACEPOINT};

TEST(Effects, AProgramThatReadsAltersNothing) {
  const std::vector<bpf_insn> code = {
      call(BPF_FUNC_probe_read_user), call(BPF_FUNC_ringbuf_submit), {.code = BPF_JMP | BPF_EXIT}};
  EXPECT_THAT(alters(kRawTracepoint, code), IsEmpty());
  EXPECT_THAT(helpers_called(code), ElementsAre(BPF_FUNC_probe_read_user, BPF_FUNC_ringbuf_submit));
}

TEST(Effects, ReportsWhatAHelperAlters) {
  EXPECT_THAT(alters(kRawTracepoint, std::vector{call(BPF_FUNC_probe_write_user)}),
              ElementsAre("user memory"));
  EXPECT_THAT(alters(kRawTracepoint,
                     std::vector{call(BPF_FUNC_override_return), call(BPF_FUNC_store_hdr_opt)}),
              ElementsAre("control flow", "packets"));
}

TEST(Effects, AHelperThatIsNotKnownCountsAsAltering) {
  EXPECT_THAT(alters(kRawTracepoint, std::vector{call(9999)}),
              ElementsAre("whatever helper 9999 does"));
  EXPECT_THAT(alters(kRawTracepoint, std::vector{call(BPF_FUNC_bind)}),
              ElementsAre("whatever bpf_bind does"));
}

TEST(Effects, ACallOfAKernelFunctionCountsAsAltering) {
  const bpf_insn kernel_function{.code = BPF_JMP | BPF_CALL,
                                 .dst_reg = 0,
                                 .src_reg = BPF_PSEUDO_KFUNC_CALL,
                                 .off = 0,
                                 .imm = 1};
  EXPECT_THAT(alters(kRawTracepoint, std::vector{kernel_function}), testing::SizeIs(1));
}

TEST(Effects, ACallOfAnOwnFunctionDoesNot) {
  const bpf_insn own_function{
      .code = BPF_JMP | BPF_CALL, .dst_reg = 0, .src_reg = BPF_PSEUDO_CALL, .off = 0, .imm = 36};
  EXPECT_THAT(alters(kRawTracepoint, std::vector{own_function}), IsEmpty());
}

TEST(Effects, WhatLibbpfMarksAsUnreachableIsNoCall) {
  EXPECT_THAT(alters(kRawTracepoint, std::vector{call(0xbad2310)}), IsEmpty());
}

TEST(Effects, SomeKindsOfProgramsAlterByWhatTheyReturn) {
  EXPECT_THAT(alters({.type = BPF_PROG_TYPE_SK_MSG}, {}), ElementsAre("packets"));
  EXPECT_THAT(alters({.type = BPF_PROG_TYPE_SOCK_OPS}, {}), ElementsAre("sockets"));
  EXPECT_THAT(alters({.type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_MODIFY_RETURN}, {}),
              ElementsAre("control flow"));
  EXPECT_THAT(alters({.type = BPF_PROG_TYPE_TRACING, .attach_type = BPF_TRACE_FEXIT}, {}),
              IsEmpty());
  EXPECT_THAT(alters({.type = 12345}, {}), testing::SizeIs(1));
}

TEST(Effects, NamesHelpersAsTheManualDoes) {
  EXPECT_EQ(helper_name(BPF_FUNC_probe_write_user), "bpf_probe_write_user");
  EXPECT_EQ(helper_name(BPF_FUNC_map_lookup_elem), "bpf_map_lookup_elem");
  EXPECT_EQ(helper_name(60'000), "helper 60000");
}

}  // namespace
}  // namespace obi::capture
