// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/attacher.hpp"

#include <dirent.h>
#include <sys/resource.h>

#include <fstream>

#include "capture/attach/attach_fixture.hpp"

namespace obi::capture {
namespace {

using Hits = std::pair<std::uint64_t, std::uint64_t>;  // entries, returns

class AttacherTest : public testing::TestWithParam<AttachMethod> {
 protected:
  void SetUp() override {
    if (GetParam() == AttachMethod::kMulti && best_attach_method() != AttachMethod::kMulti) {
      GTEST_SKIP() << "no uprobe.multi on this kernel";
    }
    ASSERT_TRUE(programs_.is_loaded()) << "the tests of probes need root";
  }
  void use(std::vector<ProbeSet> sets) {
    attacher_ = std::make_unique<Attacher>(std::move(sets), GetParam(), detacher_);
  }
  bool look(const ProbedProcess& process) {
    const auto found = find_process_files("/proc", process.pid(), attacher_->sets());
    return found && attacher_->update(process.pid(), *found, now_);
  }
  AttachmentStatus only_status() {
    const auto all = attacher_->status();
    return all.size() == 1 ? all.front() : AttachmentStatus{.path = "not one"};
  }
  Hits hits_of(ProbedProcess& process, unsigned function, unsigned times) {
    programs_.take_hits();
    process.call(function, times);
    return programs_.take_hits();
  }

  Attacher::Time now_ = std::chrono::steady_clock::now();
  CountingPrograms programs_{GetParam()};
  Detacher detacher_;
  std::unique_ptr<Attacher> attacher_;
  LibraryCopy library_;
};

INSTANTIATE_TEST_SUITE_P(Methods, AttacherTest,
                         testing::Values(AttachMethod::kMulti, AttachMethod::kPerf),
                         [](const auto& method) {
                           return method.param == AttachMethod::kMulti ? "multi" : "perf";
                         });

TEST_P(AttacherTest, EntriesAndReturnsAreHitOnceForEachCall) {
  use({set_for(library_.path(), programs_, {"obi_probed_7"})});
  ProbedProcess process(library_);
  EXPECT_EQ(hits_of(process, 7, 10), Hits(0, 0));
  EXPECT_TRUE(look(process));
  EXPECT_EQ(only_status().failure, "");
  EXPECT_EQ(only_status().places, 2U);
  EXPECT_EQ(hits_of(process, 7, 10), Hits(10, 10));
  EXPECT_EQ(hits_of(process, 8, 10), Hits(0, 0));
  EXPECT_FALSE(look(process));
}

TEST_P(AttacherTest, AFileIsAttachedOnceUntilItsLastProcessEnds) {
  use({set_for(library_.path(), programs_, {"obi_probed_7"})});
  ProbedProcess one(library_);
  ProbedProcess two(library_);
  look(one);
  look(two);
  EXPECT_EQ(only_status().processes, 2U);
  EXPECT_EQ(hits_of(one, 7, 3), Hits(3, 3));
  EXPECT_TRUE(attacher_->end(one.pid()));
  EXPECT_EQ(hits_of(two, 7, 3), Hits(3, 3));
  EXPECT_TRUE(attacher_->end(two.pid()));
  EXPECT_FALSE(attacher_->end(two.pid()));
  detacher_.wait_until_idle();
  EXPECT_EQ(hits_of(two, 7, 3), Hits(0, 0));
  EXPECT_TRUE(attacher_->status().empty());
}

TEST_P(AttacherTest, AnUnloadedLibraryAndAnotherProgramDetach) {
  use({set_for(library_.path(), programs_, {"obi_probed_7"})});
  ProbedProcess process(library_);
  look(process);
  process.run("close");
  EXPECT_TRUE(look(process));
  EXPECT_TRUE(attacher_->status().empty());
  process.run("open " + library_.path());  // while the earlier probes may still be there
  ASSERT_TRUE(await([&] { return look(process) && only_status().failure.empty(); }));
  EXPECT_EQ(hits_of(process, 7, 3), Hits(3, 3));
  process.run("exec");
  EXPECT_TRUE(look(process));
  EXPECT_TRUE(attacher_->status().empty());
}

TEST_P(AttacherTest, ADeletedLibraryIsAttachedWhereAnotherHasItsName) {
  use({set_for(library_.path(), programs_, {"obi_probed_7"})});
  ProbedProcess process(library_);
  library_.remove();
  std::ofstream(library_.path()) << "not a library";
  look(process);
  EXPECT_EQ(only_status().failure, "");
  EXPECT_EQ(hits_of(process, 7, 3), Hits(3, 3));
}

TEST_P(AttacherTest, AFileThatIsRewrittenInPlaceIsAttachedAnewAndHitOnce) {
  use({set_for(library_.path(), programs_, {"obi_probed_7"})});
  ProbedProcess process(library_);
  look(process);
  std::filesystem::permissions(library_.path(), std::filesystem::perms::owner_all);
  EXPECT_FALSE(look(process));  // other times, the same content
  std::ofstream(library_.path(), std::ios::app) << "more";
  ASSERT_TRUE(await([&] { return look(process) && only_status().failure.empty(); }));
  EXPECT_EQ(only_status().places, 2U);
  EXPECT_EQ(hits_of(process, 7, 3), Hits(3, 3));
}

TEST_P(AttacherTest, AMissingOptionalRowDoesNotMatterARequiredOneLeavesTheFileOut) {
  ProbeSet lenient = set_for(library_.path(), programs_, {"obi_probed_7"});
  lenient.probes.push_back({.symbol = "missing", .program = programs_.entry(), .required = false});
  ProbeSet strict = set_for(library_.path(), programs_, {"obi_probed_8"});
  strict.name = "strict";
  strict.probes.push_back({.symbol = "missing", .program = programs_.entry()});
  use({lenient, strict});
  ProbedProcess process(library_);
  look(process);
  const auto all = attacher_->status();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].failure, "");
  EXPECT_EQ(all[0].missing, std::vector<std::string>{"missing"});
  EXPECT_EQ(all[1].failure, "missing: no such function");
  EXPECT_FALSE(all[1].is_retried);
  EXPECT_EQ(hits_of(process, 7, 3), Hits(3, 3));
  EXPECT_EQ(hits_of(process, 8, 3), Hits(0, 0));
}

std::size_t open_descriptors() {
  std::size_t highest = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    highest = std::max<std::size_t>(highest, std::stoul(entry.path().filename()));
  }
  return highest;
}

TEST_P(AttacherTest, AFailureThatPassesIsTriedAgainLater) {
  use({set_for(library_.path(), programs_, {"obi_probed_7"})});
  ProbedProcess process(library_);
  const auto found = find_process_files("/proc", process.pid(), attacher_->sets());
  ASSERT_TRUE(found);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit none{.rlim_cur = open_descriptors() - 1, .rlim_max = limit.rlim_max};
  std::vector<base::Fd> fillers;  // below the limit
  setrlimit(RLIMIT_NOFILE, &none);
  for (int fd = dup(0); fd >= 0; fd = dup(0)) fillers.emplace_back(fd);
  attacher_->update(process.pid(), *found, now_);
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_TRUE(only_status().is_retried) << only_status().failure;
  EXPECT_EQ(hits_of(process, 7, 3), Hits(0, 0));
  look(process);  // too early
  EXPECT_TRUE(only_status().is_retried);
  now_ += Attacher::kMinRetry;
  EXPECT_TRUE(look(process));
  EXPECT_EQ(only_status().failure, "");
  EXPECT_EQ(hits_of(process, 7, 3), Hits(3, 3));
}

}  // namespace
}  // namespace obi::capture
