// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/attach_thread.hpp"

#include "capture/attach/attach_fixture.hpp"

namespace obi::capture {
namespace {

class AttachThreadTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(programs_.is_loaded()) << "the tests of probes need root"; }
  std::vector<ProbeSet> sets() { return {set_for(library_.path(), programs_, {"obi_probed_7"})}; }
  static bool is_attached(const AttachThread& attach, std::size_t processes) {
    const auto all = attach.status();
    return all.size() == 1 && all[0].failure.empty() && all[0].processes == processes;
  }

  AttachMethod method_ = best_attach_method();
  CountingPrograms programs_{method_};
  LibraryCopy library_;
};

TEST_F(AttachThreadTest, ALibraryThatIsLoadedLaterIsNoticed) {
  AttachThread attach(sets(), method_);
  ProbedProcess process;
  attach.start(process.pid());
  process.run("open " + library_.path());
  ASSERT_TRUE(await([&] { return is_attached(attach, 1); }));
  process.call(7, 5);
  EXPECT_EQ(programs_.take_hits(), std::pair(5UL, 5UL));
}

TEST_F(AttachThreadTest, ProcessesThatEndUnannouncedDetach) {
  AttachThread attach(sets(), method_);
  ProbedProcess one(library_);
  ProbedProcess two(library_);
  attach.start(one.pid());
  attach.start(two.pid());
  ASSERT_TRUE(await([&] { return is_attached(attach, 2); }));
  one.stop();
  EXPECT_TRUE(await([&] { return is_attached(attach, 1); }));
  attach.end(two.pid());
  EXPECT_TRUE(await([&] { return attach.status().empty() && attach.detaching() == 0; }));
}

TEST_F(AttachThreadTest, AnExecIsANewProgram) {
  AttachThread attach(sets(), method_);
  ProbedProcess process(library_);
  attach.start(process.pid());
  ASSERT_TRUE(await([&] { return is_attached(attach, 1); }));
  process.run("exec");
  attach.start(process.pid());
  EXPECT_TRUE(await([&] { return attach.status().empty(); }));
  process.run("open " + library_.path());
  EXPECT_TRUE(await([&] { return is_attached(attach, 1); }));
}

// Looks are made in the order in which they fall due, so when the third process is attached the
// first has been looked at in vain.
TEST_F(AttachThreadTest, MapsThatCannotBeReadForAMomentDoNotEndTheWatch) {
  const std::string proc = testing::TempDir() + "obi-proc-" + std::to_string(getpid());
  const auto in = [](const std::string& root, const ProbedProcess& process) {
    return root + "/" + std::to_string(process.pid());
  };
  ProbedProcess hidden(library_);
  ProbedProcess second(library_);
  ProbedProcess third(library_);
  std::filesystem::create_directories(proc + "/unreadable/maps");  // reading it fails: EISDIR
  std::filesystem::create_symlink(proc + "/unreadable", in(proc, hidden));
  std::filesystem::create_symlink(in("/proc", second), in(proc, second));
  std::filesystem::create_symlink(in("/proc", third), in(proc, third));
  {
    AttachThread attach(sets(), method_, proc);
    attach.start(hidden.pid());
    attach.start(second.pid());
    ASSERT_TRUE(await([&] { return is_attached(attach, 1); }));
    attach.start(third.pid());
    ASSERT_TRUE(await([&] { return is_attached(attach, 2); }));
    std::filesystem::create_symlink(in("/proc", hidden), proc + "/readable");
    std::filesystem::rename(proc + "/readable", in(proc, hidden));
    EXPECT_TRUE(await([&] { return is_attached(attach, 3); }));
  }
  std::filesystem::remove_all(proc);
}

}  // namespace
}  // namespace obi::capture
