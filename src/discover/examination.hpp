// SPDX-License-Identifier: Apache-2.0
// Finds the facts that the criteria need of a process. Discovery and `explain` both use it, so
// their results can't differ. Not thread-safe.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "binary/executable_cache.hpp"
#include "discover/criteria.hpp"
#include "discover/listening_ports.hpp"
#include "discover/metadata.hpp"
#include "discover/process.hpp"
#include "model/service.hpp"

namespace obi::discover {

/// What all examinations share. `proc` and `metadata` outlive it.
class Examiner {
 public:
  /// `own_pid`: of the process whose container and network namespace the others are compared with.
  /// `metadata`: null = there is none.
  Examiner(const Proc& proc, std::uint32_t own_pid, const MetadataSource* metadata = nullptr);

  [[nodiscard]] const Proc& proc() const { return proc_; }
  [[nodiscard]] const Process& self() const { return self_; }
  ListeningPorts& ports() { return ports_; }
  binary::ExecutableCache& executables() { return executables_; }
  [[nodiscard]] MetadataRef metadata_of(const Process& process) const {
    return metadata_ == nullptr ? nullptr : metadata_->find(process);
  }

 private:
  const Proc& proc_;
  const MetadataSource* metadata_;
  Process self_;
  ListeningPorts ports_;
  binary::ExecutableCache executables_;
};

/// One look at one process: each fact is found out when it is first asked for, and kept. Examiner,
/// process and ports outlive it.
class Examination {
 public:
  /// `heard_ports`: those it is known to listen on beside what /proc shows.
  Examination(Examiner& examiner, const Process& process,
              std::span<const std::uint16_t> heard_ports = {})
      : examiner_(examiner), process_(process), heard_ports_(heard_ports) {}
  Examination(const Examination&) = delete;
  Examination& operator=(const Examination&) = delete;

  [[nodiscard]] const Process& process() const { return process_; }
  const std::vector<std::uint16_t>& listening_ports();
  const binary::ExecutableFacts& executable();
  const std::string& maps();
  model::Language language();
  /// Null if there is none.
  const MetadataRef& metadata();
  [[nodiscard]] bool in_container() const { return is_in_container(process_, examiner_.self()); }
  /// For the criteria; refers to this object.
  Candidate candidate(bool parent_is_instrumented);

 private:
  Examiner& examiner_;
  const Process& process_;
  std::span<const std::uint16_t> heard_ports_;
  std::optional<std::vector<std::uint16_t>> ports_;
  std::optional<binary::ExecutableFacts> executable_;
  std::optional<std::string> maps_;
  std::optional<model::Language> language_;
  std::optional<MetadataRef> metadata_;
};

}  // namespace obi::discover
