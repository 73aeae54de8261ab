// SPDX-License-Identifier: Apache-2.0
#include "capture/recording.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "bpf/shared/event.h"
#include "capture/redaction.hpp"

namespace obi::capture {
namespace {

constexpr std::uint64_t kMagic = 0x3147455349424fULL;  // "OBISEG1", little-endian
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kAlignment = 8;
constexpr std::size_t kMaxRecordBytes = 1 << 20;

constexpr std::size_t padded(std::size_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

model::Language language_of(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(model::Language::kCpp); ++i) {
    if (to_string(static_cast<model::Language>(i)) == name) return static_cast<model::Language>(i);
  }
  return model::Language::kGeneric;
}

// Names, but not whose machine they are from.
model::Service without_host_facts(const model::Service& service) {
  model::Service hidden;
  hidden.name = service.name;
  hidden.name_space = service.name_space;
  hidden.language = service.language;
  hidden.host_name = "host";
  hidden.instance_id = "host:" + std::to_string(service.pid);
  return hidden;
}

}  // namespace

base::Result<std::unique_ptr<Recorder>> Recorder::open(const RecorderOptions& options,
                                                       std::int64_t wall_offset_ns) {
  std::FILE* file = std::fopen(options.path.c_str(), "wbe");
  if (file == nullptr) return base::fail("--record " + options.path, errno);
  auto recorder = std::unique_ptr<Recorder>(new Recorder(file, options));
  const RecordingHeader header{
      .magic = kMagic, .version = kVersion, .wall_offset_ns = wall_offset_ns};
  recorder->put(std::as_bytes(std::span(&header, 1)));
  return recorder;
}

void Recorder::put(std::span<const std::byte> bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size() && error_ == 0)
    error_ = errno;
}

void Recorder::write(std::span<const std::byte> record) {
  obi_event_header header{};
  if (record.size() < sizeof(header)) return;
  std::memcpy(&header, record.data(), sizeof(header));
  if (header.size < sizeof(header) || header.size > record.size()) return;
  record = record.first(header.size);
  copy_.assign(record.begin(), record.end());
  copy_.resize(padded(record.size()));
  if (options_.redact) redact_record(std::span(copy_).first(record.size()));
  put(copy_);
}

void Recorder::write_service(std::uint32_t pid, const model::Service& original) {
  const model::Service service = options_.redact ? without_host_facts(original) : original;
  const nlohmann::json json = {{"name", service.name},
                               {"namespace", service.name_space},
                               {"instance_id", service.instance_id},
                               {"host_name", service.host_name},
                               {"host_id", service.host_id},
                               {"language", to_string(service.language)},
                               {"executable", service.executable},
                               {"container_id", service.container_id},
                               {"metadata", service.metadata}};
  const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const obi_event_header header{
      .type = OBI_EVENT_SERVICE,
      .size = static_cast<__u32>(sizeof(obi_event_header) + sizeof(pid) + text.size())};
  copy_.resize(padded(header.size));
  std::memcpy(copy_.data(), &header, sizeof(header));
  std::memcpy(copy_.data() + sizeof(header), &pid, sizeof(pid));
  std::memcpy(copy_.data() + sizeof(header) + sizeof(pid), text.data(), text.size());
  put(copy_);
}

base::Result<void> Recorder::close() {
  std::FILE* file = file_.release();
  if (file != nullptr && std::fclose(file) != 0 && error_ == 0) error_ = errno;
  if (error_ != 0) return base::fail("writing the recording " + options_.path, error_);
  return {};
}

base::Result<Recording> Recording::open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return base::fail("--replay " + path, errno);
  Recording recording;
  std::array<std::byte, 65536> chunk;
  for (std::size_t n = 0; (n = std::fread(chunk.data(), 1, chunk.size(), file)) > 0;) {
    recording.bytes_.insert(recording.bytes_.end(), chunk.begin(),
                            chunk.begin() + static_cast<std::ptrdiff_t>(n));
  }
  std::fclose(file);
  if (recording.bytes_.size() >= sizeof(RecordingHeader)) {
    std::memcpy(&recording.header_, recording.bytes_.data(), sizeof(RecordingHeader));
  }
  if (recording.header_.magic != kMagic)
    return base::fail("--replay " + path + ": not a recording");
  if (recording.header_.version != kVersion) {
    return base::fail("--replay " + path + ": made by another version of the recorder");
  }
  return recording;
}

void Recording::replay(const std::function<void(std::span<const std::byte>)>& consume) const {
  const auto all = std::span(bytes_);
  for (std::size_t at = sizeof(RecordingHeader); all.size() - at >= sizeof(obi_event_header);) {
    obi_event_header header;
    std::memcpy(&header, all.data() + at, sizeof(header));
    if (header.size < sizeof(header) || header.size > kMaxRecordBytes ||
        header.size > all.size() - at)
      return;
    consume(all.subspan(at, header.size));
    at += padded(header.size);
    if (at > all.size()) return;
  }
}

std::optional<model::Service> read_service(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto string_of = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  model::Service service;
  service.name = string_of("name");
  service.name_space = string_of("namespace");
  service.instance_id = string_of("instance_id");
  service.host_name = string_of("host_name");
  service.host_id = string_of("host_id");
  service.language = language_of(string_of("language"));
  service.executable = string_of("executable");
  service.container_id = string_of("container_id");
  if (const auto metadata = json.find("metadata"); metadata != json.end() && metadata->is_array()) {
    for (const auto& row : *metadata) {
      if (row.is_array() && row.size() == 2 && row[0].is_string() && row[1].is_string()) {
        service.metadata.emplace_back(row[0], row[1]);
      }
    }
  }
  return service;
}

}  // namespace obi::capture
