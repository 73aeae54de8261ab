// SPDX-License-Identifier: Apache-2.0
#include "capture/recording.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "bpf/shared/segment.h"
#include "capture/record.hpp"

namespace obi::capture {
namespace {

class RecordingFile : public testing::Test {
 protected:
  std::string path_ = testing::TempDir() + "recording-" + std::to_string(getpid()) + "-" +
                      testing::UnitTest::GetInstance()->current_test_info()->name();
  ~RecordingFile() override { std::filesystem::remove(path_); }
};

std::vector<std::byte> segment_record(std::string_view payload) {
  obi_segment raw{};
  raw.header.type = OBI_EVENT_SEGMENT;
  raw.header.size = static_cast<__u32>(sizeof(raw) + payload.size());
  raw.total_bytes = raw.captured_bytes = static_cast<__u32>(payload.size());
  std::vector<std::byte> bytes(raw.header.size);
  std::memcpy(bytes.data(), &raw, sizeof(raw));
  std::memcpy(bytes.data() + sizeof(raw), payload.data(), payload.size());
  return bytes;
}

TEST_F(RecordingFile, GivesBackEveryRecordInOrder) {
  model::Service service;
  service.name = "shop \"quoted\"";
  service.language = model::Language::kPython;
  service.metadata = {{"k", "v"}};
  auto recorder = Recorder::open({.path = path_}, 1234);
  ASSERT_TRUE(recorder);
  (*recorder)->write_service(9, service);
  (*recorder)->write(segment_record("abc"));
  (*recorder)->write(segment_record("defgh"));
  ASSERT_TRUE((*recorder)->close());

  auto recording = Recording::open(path_);
  ASSERT_TRUE(recording) << recording.error().message;
  EXPECT_EQ(recording->wall_offset_ns(), 1234);
  std::vector<std::string> seen;
  recording->replay([&](std::span<const std::byte> bytes) {
    model::SegmentContext context;
    const Record record = decode_record(bytes, context);
    if (const auto* owner = std::get_if<ServiceRecord>(&record)) {
      const auto read = read_service(owner->json);
      ASSERT_TRUE(read);
      seen.push_back(std::to_string(owner->pid) + " " + read->name + " " +
                     std::string(to_string(read->language)) + " " + read->metadata.at(0).second);
    } else {
      const auto payload = std::get<model::Segment>(record).payload;
      seen.emplace_back(reinterpret_cast<const char*>(payload.data()), payload.size());
    }
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"9 shop \"quoted\" python v", "abc", "defgh"}));
}

TEST_F(RecordingFile, ACutFileEndsBeforeItsLastRecord) {
  auto recorder = Recorder::open({.path = path_}, 0);
  (*recorder)->write(segment_record("abc"));
  (*recorder)->write(segment_record("defgh"));
  ASSERT_TRUE((*recorder)->close());
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 8);
  int count = 0;
  Recording::open(path_)->replay([&](auto) { ++count; });
  EXPECT_EQ(count, 1);
}

TEST_F(RecordingFile, RefusesAFileOfAnotherKind) {
  std::ofstream(path_) << "not a recording at all, just text";
  const auto recording = Recording::open(path_);
  ASSERT_FALSE(recording);
  EXPECT_NE(recording.error().message.find("not a recording"), std::string::npos);
}

TEST_F(RecordingFile, RedactionReachesTheFile) {
  auto recorder = Recorder::open({.path = path_, .redact = true}, 0);
  (*recorder)->write(segment_record("GET / HTTP/1.1\r\nCookie: planted\r\n\r\n"));
  model::Service service;
  service.host_name = service.host_id = service.executable = "planted";
  (*recorder)->write_service(1, service);
  ASSERT_TRUE((*recorder)->close());
  std::ifstream file(path_, std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(all.find("planted"), std::string::npos);
  EXPECT_NE(all.find("GET / HTTP/1.1"), std::string::npos);
}

}  // namespace
}  // namespace obi::capture
