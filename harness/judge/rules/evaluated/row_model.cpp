#include "harness/judge/rules/evaluated/row_model.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/judge/rules/evaluated/network_facts.h"
#include "harness/table/model_cost.h"
#include "harness/table/published_step.h"

namespace harness {
namespace {

template <typename T>
std::string other_number(std::string_view what, const T& expected, const T& recorded) {
  if (recorded == expected) return "";
  return fmt::format("expected the row's model with {} {}, the record has {}",
                     short_text(static_cast<double>(expected), 13), what,
                     short_text(static_cast<double>(recorded), 13));
}

/// What `compare` finds of the row's model, or why the row has none.
template <typename Compare>
std::string compared_with_model(const Row& row, const Compare& compare) {
  try {
    return compare(resolve_model(row, Json()));
  } catch (const Error& error) {
    return error.what();
  }
}

/// A few for each head, in the blocks of 512 bytes that CUDA's allocator gives.
constexpr std::int64_t kScalars = 4096;

constexpr std::int64_t kAlignment = 64;  ///< Of a CPU's allocator.
constexpr std::int64_t kBlock = 512;     ///< The smallest of CUDA's.
/// For what lies in blocks of its own, as the statistics of norms.
constexpr std::int64_t kRoom = 1 << 18;

struct BytesRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

std::string other_bytes(std::string_view what, std::int64_t found, const BytesRange& expected) {
  if (expected.low <= found && found <= expected.high) return "";
  return fmt::format("expected {} to {} bytes of {}, got {}", expected.low, expected.high, what,
                     found);
}

/// Norms keep statistics of its own type.
bool is_double(const PolicyFacts& policy) {
  return policy.compute == ElementType::kFloat64;
}

std::int64_t kept_by_all(const MemoryRecord& record) {
  std::int64_t sum = 0;
  for (const auto& entry : record.kept) sum += entry.second;
  return sum;
}

std::int64_t kept_by(const MemoryRecord& record, const char* kind) {
  const auto found = record.kept.find(kind);
  return found == record.kept.end() ? 0 : found->second;
}

ScalerType scaler_of(const Row& row, Policy policy) {
  const bool is_own = row.policy() == policy && row.arithmetic.has_value();
  return (is_own ? row.arithmetic->scaler_or_default() : default_scaler(policy)).type;
}

}  // namespace

std::string other_model(const Row& row, const std::string& precision, const SpeedRecord& record) {
  return compared_with_model(row, [&](const ModelSpec& spec) {
    const ForwardCost cost = forward_cost(spec, record.setup.height, record.setup.width);
    const StateBytes bytes = state_bytes(spec, policy_of_precision(precision));
    return first_of(
        {other_number("operations", cost.convolution_flops, record.image.convolution_flops),
         other_number("bytes of weights", bytes.all, record.image.weights_bytes),
         other_number("logits", cost.logits_elements, record.image.logits_elements)});
  });
}

std::string other_model(const Row& row, const MemoryRecord& record) {
  return compared_with_model(row, [&](const ModelSpec& spec) {
    return first_of({other_number("classes", spec.decode_head.num_classes, record.classes),
                     other_number("parameters", parameter_count(spec), record.parameters)});
  });
}

std::string other_state(const Row& row, const std::string& precision, const MemoryRecord& record) {
  return compared_with_model(row, [&](const ModelSpec& spec) {
    const PolicyFacts& policy = facts(policy_of_precision(precision));
    const StateBytes state = state_bytes(spec, policy_of_precision(precision));
    const StandingMemory& found = record.tensors.standing;
    const std::int64_t weights = state.all - state.buffers;
    const std::int64_t optimizer = record.parameters * bytes_of(policy.optimizer);
    const std::int64_t masters = policy.has_masters() ? optimizer : 0;
    const std::int64_t momentum = record.sgd_momentum > 0.0 ? optimizer : 0;
    const BytesRange blocks{0, state.tensors * kBlock};
    const auto range = [&](std::int64_t bytes) {
      return record.allocator ? BytesRange{bytes, bytes + bytes / 2 + blocks.high}
                              : BytesRange{bytes, bytes + state.tensors * kAlignment};
    };
    return first_of(
        {other_bytes("weights", found.weights, range(weights)),
         other_bytes("gradients", found.gradients, range(weights)),
         other_bytes("masters", found.masters, range(masters)),
         other_bytes("the masters' gradients", found.master_gradients, range(masters)),
         other_bytes("momentum", found.momentum, range(momentum)),
         // Each of them is smaller than what the allocator shares out of one block.
         other_bytes("buffers", found.buffers, {state.buffers, state.buffers + blocks.high}),
         record.allocator ? "" : other_bytes("libraries", found.other, {0, kScalars})});
  });
}

std::string other_activations(const Row& row, const std::string& precision,
                              const MemoryRecord& record) {
  return compared_with_model(row, [&](const ModelSpec& spec) {
    const KeptElements kept = kept_elements(spec, record.crop.at(0), record.crop.at(1));
    const PolicyFacts& policy = facts(policy_of_precision(precision));
    const std::int64_t compute = bytes_of(policy.compute);
    const std::int64_t of_loss = std::max(bytes_of(ElementType::kFloat32), compute);
    const std::int64_t loss = record.batch * kept.loss * of_loss;
    const std::int64_t head =
        record.batch * record.crop[0] * record.crop[1] * spec.decode_head.num_classes * of_loss;
    const std::int64_t inputs = record.batch * kept.normalized * compute;
    const std::int64_t results = record.batch * kept.activated * compute +
                                 2 * kept.norm_channels * bytes_of(ElementType::kFloat32);
    const std::int64_t casts = policy.autocasts() ? compute * record.parameters : 0;
    const bool is_exact = !record.allocator && !policy.autocasts() && !is_double(policy);
    const auto range = [&](std::int64_t bytes, std::int64_t more) {
      return BytesRange{bytes, is_exact ? bytes + kScalars : bytes + bytes / 2 + kRoom + more};
    };
    const std::int64_t convolutions = kept_by(record, "convolution");
    const std::int64_t norms = kept_by(record, "batch_norm");
    const std::int64_t rest = kept_by_all(record) - convolutions - norms - kept_by(record, "loss");
    const std::int64_t least = record.tensors.standing.sum() + kept_by_all(record) + head;
    return first_of(
        {other_bytes("what the loss keeps", kept_by(record, "loss"), {loss, loss + kScalars}),
         other_bytes("convolutions that norms read", convolutions, range(inputs, casts)),
         other_bytes("results of norms", norms, range(results, policy.autocasts() ? results : 0)),
         other_bytes("other layers", rest, {0, inputs + casts}),
         record.tensors.bytes >= least - kScalars
             ? ""
             : fmt::format("expected {} bytes or more at the peak, got {}", least,
                           record.tensors.bytes)});
  });
}

std::string other_recipe(const Row& row, const std::string& precision, const MemoryRecord& record) {
  const auto scaler = to_string(scaler_of(row, policy_of_precision(precision)));
  if (record.scaler != scaler) {
    return fmt::format("expected a step with the scaler {}, measured one with {}", scaler,
                       record.scaler);
  }
  if (record.sgd_momentum == kPublishedMomentum) return "";
  return fmt::format("expected a momentum of {}, measured a step with {}",
                     short_text(kPublishedMomentum), short_text(record.sgd_momentum));
}

std::int64_t convolutions_of(const Row& row) {
  try {
    return forward_cost(resolve_model(row, Json()), 1, 1).convolutions;
  } catch (const Error&) {
    return 0;
  }
}

std::int64_t norms_of(const Row& row) {
  try {
    return network_facts(resolve_model(row, Json())).norms;
  } catch (const Error&) {
    return 0;
  }
}

}  // namespace harness
