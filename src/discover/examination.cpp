// SPDX-License-Identifier: Apache-2.0
#include "discover/examination.hpp"

#include "binary/executable_type.hpp"

namespace obi::discover {

Examiner::Examiner(const Proc& proc, std::uint32_t own_pid, const MetadataSource* metadata)
    : proc_(proc),
      metadata_(metadata),
      self_(proc.read(own_pid).value_or(Process{})),
      ports_(proc, self_.net_namespace) {}

const std::vector<std::uint16_t>& Examination::listening_ports() {
  if (!ports_) {
    ports_ = examiner_.ports().of(process_);
    ports_->insert(ports_->end(), heard_ports_.begin(), heard_ports_.end());
  }
  return *ports_;
}

const binary::ExecutableFacts& Examination::executable() {
  if (!executable_)
    executable_ = examiner_.executables().read(examiner_.proc().executable_link(process_.pid));
  return *executable_;
}

const std::string& Examination::maps() {
  if (!maps_) maps_ = examiner_.proc().maps(process_.pid);
  return *maps_;
}

// The maps are long, and mostly the file is enough.
model::Language Examination::language() {
  if (language_) return *language_;
  const std::string& path = process_.program.executable;
  language_ = binary::language_of_file(executable(), path);
  if (!language_) language_ = binary::language_of(executable(), path, maps());
  return *language_;
}

const MetadataRef& Examination::metadata() {
  if (!metadata_) metadata_ = examiner_.metadata_of(process_);
  return *metadata_;
}

Candidate Examination::candidate(bool parent_is_instrumented) {
  return {.process = process_,
          .listening_ports = [this]() -> const auto& { return listening_ports(); },
          .language = [this] { return language(); },
          .metadata = metadata().get(),
          .parent_is_instrumented = parent_is_instrumented,
          .in_container = in_container()};
}

}  // namespace obi::discover
