#include "harness/evaluate/cpu_allocator.h"

#include <thread>
#include <utility>
#include <vector>

#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>
#include <torch/types.h>

namespace harness {
namespace {

constexpr std::int64_t kMegabyte = 1 << 20;

torch::Tensor megabytes(std::int64_t count) {
  return torch::empty({count * kMegabyte}, torch::kByte);
}

/// Reuse is on for the whole process once it is on.
class CpuAllocator : public testing::Test {
 protected:
  CpuAllocator() { reuse_cpu_memory(); }
};

TEST_F(CpuAllocator, TheNextTensorOfThatSizeGetsTheMemory) {
  const auto before = cpu_memory();
  auto first = megabytes(3);
  const void* const place = first.data_ptr();
  EXPECT_EQ(cpu_memory().live - before.live, 3 * kMegabyte);
  first.reset();
  EXPECT_EQ(cpu_memory().live, before.live);
  EXPECT_EQ(cpu_memory().unused - before.unused, 3 * kMegabyte);
  const auto other = megabytes(5);
  EXPECT_NE(other.data_ptr(), place);
  const auto again = megabytes(3);
  EXPECT_EQ(again.data_ptr(), place);
  EXPECT_EQ(cpu_memory().unused, before.unused);
}

TEST_F(CpuAllocator, SmallTensorsAreTheCLibrarys) {
  const auto before = cpu_memory();
  torch::empty({1000}, torch::kByte);
  EXPECT_EQ(cpu_memory().unused, before.unused);
}

/// What the process has at most: tensors, and what is kept.
std::int64_t bound() {
  { const auto most = megabytes(800); }
  return cpu_memory().peak + cpu_memory().peak / 8;
}

TEST_F(CpuAllocator, KeepsAnEighthMoreThanTheMostAtMost) {
  const std::int64_t most = bound();
  std::vector<torch::Tensor> all;
  for (int i = 0; i < 60; ++i) all.push_back(megabytes(10 + i % 3));
  all.clear();
  const auto memory = cpu_memory();
  EXPECT_LE(memory.live + memory.unused, most);
  EXPECT_GT(memory.unused, 600 * kMegabyte) << "too little";
}

TEST_F(CpuAllocator, MakesRoomBeforeItAsksForMore) {
  const std::int64_t most = bound();
  { const auto released = std::pair(megabytes(301), megabytes(302)); }
  const auto held = megabytes(500);
  const auto memory = cpu_memory();
  EXPECT_LE(memory.live + memory.unused, most);
}

TEST_F(CpuAllocator, TheOldestGoesFirst) {
  bound();
  auto old = megabytes(301);
  auto young = megabytes(303);
  const void* const place = young.data_ptr();
  old.reset();
  young.reset();
  const auto held = megabytes(500);
  EXPECT_EQ(megabytes(303).data_ptr(), place);
}

TEST_F(CpuAllocator, ThreadsDoNotGetInEachOthersWay) {
  const auto before = cpu_memory().live;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 200; ++i) {
        auto tensor = torch::full({kMegabyte + i % 7}, t, torch::kByte);
        EXPECT_TRUE(tensor.eq(t).all().item<bool>());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(cpu_memory().live, before);
}

TEST_F(CpuAllocator, TensorsFromBeforeAreReleasedAsTheyWere) {
  torch::Tensor tensor;
  {
    auto own = c10::GetDefaultCPUAllocator()->allocate(4 * kMegabyte);
    tensor = torch::from_blob(own.get(), {4 * kMegabyte}, own.get_deleter(), torch::kByte);
    own.release_context();
  }
  const auto before = cpu_memory();
  tensor.fill_(1);
  tensor.reset();
  EXPECT_EQ(cpu_memory().live, before.live);
  EXPECT_EQ(cpu_memory().unused, before.unused);
}

}  // namespace
}  // namespace harness
