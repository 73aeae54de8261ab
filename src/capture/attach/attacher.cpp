// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/attacher.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "binary/elf_file.hpp"
#include "capture/attach/probe_plan.hpp"

namespace obi::capture {
namespace {

constexpr std::string_view kDetaching = "earlier probes in it are still being detached";

base::Result<binary::ElfFile> read_file(const ProcessFile& found) {
  return binary::ElfFile::read(OBI_TRY(binary::open_located(found.located)));
}

std::string build_id_of(const ProcessFile& found) {
  auto file = read_file(found);
  return file ? file->build_id() : std::string();
}

}  // namespace

Attacher::Attacher(std::vector<ProbeSet> sets, AttachMethod method, Detacher& detacher)
    : sets_(std::move(sets)), method_(method), detacher_(detacher) {}

Attacher::~Attacher() {
  for (auto& [identity, file] : files_) detach(identity, file);
}

bool Attacher::update(std::uint32_t pid, const ProcessFiles& found, Time now) {
  bool changed = false;
  Identities mapped;
  for (const ProcessFile& file : found.files) {
    mapped.insert(file.identity);
    changed |= add(pid, file, now);
  }
  const auto known = processes_.find(pid);
  if (!found.complete || known == processes_.end()) return changed;
  for (auto at = known->second.begin(); at != known->second.end();) {
    if (mapped.contains(*at)) {
      ++at;
      continue;
    }
    remove(pid, *at);
    at = known->second.erase(at);
    changed = true;
  }
  if (known->second.empty()) processes_.erase(known);
  return changed;
}

bool Attacher::end(std::uint32_t pid) {
  const auto known = processes_.find(pid);
  if (known == processes_.end()) return false;
  for (const binary::FileIdentity& identity : known->second) remove(pid, identity);
  processes_.erase(known);
  return true;
}

bool Attacher::add(std::uint32_t pid, const ProcessFile& found, Time now) {
  const auto [at, is_new] = files_.try_emplace(found.identity);
  File& file = at->second;
  if (is_new) {
    file.path = found.path;
    file.stamp = found.stamp;
    file.build_id = build_id_of(found);
    for (const std::size_t set : found.sets) file.attachments.emplace_back().set = set;
  } else if (has_new_content(file, found)) {
    spdlog::debug("attach: content changed file={}", file.path);
    detach(found.identity, file);
    file.build_id = build_id_of(found);
    for (Attachment& attachment : file.attachments) attachment = {.set = attachment.set};
  }
  file.stamp = found.stamp;
  const bool joins = file.processes.insert(pid).second;
  if (joins) processes_[pid].insert(found.identity);
  return attach_due(file, found, now) || joins;
}

// Links, names and modes change a file's times, too; the build id says whether it was that.
bool Attacher::has_new_content(const File& file, const ProcessFile& found) {
  if (file.stamp == found.stamp) return false;
  if (file.stamp.size_bytes != found.stamp.size_bytes || file.build_id.empty()) return true;
  return build_id_of(found) != file.build_id;
}

// A file may be mapped under a further name that a further set matches.
bool Attacher::attach_due(File& file, const ProcessFile& found, Time now) {
  for (const std::size_t set : found.sets) {
    if (std::ranges::find(file.attachments, set, &Attachment::set) == file.attachments.end()) {
      file.attachments.emplace_back().set = set;
    }
  }
  bool changed = false;
  for (Attachment& attachment : file.attachments) {
    if (!attachment.links.empty() || now < attachment.retry_at) continue;
    if (!attachment.failure.empty() && !attachment.is_retried) continue;
    attach(attachment, found, now);
    changed = true;
  }
  return changed;
}

void Attacher::attach(Attachment& attachment, const ProcessFile& found, Time now) {
  const Refusal key{.file = found.identity, .stamp = found.stamp, .set = attachment.set};
  if (const std::string* reason = refusals_.find(key)) {
    attachment.failure = *reason;
    return;
  }
  if (is_detaching(found.identity)) {
    attachment.failure = kDetaching;
    attachment.is_retried = true;
    return;
  }
  auto file = read_file(found);
  if (!file) return fail(attachment, found, file.error(), now);
  auto plan = plan_probes(*file, sets_[attachment.set].probes);
  if (!plan) return fail(attachment, found, plan.error(), now);
  Links links;
  const auto attached = attach_plan(*plan, binary::path_of(found.located), method_, links);
  if (attached && links.empty()) {
    return fail(attachment, found, {.message = "it has none of the places"}, now);
  }
  if (!attached) {
    give_back(found.identity, std::move(links));
    return fail(attachment, found, attached.error(), now);
  }
  attachment.links = std::move(links);
  attachment.places = plan->places();
  attachment.missing = std::move(plan->missing);
  attachment.failure.clear();
  attachment.is_retried = false;
  spdlog::debug("attached set={} file={} places={} missing={}", sets_[attachment.set].name,
                found.path, attachment.places, attachment.missing.size());
}

void Attacher::fail(Attachment& attachment, const ProcessFile& found, const base::Error& error,
                    Time now) {
  const bool is_new = attachment.failure != error.message;
  attachment.failure = error.message;
  attachment.is_retried = is_passing(error.error_number);
  if (attachment.is_retried) {
    attachment.retry_after = std::clamp(attachment.retry_after * 2, kMinRetry, kMaxRetry);
    attachment.retry_at = now + attachment.retry_after;
  } else {
    refusals_.put({.file = found.identity, .stamp = found.stamp, .set = attachment.set},
                  error.message);
  }
  if (is_new) {
    spdlog::warn("probes not attached set={} file={} reason=\"{}\"{}", sets_[attachment.set].name,
                 found.path, error.message, attachment.is_retried ? " (tried again)" : "");
  }
}

void Attacher::remove(std::uint32_t pid, const binary::FileIdentity& identity) {
  const auto found = files_.find(identity);
  if (found == files_.end()) return;
  found->second.processes.erase(pid);
  if (!found->second.processes.empty()) return;
  detach(identity, found->second);
  files_.erase(found);
}

void Attacher::detach(const binary::FileIdentity& identity, File& file) {
  for (Attachment& attachment : file.attachments) {
    give_back(identity, std::exchange(attachment.links, {}));
    attachment.places = 0;
  }
}

void Attacher::give_back(const binary::FileIdentity& identity, Links links) {
  if (!links.empty()) detaching_[identity].push_back(detacher_.detach(std::move(links)));
}

bool Attacher::is_detaching(const binary::FileIdentity& identity) {
  std::erase_if(detaching_, [](const auto& file) {
    return std::ranges::all_of(file.second, &Detacher::Ticket::expired);
  });
  return detaching_.contains(identity);
}

std::vector<AttachmentStatus> Attacher::status() const {
  std::vector<AttachmentStatus> all;
  for (const auto& [identity, file] : files_) {
    for (const Attachment& attachment : file.attachments) {
      all.push_back({.path = file.path,
                     .set = sets_[attachment.set].name,
                     .processes = file.processes.size(),
                     .places = attachment.places,
                     .missing = attachment.missing,
                     .failure = attachment.failure,
                     .is_retried = attachment.is_retried});
    }
  }
  return all;
}

}  // namespace obi::capture
