// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/process_files.hpp"

#include <algorithm>
#include <cerrno>

#include "binary/mapped_files.hpp"

namespace obi::capture {
namespace {

std::vector<std::size_t> matching(std::span<const ProbeSet> sets, const std::string& path) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (sets[i].matches(path)) found.push_back(i);
  }
  return found;
}

struct Candidate {
  binary::MappedFile mapping;
  std::vector<std::size_t> sets;
};

void add(ProcessFiles& found, const std::string& proc, std::uint32_t pid, Candidate candidate) {
  auto located = binary::locate_mapped(proc, pid, candidate.mapping);
  if (!located) {
    const int error = located.error().error_number;
    // Unmapped meanwhile, or no regular file: nothing is missing.
    if (error != ENOENT && error != EINVAL) found.complete = false;
    return;
  }
  const auto identified = binary::identify(located->get());
  if (!identified) {
    found.complete = false;
    return;
  }
  const auto same = std::ranges::find(found.files, identified->identity, &ProcessFile::identity);
  if (same != found.files.end()) return;
  found.files.push_back({.path = std::move(candidate.mapping.path),
                         .identity = identified->identity,
                         .stamp = identified->stamp,
                         .sets = std::move(candidate.sets),
                         .located = std::move(*located)});
}

}  // namespace

base::Result<ProcessFiles> find_process_files(const std::string& proc, std::uint32_t pid,
                                              std::span<const ProbeSet> sets) {
  ProcessFiles found;
  std::vector<Candidate> candidates;
  bool any = false;
  const auto read = binary::visit_mapped_code(proc, pid, [&](const binary::MappedFile& file) {
    any = true;
    const bool is_known = std::ranges::any_of(candidates, [&](const Candidate& known) {
      return known.mapping.path == file.path && known.mapping.inode == file.inode;
    });
    if (is_known || candidates.size() >= kMaxFilesPerProcess) return;
    auto matches = matching(sets, file.path);
    if (!matches.empty()) candidates.push_back({file, std::move(matches)});
  });
  if (!read) return std::unexpected(read.error());
  // Between two programs, or between its end and its parent's wait, a process has no mappings.
  found.complete = any;
  for (Candidate& candidate : candidates) add(found, proc, pid, std::move(candidate));
  return found;
}

}  // namespace obi::capture
