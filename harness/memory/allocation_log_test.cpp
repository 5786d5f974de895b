#include "harness/memory/allocation_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/precision/half_convolution.h"

namespace harness {
namespace {

torch::Tensor kilobytes(std::int64_t count) {
  return torch::empty({count << 10}, torch::kByte);
}

MemoryRecord recorded(const StepAllocations& step) {
  MemoryRecord record;
  add_step_memory(step, record);
  return record;
}

TEST(AllocationLog, TellsWhatStandsFromWhatAStepAllocates) {
  AllocationLog log(torch::kCPU);
  const auto weights = kilobytes(64);
  log.name(weights.view({2, -1}), &StandingMemory::weights);
  log.name(torch::Tensor(), &StandingMemory::momentum);
  log.begin_step();
  { const auto kept = kilobytes(16); }
  const MemoryRecord record = recorded(log.end_step());
  EXPECT_EQ(record.peak.bytes, 80 << 10);
  EXPECT_EQ(record.peak.standing.weights, 64 << 10);
  EXPECT_EQ(record.peak.standing.momentum, 0);
}

TEST(AllocationLog, TheFirstNameOfATensorStays) {
  AllocationLog log(torch::kCPU);
  const auto weights = kilobytes(4);
  log.name(weights, &StandingMemory::weights);
  log.name(weights, &StandingMemory::masters);
  EXPECT_TRUE(log.is_named(weights, &StandingMemory::weights));
}

TEST(AllocationLog, WhatAnOperatorReleasesItselfIsItsWorkspace) {
  AllocationLog log(torch::kCPU);
  register_half_convolution();
  const auto image = torch::rand({2, 3, 16, 16}).to(torch::kHalf);
  const auto weight = torch::rand({8, 3, 3, 3}).to(torch::kHalf);
  log.begin_step();
  const auto result = torch::conv2d(image, weight, {}, 1, 1);
  const MemoryRecord record = recorded(log.end_step());
  // The operands and the result, widened to float.
  const auto widened = 4 * (image.numel() + weight.numel() + result.numel());
  EXPECT_GE(record.peak.workspaces.at("convolution"), widened);
  EXPECT_TRUE(record.tensors.workspaces.empty());
  EXPECT_EQ(record.tensors.bytes - record.tensors.standing.sum(), 2 * result.numel());
}

TEST(AllocationLog, FollowsBackwardAndNamesTheLayers) {
  AllocationLog log(torch::kCPU);
  torch::nn::Conv2d convolution(torch::nn::Conv2dOptions(3, 8, 3).padding(1).bias(false));
  torch::nn::BatchNorm2d norm(8);
  const auto image = torch::rand({2, 3, 16, 16});
  log.begin_step();
  auto result = norm(convolution(image)).relu_().sum();
  log.set_phase(StepPhase::kBackward);
  result.backward();
  result.reset();
  const MemoryRecord record = recorded(log.end_step());
  const std::int64_t map = 2 * 8 * 16 * 16 * 4;
  EXPECT_EQ(record.kept.at("convolution"), map);
  // The map, and the mean and deviation of each of 8 channels.
  EXPECT_EQ(record.kept.at("batch_norm"), map + 2 * 8 * 4);
  EXPECT_EQ(record.kept.count("relu"), 0U) << "it works in place";
  EXPECT_GT(record.phases.at("backward"), map);
}

TEST(AllocationLog, EndsWithItsScope) {
  { const AllocationLog log(torch::kCPU); }
  AllocationLog log(torch::kCPU);
  log.begin_step();
  const auto first = log.end_step();
  EXPECT_TRUE(first.standing.empty());
  EXPECT_TRUE(first.events.empty());
}

}  // namespace
}  // namespace harness
