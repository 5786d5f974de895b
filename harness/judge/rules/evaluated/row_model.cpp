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

std::string other_activations(const Row& row, const std::string& precision,
                              const MemoryRecord& record) {
  return compared_with_model(row, [&](const ModelSpec& spec) -> std::string {
    const KeptElements kept = kept_elements(spec, record.crop.at(0), record.crop.at(1));
    const ElementType compute = facts(policy_of_precision(precision)).compute;
    const std::int64_t loss =
        record.batch * kept.loss * std::max(bytes_of(ElementType::kFloat32), bytes_of(compute));
    if (const std::int64_t found = kept_by(record, "loss");
        found < loss || found > loss + kScalars) {
      return fmt::format("expected {} bytes that the loss keeps, and a few scalars, got {}", loss,
                         found);
    }
    const std::int64_t normalized = record.batch * kept.normalized * bytes_of(compute);
    const std::int64_t found = kept_by(record, "convolution");
    if (found >= normalized) return "";
    return fmt::format("expected {} bytes or more of convolutions that norms read, got {}",
                       normalized, found);
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
