#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace harness {

/// Bytes by kind of operator that allocated them: {"convolution": ..., "batch_norm": ..., "relu",
/// "pool", "resize", "deterministic_resize", "concat", "add", "dropout", "cast", "layout", "loss",
/// "other"}.
using BytesByKind = std::map<std::string, std::int64_t>;

/// What lives before a step begins and after it ends, in bytes.
struct StandingMemory {
  std::int64_t weights = 0;           ///< The model's parameters: half where the policy says so.
  std::int64_t masters = 0;           ///< FP32 copies that the optimizer updates; 0 without.
  std::int64_t gradients = 0;         ///< Of the weights, in their dtype.
  std::int64_t master_gradients = 0;  ///< Of the masters; 0 without.
  std::int64_t momentum = 0;          ///< Of SGD.
  std::int64_t buffers = 0;           ///< Batch norm's statistics.
  std::int64_t input = 0;             ///< The batch as it was drawn: float images, int64 labels.
  std::int64_t other = 0;             ///< The rest: workspaces that libraries keep.

  std::int64_t sum() const noexcept {
    return weights + masters + gradients + master_gradients + momentum + buffers + input + other;
  }

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("weights", self.weights);
    visit("masters", self.masters);
    visit("gradients", self.gradients);
    visit("master_gradients", self.master_gradients);
    visit("momentum", self.momentum);
    visit("buffers", self.buffers);
    visit("input", self.input);
    visit("other", self.other);
  }
};

/// A moment of a step at which the sum of some bytes was largest, and what they were. The parts add
/// up to `bytes`.
struct MemoryPeak {
  std::int64_t bytes = 0;
  std::string phase;  ///< "forward", "loss", "backward" or "optimizer".
  StandingMemory standing;
  /// Allocated by the forward pass and the loss: what backward still needs, before backward also
  /// what they are about to release.
  BytesByKind activations;
  BytesByKind temporaries;  ///< Allocated by backward and the optimizer.
  /// What depends on the device's operators: allocated and released within one of them (workspaces
  /// of convolutions, operands that a CPU's half convolution widens), or a copy in another layout.
  BytesByKind workspaces;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("bytes", self.bytes);
    visit("phase", self.phase);
    visit("standing", self.standing);
    visit("activations", self.activations);
    visit("temporaries", self.temporaries);
    visit("workspaces", self.workspaces);
  }
};

/// What the device's own allocator counted in the step, in bytes; only on a GPU.
struct AllocatorMemory {
  std::int64_t peak = 0;       ///< torch.cuda.max_memory_allocated(), reset before the step.
  std::int64_t requested = 0;  ///< The same without its rounding to blocks.
  std::int64_t reserved = 0;   ///< What it held of the device, its cache included.
  std::map<std::string, std::int64_t> phases;  ///< `peak` of each phase.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("peak", self.peak);
    visit("requested", self.requested);
    visit("reserved", self.reserved);
    visit("phases", self.phases);
  }
};

/// Steps that the stage `memory` runs: the first makes the gradients' buffers and the momentum, the
/// last is measured.
inline constexpr std::int64_t kMemorySteps = 2;

/// Measurements of the stage `memory`: the bytes of tensors in one training step, which follows
/// others so that gradients and momentum exist.
struct MemoryRecord {
  std::string policy;              ///< "fp16-master", ...
  std::string scaler;              ///< "static", ...
  double sgd_momentum = 0.0;       ///< The optimizer's factor; 0: it keeps no momentum.
  std::int64_t batch = 0;          ///< Images in a step.
  std::vector<std::int64_t> crop;  ///< {height, width} of an image, in pixels.
  std::int64_t classes = 0;
  std::int64_t parameters = 0;          ///< Elements of the model's parameters.
  std::int64_t steps = 0;               ///< Steps run; the last was measured.
  std::vector<std::string> departures;  ///< As in TrainingRecord.
  MemoryPeak peak;                      ///< Of all bytes.
  /// Of the bytes that live between operators (no workspaces): what depends on model and arithmetic
  /// alone.
  MemoryPeak tensors;
  std::map<std::string, std::int64_t> phases;  ///< Largest sum of all bytes in each phase.
  BytesByKind kept;                            ///< Activations when backward begins.
  std::optional<AllocatorMemory> allocator;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("policy", self.policy);
    visit("scaler", self.scaler);
    visit("sgd_momentum", self.sgd_momentum);
    visit("batch", self.batch);
    visit("crop", self.crop);
    visit("classes", self.classes);
    visit("parameters", self.parameters);
    visit("steps", self.steps);
    visit("departures", self.departures);
    visit("peak", self.peak);
    visit("tensors", self.tensors);
    visit("phases", self.phases);
    visit("kept", self.kept);
    visit("allocator", self.allocator);
  }
};

}  // namespace harness
