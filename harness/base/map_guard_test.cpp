#include "harness/base/map_guard.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kPages = 4;

/// A file of 'x', mapped, which can be cut while it is mapped.
class Mapped {
 public:
  explicit Mapped(const TemporaryFolder& folder, const std::string& name = "file")
      : path_(folder.path() / name) {
    std::ofstream(path_) << std::string(kPages * kPage, 'x');
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    address_ = ::mmap(nullptr, kPages * kPage, PROT_READ, MAP_PRIVATE, file, 0);
    ::close(file);
  }
  ~Mapped() { ::munmap(address_, kPages * kPage); }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;

  std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(address_), kPages * kPage};
  }
  char at(std::size_t index) const { return static_cast<const volatile char*>(address_)[index]; }
  void cut(std::size_t size) const { std::filesystem::resize_file(path_, size); }

 private:
  std::filesystem::path path_;
  void* address_ = nullptr;
};

TEST(MapGuard, ReadsZerosWhereTheFileIsGone) {
  const TemporaryFolder folder;
  const Mapped mapped(folder);
  const MapGuard guard(mapped.bytes());
  EXPECT_EQ(mapped.at(2 * kPage), 'x');
  mapped.cut(kPage);
  EXPECT_FALSE(guard.was_hit());
  EXPECT_EQ(mapped.at(2 * kPage), '\0');
  EXPECT_TRUE(guard.was_hit());
  EXPECT_EQ(mapped.at(kPages * kPage - 1), '\0');
  EXPECT_EQ(mapped.at(kPage - 1), 'x');
}

TEST(MapGuard, TellsWhichOfManyFilesWasHit) {
  const TemporaryFolder folder;
  std::vector<std::unique_ptr<Mapped>> files;
  std::vector<std::unique_ptr<MapGuard>> guards;
  for (int index = 0; index < 8; ++index) {
    files.push_back(std::make_unique<Mapped>(folder, std::to_string(index)));
    guards.push_back(std::make_unique<MapGuard>(files.back()->bytes()));
    if (index % 2 == 0) files.back()->cut(0);
  }
  std::vector<std::thread> readers;
  for (const auto& file : files) {
    readers.emplace_back([&file] {
      for (std::size_t index = 0; index < kPages * kPage; ++index)
        static_cast<void>(file->at(index));
    });
  }
  for (std::thread& reader : readers) reader.join();
  for (std::size_t index = 0; index < guards.size(); ++index) {
    EXPECT_EQ(guards[index]->was_hit(), index % 2 == 0) << index;
  }
}

TEST(MapGuard, LeavesOtherFaultsToTheSystem) {
  const TemporaryFolder folder;
  const Mapped guarded(folder, "guarded");
  const Mapped other(folder, "other");
  const MapGuard guard(guarded.bytes());
  other.cut(0);
  EXPECT_DEATH(static_cast<void>(other.at(0)), "");
}

TEST(MapGuard, NoLongerGuardsWhenItIsGone) {
  const TemporaryFolder folder;
  const Mapped mapped(folder);
  { const MapGuard guard(mapped.bytes()); }
  mapped.cut(0);
  EXPECT_DEATH(static_cast<void>(mapped.at(0)), "");
}

TEST(MapGuard, RefusesMoreThanItHasRoomFor) {
  const TemporaryFolder folder;
  const Mapped mapped(folder);
  std::vector<std::unique_ptr<MapGuard>> guards;
  for (std::size_t count = 0; count < MapGuard::kMaxGuards; ++count) {
    guards.push_back(std::make_unique<MapGuard>(mapped.bytes()));
  }
  EXPECT_THROW(MapGuard{mapped.bytes()}, std::length_error);
  guards.pop_back();
  EXPECT_NO_THROW(MapGuard{mapped.bytes()});
}

}  // namespace
}  // namespace harness
