// SPDX-License-Identifier: Apache-2.0
#include "binary/function_symbols.hpp"

#include <array>

#include "binary/elf_fixture.hpp"

namespace obi::binary {
namespace {

using Found = std::unordered_map<std::string, FunctionPlaces>;

Found find(ElfImage image, std::vector<std::string_view> names) {
  image.lay_out();
  const ScratchFile scratch(image.bytes());
  auto file = ElfFile::open(scratch.path());
  if (!file) return {};
  return find_functions(*file, names).value_or(Found());
}

TEST(FunctionSymbols, AVersionIsNoPartOfTheName) {
  ElfImage image;
  image.add("read@@V2", ElfImage::kCodeAddress + 32);
  image.add("read@V1", ElfImage::kCodeAddress + 16);
  image.add("readv", ElfImage::kCodeAddress + 48);
  const Found found = find(image, {"read", "write"});
  ASSERT_EQ(found.size(), 1U);
  const auto& places = found.at("read").places;
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0].offset, ElfImage::kCodeOffset + 16);
  EXPECT_EQ(places[1].offset, ElfImage::kCodeOffset + 32);
  EXPECT_EQ(places[1].size, 16U);
}

TEST(FunctionSymbols, AliasesAreOnePlace) {
  ElfImage image;
  image.add("f", ElfImage::kCodeAddress);
  image.add("f", ElfImage::kCodeAddress);
  EXPECT_EQ(find(image, {"f"}).at("f").places.size(), 1U);
}

TEST(FunctionSymbols, OnlyCodeOfTheFileCounts) {
  ElfImage image;
  image.add("imported", 0, STT_FUNC, SHN_UNDEF);
  image.add("variable", ElfImage::kCodeAddress, STT_OBJECT);
  image.add("resolved", ElfImage::kCodeAddress, STT_GNU_IFUNC);
  image.add("absolute", ElfImage::kCodeAddress, STT_FUNC, SHN_ABS);
  image.add("elsewhere", 0x10);
  EXPECT_TRUE(find(image, {"imported", "variable", "resolved", "absolute", "elsewhere"}).empty());
  image.code.p_filesz = 1U << 30;  // beyond the file
  image.add("beyond", ElfImage::kCodeAddress + 0x10000);
  image.add("within", ElfImage::kCodeAddress);
  EXPECT_TRUE(find(image, {"beyond", "within"}).empty());
}

TEST(FunctionSymbols, ANameWithTooManyPlacesIsAmbiguous) {
  ElfImage image;
  for (std::size_t i = 0; i < kMaxFunctionPlaces; ++i) image.add("f", ElfImage::kCodeAddress + i);
  EXPECT_EQ(find(image, {"f"}).at("f").places.size(), kMaxFunctionPlaces);
  image.add("f", ElfImage::kCodeAddress + kMaxFunctionPlaces);
  image.add("f", ElfImage::kCodeAddress + kMaxFunctionPlaces + 1);
  EXPECT_TRUE(find(image, {"f"}).at("f").ambiguous);
  EXPECT_TRUE(find(image, {"f"}).at("f").places.empty());
}

TEST(FunctionSymbols, DamagedFilesAreSurvived) {
  ElfImage image;
  image.add("f", ElfImage::kCodeAddress);
  image.lay_out();
  const std::string bytes = image.bytes();
  const auto try_bytes = [](const std::string& damaged) {
    const ScratchFile scratch(damaged);
    auto file = ElfFile::open(scratch.path());
    if (!file) return;
    file->build_id();
    constexpr std::array<std::string_view, 1> kNames = {"f"};
    for (const auto& [name, found] : find_functions(*file, kNames).value_or(Found())) {
      for (const auto& place : found.places) EXPECT_LT(place.offset, damaged.size());
    }
  };
  for (std::size_t size = 0; size < bytes.size(); size += 3) try_bytes(bytes.substr(0, size));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = '\xff';
    try_bytes(damaged);
  }
}

}  // namespace
}  // namespace obi::binary
