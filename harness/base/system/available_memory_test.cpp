#include "harness/base/system/available_memory.h"

#include <unistd.h>

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"

namespace harness {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

/// A machine's /proc and /sys below a folder.
class AvailableMemory : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) {
    write_file_atomic(root_.path() / file, text);
  }
  void has_free_kib(int kib) {
    write("proc/meminfo", "MemTotal:       9000 kB\nMemFree:         1 kB\nMemAvailable:   " +
                              std::to_string(kib) + " kB\n");
  }
  std::int64_t available() { return available_memory_bytes(root_.path()); }

  TemporaryFolder root_;
};

TEST_F(AvailableMemory, IsWhatTheKernelSays) {
  has_free_kib(7);
  EXPECT_EQ(available(), 7 * 1024);
}

TEST_F(AvailableMemory, IsNotKnownWhereNobodySays) {
  EXPECT_EQ(available(), kUnlimited);
  write("proc/meminfo", "MemTotal: 9000 kB\n");
  EXPECT_EQ(available(), kUnlimited);
}

TEST_F(AvailableMemory, IsWhatIsLeftInACgroupOfVersion2) {
  has_free_kib(1000);
  write("proc/self/cgroup", "0::/job/step\n");
  write("sys/fs/cgroup/job/step/memory.max", "max\n");
  write("sys/fs/cgroup/job/step/memory.current", "1000\n");
  EXPECT_EQ(available(), 1000 * 1024);
  // The limit of a group above holds too; cache that can be dropped counts as free.
  write("sys/fs/cgroup/job/memory.max", "50000\n");
  write("sys/fs/cgroup/job/memory.current", "30000\n");
  EXPECT_EQ(available(), 20000);
  write("sys/fs/cgroup/job/memory.stat", "anon 1\ninactive_anon 9\ninactive_file 4000\n");
  EXPECT_EQ(available(), 24000);
  has_free_kib(2);
  EXPECT_EQ(available(), 2048);
}

TEST_F(AvailableMemory, IsWhatIsLeftInACgroupOfVersion1) {
  has_free_kib(1000);
  write("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/job\n0::/\n");
  write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "50000\n");
  write("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "60000\n");
  EXPECT_EQ(available(), 0);
  write("sys/fs/cgroup/memory/job/memory.stat", "inactive_file 1\ntotal_inactive_file 15000\n");
  EXPECT_EQ(available(), 5000);
  write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(available(), 1000 * 1024);
}

TEST_F(AvailableMemory, OfThisMachineIsSomeOfItsMemory) {
  const auto bytes = available_memory_bytes();
  EXPECT_GT(bytes, 1 << 20);
  EXPECT_LE(bytes, std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE));
}

}  // namespace
}  // namespace harness
