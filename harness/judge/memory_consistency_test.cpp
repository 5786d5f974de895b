#include "harness/judge/memory_consistency.h"

#include <algorithm>
#include <span>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/memory_records.h"

namespace harness {
namespace {
using testing::IsEmpty;
using testing::Not;

constexpr auto kHalf = Policy::kFp16Master;

TEST(MemoryConsistency, WhatAddsUpAgrees) {
  EXPECT_THAT(inconsistency(memory_record_for_tests(), kHalf), IsEmpty());
  EXPECT_THAT(inconsistency(single_memory_record_for_tests(), Policy::kFp32), IsEmpty());
}

TEST(MemoryConsistency, AnOptimizerWithoutMomentumHasNone) {
  MemoryRecord record = memory_record_for_tests();
  record.sgd_momentum = 0.0;
  EXPECT_THAT(inconsistency(record, kHalf), Not(IsEmpty()));
  for (auto* peak : {&record.peak, &record.tensors}) {
    peak->bytes -= std::exchange(peak->standing.momentum, 0);
  }
  for (const auto* phase : {"forward", "loss", "optimizer"}) {
    record.phases[phase] = record.tensors.bytes;
  }
  record.phases["backward"] = record.peak.bytes;
  EXPECT_THAT(inconsistency(record, kHalf), IsEmpty());
}

/// Moves bytes from one part of both peaks to the buffers, so that the sums stay right.
void move_to_buffers(MemoryRecord& record, std::int64_t StandingMemory::*part) {
  for (auto* peak : {&record.peak, &record.tensors}) {
    peak->standing.buffers += std::exchange(peak->standing.*part, 0);
  }
}

TEST(MemoryConsistency, ThePolicysStateIsThere) {
  const std::pair<const char*, std::int64_t StandingMemory::*> parts[] = {
      {"weights", &StandingMemory::weights},
      {"masters", &StandingMemory::masters},
      {"gradients", &StandingMemory::gradients},
      {"masters' gradients", &StandingMemory::master_gradients},
      {"momentum", &StandingMemory::momentum},
      {"batch", &StandingMemory::input}};
  for (const auto& [name, part] : parts) {
    MemoryRecord record = memory_record_for_tests();
    move_to_buffers(record, part);
    EXPECT_THAT(inconsistency(record, kHalf), testing::HasSubstr(name));
  }
  EXPECT_THAT(inconsistency(memory_record_for_tests(), Policy::kFp32), Not(IsEmpty()))
      << "half weights and masters are not FP32's";
}

/// What an allocator counted that agrees with itself.
AllocatorMemory allocator_of(const MemoryRecord& record, std::int64_t peak) {
  AllocatorMemory allocator{peak, peak - 100, peak + 1000, record.phases};
  for (auto& phase : allocator.phases) phase.second = std::min(phase.second, peak);
  return allocator;
}

using Kind = std::pair<const char*, void (*)(MemoryRecord&)>;

void expect_each_is_seen(std::span<const Kind> kinds) {
  for (const auto& [name, change] : kinds) {
    MemoryRecord record = memory_record_for_tests();
    change(record);
    EXPECT_THAT(inconsistency(record, kHalf), Not(IsEmpty())) << name;
  }
}

TEST(MemoryConsistency, AStepThatCannotBeIsSeen) {
  const Kind kinds[] = {{"one step", [](auto& record) { record.steps = 1; }},
                        {"three steps", [](auto& record) { record.steps = 3; }},
                        {"a config", [](auto& record) { record.departures.clear(); }},
                        {"no batch", [](auto& record) { record.batch = 0; }},
                        {"no crop", [](auto& record) { record.crop = {64}; }},
                        {"flat crop",
                         [](auto& record) {
                           record.crop = {64, 0};
                         }},
                        {"no classes", [](auto& record) { record.classes = 0; }},
                        {"no parameters", [](auto& record) { record.parameters = 0; }}};
  expect_each_is_seen(kinds);
}

TEST(MemoryConsistency, EachContradictionIsSeen) {
  const Kind kinds[] = {
      {"a sum", [](auto& record) { record.tensors.activations["relu"] = 1; }},
      {"a sum of all", [](auto& record) { record.peak.temporaries["relu"] = 1; }},
      {"negative",
       [](auto& record) {
         record.peak.activations["relu"] = -5;
         record.peak.activations["convolution"] += 5;
       }},
      {"a phase", [](auto& record) { record.peak.phase = "lunch"; }},
      {"a phase above", [](auto& record) { record.phases["loss"] = record.peak.bytes + 1; }},
      {"a phase missing", [](auto& record) { record.phases.erase("optimizer"); }},
      {"another peak", [](auto& record) { record.phases["backward"] -= 1; }},
      {"tensors above",
       [](auto& record) {
         record.tensors.temporaries["relu"] = 7001;
         record.tensors.bytes += 7001;
       }},
      {"kept above",
       [](auto& record) { record.kept["relu"] = record.tensors.temporaries["loss"] + 1; }},
      {"nothing kept",
       [](auto& record) { record.kept["relu"] = std::exchange(record.kept["convolution"], 0); }},
      {"workspaces between",
       [](auto& record) {
         record.tensors.workspaces["convolution"] = 1;
         record.tensors.bytes += 1;
       }},
      {"nobody's",
       [](auto& record) {
         for (auto* peak : {&record.peak, &record.tensors}) {
           peak->standing.other += 200 << 20;
           peak->bytes += 200 << 20;
         }
         record.phases["backward"] = record.peak.bytes;
       }},
      {"more between than at most",
       [](auto& record) {
         record.peak.activations["relu"] = 7000;
         record.peak.workspaces.clear();
       }},
      {"an empty phase", [](auto& record) { record.phases["optimizer"] = 0; }},
      {"a phase without what stands",
       [](auto& record) { record.phases["optimizer"] = record.tensors.standing.sum() - 1; }},
      {"a loss without what backward finds",
       [](auto& record) {
         record.phases["loss"] = record.tensors.standing.sum() + record.kept["convolution"];
       }},
      {"an activation that backward made",
       [](auto& record) {
         const auto bytes = std::exchange(record.tensors.temporaries["loss"], 0);
         record.tensors.activations["loss"] += bytes;
       }},
      {"another weight at the other peak", [](auto& record) {
         record.peak.standing.weights += 8;
         record.peak.standing.buffers -= 8;
       }}};
  expect_each_is_seen(kinds);
}

TEST(MemoryConsistency, AnAllocatorThatCountsOtherwiseIsSeen) {
  const Kind kinds[] = {
      {"a small allocator",
       [](auto& record) { record.allocator = allocator_of(record, record.peak.bytes / 2); }},
      {"a large allocator",
       [](auto& record) { record.allocator = allocator_of(record, record.peak.bytes * 2); }},
      {"an allocator without a phase",
       [](auto& record) {
         record.allocator = allocator_of(record, record.peak.bytes);
         record.allocator->phases.erase("loss");
       }},
      {"nothing requested",
       [](auto& record) {
         record.allocator = allocator_of(record, record.peak.bytes);
         record.allocator->requested = -5;
       }},
      {"requested above",
       [](auto& record) {
         record.allocator = allocator_of(record, record.peak.bytes);
         record.allocator->requested = record.peak.bytes + 1;
       }},
      {"reserved below",
       [](auto& record) {
         record.allocator = allocator_of(record, record.peak.bytes);
         record.allocator->reserved = record.peak.bytes - 1;
       }},
      {"a phase above the allocator", [](auto& record) {
         record.allocator = allocator_of(record, record.peak.bytes);
         record.allocator->phases["loss"] = record.peak.bytes + 1;
       }}};
  expect_each_is_seen(kinds);
}

TEST(MemoryConsistency, AnAllocatorThatCountsAsMuchAgrees) {
  MemoryRecord record = memory_record_for_tests();
  record.allocator = allocator_of(record, record.peak.bytes + 512);
  EXPECT_THAT(inconsistency(record, kHalf), IsEmpty());
}

}  // namespace
}  // namespace harness
