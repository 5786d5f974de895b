#include "harness/judge/memory_consistency.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/record/fields.h"
#include "harness/record/training_record.h"
#include "harness/table/model_cost.h"

namespace harness {
namespace {

constexpr auto kPhases =
    std::to_array<std::string_view>({"forward", "loss", "backward", "optimizer"});

/// A workspace of cuBLAS for each of two threads, the matrices of resizes, and room.
constexpr std::int64_t kMostOfLibraries = 128 << 20;

std::int64_t sum_of(const BytesByKind& bytes) {
  std::int64_t sum = 0;
  for (const auto& entry : bytes) sum += entry.second;
  return sum;
}

bool has_negative(const BytesByKind& bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](const auto& one) { return one.second < 0; });
}

std::string size_defect(const MemoryRecord& record) {
  if (record.steps != kMemorySteps) {
    return fmt::format("expected {}, got {}: the first has no momentum, the last is measured",
                       plural(kMemorySteps, "step"), record.steps);
  }
  if (record.departures != std::vector<std::string>{kWithoutConfig}) {
    return fmt::format("expected {}, got {}", kWithoutConfig, enumeration(record.departures));
  }
  if (record.batch <= 0) return fmt::format("a batch of {}", record.batch);
  const bool has_crop = record.crop.size() == 2 && record.crop[0] > 0 && record.crop[1] > 0;
  if (!has_crop) return "the crop is not a height and a width";
  if (record.classes <= 0) return fmt::format("{} classes", record.classes);
  return record.parameters > 0 ? "" : fmt::format("{} parameters", record.parameters);
}

std::string peak_defect(const char* name, const MemoryPeak& peak) {
  const auto& standing = peak.standing;
  const bool is_negative =
      has_negative(peak.activations) || has_negative(peak.temporaries) ||
      has_negative(peak.workspaces) ||
      std::min({standing.weights, standing.masters, standing.gradients, standing.master_gradients,
                standing.momentum, standing.buffers, standing.input, standing.other}) < 0;
  if (is_negative) return fmt::format("{}: a part of it is below 0", name);
  const std::int64_t sum = standing.sum() + sum_of(peak.activations) + sum_of(peak.temporaries) +
                           sum_of(peak.workspaces);
  if (sum != peak.bytes) {
    return fmt::format("{}: expected parts of {} bytes, they add up to {}", name, peak.bytes, sum);
  }
  if (standing.other > kMostOfLibraries) {
    return fmt::format("{}: {} bytes are nobody's, expected at most {} of libraries", name,
                       standing.other, kMostOfLibraries);
  }
  if (std::find(kPhases.begin(), kPhases.end(), peak.phase) != kPhases.end()) return "";
  return fmt::format("{}: no phase is called \"{}\"", name, peak.phase);
}

std::string phase_defect(const MemoryRecord& record) {
  const auto of_peak = record.phases.find(record.peak.phase);
  if (of_peak == record.phases.end() || of_peak->second != record.peak.bytes) {
    return fmt::format("the phase {} does not have the peak of {} bytes", record.peak.phase,
                       record.peak.bytes);
  }
  for (const auto& phase : kPhases) {
    const auto found = record.phases.find(std::string(phase));
    if (found == record.phases.end()) return fmt::format("no bytes of the phase {}", phase);
    if (found->second <= 0) return fmt::format("{} bytes of the phase {}", found->second, phase);
    if (found->second > record.peak.bytes)
      return fmt::format("the phase {} is above the peak", phase);
    const bool ends_forward = phase == "loss" || phase == "backward";
    const std::int64_t least =
        record.tensors.standing.sum() + (ends_forward ? sum_of(record.kept) : 0);
    if (found->second < least) {
      return fmt::format("{} bytes of the phase {}, of which {} lived in it", found->second, phase,
                         least);
    }
  }
  return "";
}

/// Backward and the optimizer release what the forward pass left.
std::string release_defect(const char* name, const MemoryPeak& peak, const BytesByKind& kept) {
  if (peak.phase != "backward" && peak.phase != "optimizer") return "";
  for (const auto& [kind, bytes] : peak.activations) {
    const auto found = kept.find(kind);
    if (found != kept.end() && bytes <= found->second) continue;
    return fmt::format("{}: {} bytes of activations of {}, and {} when backward begins", name,
                       bytes, kind, found == kept.end() ? 0 : found->second);
  }
  return "";
}

bool has_same_standing(const MemoryRecord& record) {
  return record_to_json(record.peak.standing) == record_to_json(record.tensors.standing);
}

std::string order_defect(const MemoryRecord& record) {
  if (record.tensors.bytes > record.peak.bytes || !record.tensors.workspaces.empty()) {
    return "what lives between operators is above the peak of all, or has workspaces";
  }
  const std::int64_t between = record.peak.bytes - sum_of(record.peak.workspaces);
  if (record.tensors.bytes < between) {
    return fmt::format("{} bytes live between operators at the peak, more than the {} at most",
                       between, record.tensors.bytes);
  }
  const std::int64_t kept = sum_of(record.kept);
  if (has_negative(record.kept) || kept + record.tensors.standing.sum() > record.tensors.bytes) {
    return fmt::format("{} bytes of activations beside the standing {} are above the peak of {}",
                       kept, record.tensors.standing.sum(), record.tensors.bytes);
  }
  const auto convolutions = record.kept.find("convolution");
  const bool has_activations = convolutions != record.kept.end() && convolutions->second > 0;
  return has_activations ? "" : "no activation of a convolution was kept";
}

/// Flat buffers hold a few elements more than the parameters, batch norm may have a wider type.
std::string share_defect(const char* name, std::int64_t bytes, std::int64_t expected) {
  const std::int64_t most = expected + expected / 2;
  if (expected <= bytes && bytes <= most) return "";
  return fmt::format("expected {} bytes of {} or at most half as much again, got {}", expected,
                     name, bytes);
}

std::string state_defect(const MemoryRecord& record, const PolicyFacts& policy) {
  const StandingMemory& standing = record.tensors.standing;
  const std::int64_t weights = record.parameters * bytes_of(policy.weights);
  const std::int64_t optimizer = record.parameters * bytes_of(policy.optimizer);
  const std::int64_t masters = policy.has_masters() ? optimizer : 0;
  const std::int64_t momentum = record.sgd_momentum > 0.0 ? optimizer : 0;
  const std::int64_t pixels = record.batch * record.crop[0] * record.crop[1];
  for (auto defect : {share_defect("weights", standing.weights, weights),
                      share_defect("gradients", standing.gradients, weights),
                      share_defect("masters", standing.masters, masters),
                      share_defect("the masters' gradients", standing.master_gradients, masters),
                      share_defect("momentum", standing.momentum, momentum),
                      // Three float channels and an int64 label.
                      share_defect("the batch", standing.input, pixels * (3 * 4 + 8))}) {
    if (!defect.empty()) return defect;
  }
  return "";
}

std::string allocator_defect(const MemoryRecord& record) {
  if (!record.allocator) return "";
  const AllocatorMemory& seen = *record.allocator;
  if (seen.requested > seen.peak || seen.peak > seen.reserved) {
    return fmt::format("the allocator's {} bytes are not between {} requested and {} reserved",
                       seen.peak, seen.requested, seen.reserved);
  }
  if (seen.requested <= 0) return fmt::format("{} bytes were requested", seen.requested);
  for (const auto& phase : kPhases) {
    const auto found = seen.phases.find(std::string(phase));
    if (found == seen.phases.end() || found->second <= 0) {
      return fmt::format("the allocator has no bytes of the phase {}", phase);
    }
    if (found->second > seen.peak) {
      return fmt::format("the phase {} is above the allocator's peak", phase);
    }
  }
  if (seen.peak - seen.peak / 50 > record.peak.bytes) {
    return fmt::format("the allocator's peak of {} bytes is above our {}", seen.peak,
                       record.peak.bytes);
  }
  // Releases that one thread does after another allocated may be seen in another order.
  if (record.tensors.bytes - record.tensors.bytes / 100 <= seen.peak) return "";
  return fmt::format("tensors of {} bytes are above the allocator's peak of {}",
                     record.tensors.bytes, seen.peak);
}

}  // namespace

std::string inconsistency(const MemoryRecord& record, Policy policy) {
  if (auto defect = size_defect(record); !defect.empty()) return defect;
  for (auto defect : {peak_defect("peak", record.peak), peak_defect("tensors", record.tensors),
                      phase_defect(record), order_defect(record),
                      release_defect("peak", record.peak, record.kept),
                      release_defect("tensors", record.tensors, record.kept),
                      std::string(has_same_standing(record) ? ""
                                                            : "what stands is not the same at "
                                                              "both peaks"),
                      state_defect(record, facts(policy)), allocator_defect(record)}) {
    if (!defect.empty()) return defect;
  }
  return "";
}

}  // namespace harness
