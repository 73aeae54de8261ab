// SPDX-License-Identifier: Apache-2.0
// For tests: a process that loads, calls and unloads a library on command, a copy of that library
// of its own, and programs that count. Needs root (BPF). The library and the process's program lie
// beside the test (tests/support).
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/limits.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "attach_probe.skel.h"
#include "capture/attach/links.hpp"
#include "capture/attach/probe.hpp"
#include "capture/attach/process_files.hpp"

extern char** environ;  // NOLINT: POSIX declares it nowhere

namespace obi::capture {

inline std::string beside_this_test(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

/// A copy of the probed library; deleted with it.
class LibraryCopy {
 public:
  LibraryCopy()
      : path_(testing::TempDir() + "libprobed-" + std::to_string(getpid()) + "-" +
              std::to_string(next_++) + ".so") {
    std::filesystem::copy_file(beside_this_test("libprobed.so"), path_,
                               std::filesystem::copy_options::overwrite_existing);
  }
  LibraryCopy(const LibraryCopy&) = delete;
  LibraryCopy& operator=(const LibraryCopy&) = delete;
  ~LibraryCopy() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  void remove() const { std::filesystem::remove(path_); }

 private:
  static inline int next_ = 0;
  std::string path_;
};

class ProbedProcess {
 public:
  ProbedProcess() {
    int input[2];
    int output[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], 0);
    posix_spawn_file_actions_adddup2(&actions, output[1], 1);
    const std::string program = beside_this_test("probed_process");
    char name[] = "probed_process";
    char* arguments[] = {name, nullptr};
    posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    commands_ = fdopen(input[1], "w");
    answers_ = fdopen(output[0], "r");
  }
  explicit ProbedProcess(const LibraryCopy& library) : ProbedProcess() {
    run("open " + library.path());
  }
  ProbedProcess(const ProbedProcess&) = delete;
  ProbedProcess& operator=(const ProbedProcess&) = delete;
  ~ProbedProcess() { stop(); }

  /// Returns when the process has done it.
  void run(const std::string& command) {
    char answer[1024] = "";
    fputs((command + "\n").c_str(), commands_);
    fflush(commands_);
    ASSERT_NE(fgets(answer, sizeof(answer), answers_), nullptr) << command;
    ASSERT_STREQ(answer, "ok\n") << command;
  }
  void call(unsigned function, unsigned times) {
    run("call " + std::to_string(function) + " " + std::to_string(times));
  }
  void stop() {
    if (pid_ <= 0) return;
    fclose(commands_);
    waitpid(pid_, nullptr, 0);
    fclose(answers_);
    pid_ = 0;
  }
  [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }

 private:
  pid_t pid_ = 0;
  FILE* commands_ = nullptr;
  FILE* answers_ = nullptr;
};

/// Programs that count their hits, loaded for one method.
class CountingPrograms {
 public:
  explicit CountingPrograms(AttachMethod method) : skeleton_(attach_probe_bpf__open()) {
    set_attach_method(skeleton_->progs.obi_probed_entry, method);
    set_attach_method(skeleton_->progs.obi_probed_return, method);
    is_loaded_ = attach_probe_bpf__load(skeleton_) == 0;
  }
  CountingPrograms(const CountingPrograms&) = delete;
  CountingPrograms& operator=(const CountingPrograms&) = delete;
  ~CountingPrograms() { attach_probe_bpf__destroy(skeleton_); }

  [[nodiscard]] bool is_loaded() const { return is_loaded_; }
  [[nodiscard]] const bpf_program* entry() const { return skeleton_->progs.obi_probed_entry; }
  [[nodiscard]] const bpf_program* on_return() const { return skeleton_->progs.obi_probed_return; }
  /// Since the last call.
  std::pair<std::uint64_t, std::uint64_t> take_hits() {
    return {std::exchange(skeleton_->bss->entries, 0), std::exchange(skeleton_->bss->returns, 0)};
  }

 private:
  attach_probe_bpf* skeleton_;
  bool is_loaded_ = false;
};

/// Probes at the entry and the return of each function, for the file of that path alone.
inline ProbeSet set_for(const std::string& path, const CountingPrograms& programs,
                        const std::vector<std::string>& functions) {
  ProbeSet set{.name = "test", .matches = [path](std::string_view file) { return file == path; }};
  for (const std::string& function : functions) {
    set.probes.push_back({.symbol = function, .program = programs.entry()});
    set.probes.push_back(
        {.symbol = function, .site = ProbeSite::kReturn, .program = programs.on_return()});
  }
  return set;
}

inline bool await(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace obi::capture
