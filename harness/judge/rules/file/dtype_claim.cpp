#include "harness/judge/rules/file/dtype_claim.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <string_view>

#include "harness/arithmetic/policy.h"
#include "harness/base/number_text.h"
#include "harness/judge/policy_claim.h"

namespace harness {
namespace {

enum Kind { kConvolution, kNorm, kCounter, kKinds };
constexpr std::array<const char*, kKinds> kKindNames{"convolution", "norm", "counter"};

/// How many tensors of each kind have each element type.
struct Census {
  std::array<std::map<std::string, std::int64_t>, kKinds> types;

  std::int64_t count(Kind kind) const {
    std::int64_t sum = 0;
    for (const auto& [type, n] : types[kind]) sum += n;
    return sum;
  }
  bool all(Kind kind, std::string_view type) const {
    return types[kind].size() == 1 && types[kind].begin()->first == type;
  }
};

Census take_census(const std::vector<TensorRecord>& state_dict) {
  const TensorRoles roles(state_dict);
  Census census;
  for (const auto& tensor : state_dict) {
    const TensorRole role = roles.of(tensor.name);
    if (role == TensorRole::kOtherWeight || role == TensorRole::kIndex) continue;
    Kind kind = kNorm;
    if (role == TensorRole::kConvolution) kind = kConvolution;
    if (role == TensorRole::kCounter) kind = kCounter;
    ++census.types[kind][tensor.dtype];
  }
  return census;
}

/// "expected float16 convolutions: 63 of 63 are float32".
std::string complaint(const Census& census, Kind kind, std::string_view expected) {
  std::string text;
  for (const auto& [type, count] : census.types[kind]) {
    if (type == expected) continue;
    text += fmt::format("{}{} of {} are {}", text.empty() ? "" : ", ", count_text(count),
                        count_text(census.count(kind)), type);
  }
  return fmt::format("expected {} {}s: {}", expected, kKindNames[kind],
                     text.empty() ? "there are none" : text);
}

/// What the file is, whatever was expected: in short and in words.
struct Nature {
  std::string_view name;
  std::string_view words;
};

Nature nature_of(const Census& census) {
  const bool half = census.all(kConvolution, to_string(ElementType::kFloat16));
  const bool single = census.all(kConvolution, to_string(ElementType::kFloat32));
  const bool half_norm = census.all(kNorm, to_string(ElementType::kFloat16));
  const bool single_norm = census.all(kNorm, to_string(ElementType::kFloat32));
  if (single && single_norm) {
    return {"fp32 weights", "an FP32 file: trained in FP32 or by autocast, or widened afterwards"};
  }
  if (half && single_norm) {
    return {to_string(Policy::kFp16Master), "a file of half training with float batch norm"};
  }
  if (half && half_norm) {
    return {"all half", "a whole model cast to half, batch norm too"};
  }
  return {"mixed", "a mixture"};
}

Finding judge_census(const Census& census, const PolicyFacts& policy) {
  const std::string_view convolutions = to_string(policy.weights);
  const std::string_view norms = to_string(policy.norm);
  const Nature found = nature_of(census);
  std::string wrong;
  const auto check = [&](Kind kind, std::string_view expected) {
    if (!census.all(kind, expected) && !(kind == kCounter && census.count(kind) == 0)) {
      wrong += (wrong.empty() ? "" : "; ") + complaint(census, kind, expected);
    }
  };
  check(kConvolution, convolutions);
  check(kNorm, norms);
  check(kCounter, kCounterType);
  if (!wrong.empty()) {
    return pass_or_fail(false, found.name, fmt::format("{}; this is {}", wrong, found.words));
  }
  std::string counts = plural(census.count(kConvolution), "convolution tensor") + " in ";
  counts.append(convolutions).append(", ").append(plural(census.count(kNorm), "norm tensor"));
  counts.append(" in ").append(norms);
  const bool proves = policy.weights != ElementType::kFloat32;
  return pass_or_fail(true, found.name,
                      counts + (proves ? ": only half training leaves this"
                                       : ": what FP32 and autocast leave, alike"));
}

}  // namespace

Finding judge_dtypes(const CheckpointRecord& checkpoint, const Claim& claim) {
  if (!checkpoint.state_dict)
    return fail_unmeasured("examine recorded no state dict of the checkpoint");
  const auto policy = claimed_policy(claim);
  if (!policy && !claim.value.is_null()) return unknown_policy(claim);
  const Census census = take_census(*checkpoint.state_dict);
  if (census.count(kConvolution) == 0 && !checkpoint.state_dict->empty()) {
    return not_verifiable("there are no convolutions, by whose type the policy is told");
  }
  return judge_census(census, facts(policy.value_or(Policy::kFp32)));
}

}  // namespace harness
