// SPDX-License-Identifier: Apache-2.0
// Keeps the probes of all sets attached to the files that instrumented processes run code of. A
// file is attached once, however many processes map it, and detached when the last of them has
// ended or unmapped it. Each set stands by itself: one that can't be attached to a file takes no
// other down. Not thread-safe: all on one thread, that of AttachThread, since attaching reads files
// and takes milliseconds.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/lru.hpp"
#include "binary/file_identity.hpp"
#include "capture/attach/detacher.hpp"
#include "capture/attach/links.hpp"
#include "capture/attach/probe.hpp"
#include "capture/attach/process_files.hpp"

namespace obi::capture {

/// One set on one file.
struct AttachmentStatus {
  std::string path;  ///< as the first process saw it
  std::string set;
  std::size_t processes = 0;
  std::size_t places = 0;            ///< that are attached
  std::vector<std::string> missing;  ///< rows that aren't required and have no place
  std::string failure;               ///< empty: it is attached
  bool is_retried = false;           ///< the failure may pass: it is tried again
};

class Attacher {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Between attempts after a failure that may pass: doubled each time.
  static constexpr std::chrono::milliseconds kMinRetry{500};
  static constexpr std::chrono::milliseconds kMaxRetry{60'000};
  /// Failures that are remembered of files that no process maps any more.
  static constexpr std::size_t kMaxRemembered = 1024;

  /// `detacher` outlives it.
  Attacher(std::vector<ProbeSet> sets, AttachMethod method, Detacher& detacher);
  ~Attacher();
  Attacher(const Attacher&) = delete;
  Attacher& operator=(const Attacher&) = delete;

  /// What the process has mapped now: attaches, detaches, tries again what is due. A file whose
  /// content has changed is attached anew. While earlier probes in a file are still being detached
  /// there are no new ones, which would double their hits. True if something changed, or is about
  /// to.
  bool update(std::uint32_t pid, const ProcessFiles& found, Time now);
  /// True if something was detached.
  bool end(std::uint32_t pid);

  [[nodiscard]] const std::vector<ProbeSet>& sets() const { return sets_; }
  [[nodiscard]] std::vector<AttachmentStatus> status() const;

 private:
  struct Attachment {
    std::size_t set = 0;
    Links links;
    std::size_t places = 0;
    std::vector<std::string> missing;
    std::string failure;
    bool is_retried = false;
    std::chrono::milliseconds retry_after{0};
    Time retry_at{};
  };
  struct File {
    std::string path;
    binary::FileStamp stamp;
    std::string build_id;
    std::unordered_set<std::uint32_t> processes;
    std::vector<Attachment> attachments;
  };
  struct Refusal {  // that a set can't be attached to a content
    binary::FileIdentity file;
    binary::FileStamp stamp;
    std::size_t set = 0;
    bool operator==(const Refusal&) const = default;
  };
  struct RefusalHash {
    std::size_t operator()(const Refusal& refusal) const noexcept {
      return binary::FileIdentityHash()(refusal.file) + refusal.set;
    }
  };
  using Identities = std::unordered_set<binary::FileIdentity, binary::FileIdentityHash>;

  bool add(std::uint32_t pid, const ProcessFile& found, Time now);
  bool attach_due(File& file, const ProcessFile& found, Time now);
  void attach(Attachment& attachment, const ProcessFile& found, Time now);
  void fail(Attachment& attachment, const ProcessFile& found, const base::Error& error, Time now);
  void remove(std::uint32_t pid, const binary::FileIdentity& identity);
  void detach(const binary::FileIdentity& identity, File& file);
  void give_back(const binary::FileIdentity& identity, Links links);
  bool is_detaching(const binary::FileIdentity& identity);
  static bool has_new_content(const File& file, const ProcessFile& found);

  std::vector<ProbeSet> sets_;
  AttachMethod method_;
  Detacher& detacher_;
  std::unordered_map<binary::FileIdentity, File, binary::FileIdentityHash> files_;
  std::unordered_map<std::uint32_t, Identities> processes_;
  // Of files whose links haven't ended yet.
  std::unordered_map<binary::FileIdentity, std::vector<Detacher::Ticket>, binary::FileIdentityHash>
      detaching_;
  base::LruMap<Refusal, std::string, RefusalHash> refusals_{kMaxRemembered};
};

}  // namespace obi::capture
