#include "harness/judge/rules/file/dtype_claim.h"

#include <array>
#include <map>
#include <string_view>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/evidence.h"
#include "harness/table/tensor_role.h"

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
  bool all(Kind kind, const std::string& type) const {
    return types[kind].size() == 1 && types[kind].count(type) == 1;
  }
};

/// Throws nlohmann's exception for an entry that is not [name, dtype, shape].
Census take_census(const Json& state_dict) {
  const TensorRoles roles(state_dict);
  Census census;
  for (const auto& entry : state_dict) {
    const TensorRole role = roles.of(entry.at(0).get<std::string>());
    Kind kind = kNorm;
    if (role == TensorRole::kConvolution) kind = kConvolution;
    if (role == TensorRole::kCounter) kind = kCounter;
    ++census.types[kind][entry.at(1).get<std::string>()];
  }
  return census;
}

/// "expected float16 convolutions: 63 of 63 are float32".
std::string complaint(const Census& census, Kind kind, const std::string& expected) {
  std::string text;
  for (const auto& [type, count] : census.types[kind]) {
    if (type == expected) continue;
    text += (text.empty() ? "" : ", ") + count_text(count) + " of " +
            count_text(census.count(kind)) + " are " + type;
  }
  return "expected " + expected + " " + kKindNames[kind] +
         "s: " + (text.empty() ? "there are none" : text);
}

/// What the file is, whatever was expected: in short and in words.
struct Nature {
  const char* name;
  const char* words;
};

Nature nature_of(const Census& census) {
  const bool half = census.all(kConvolution, "float16");
  const bool single = census.all(kConvolution, "float32");
  if (single && census.all(kNorm, "float32")) {
    return {"fp32 weights", "an FP32 file: trained in FP32 or by autocast, or widened afterwards"};
  }
  if (half && census.all(kNorm, "float32")) {
    return {"fp16-master", "a file of half training with float batch norm"};
  }
  if (half && census.all(kNorm, "float16")) {
    return {"all half", "a whole model cast to half, batch norm too"};
  }
  return {"mixed", "a mixture"};
}

Finding judge_census(const Census& census, const std::string& policy) {
  const bool expects_half = policy == "fp16-master";
  const std::string convolutions = expects_half ? "float16" : "float32";
  const Nature found = nature_of(census);
  std::string wrong;
  const auto check = [&](Kind kind, const std::string& expected) {
    if (!census.all(kind, expected) && !(kind == kCounter && census.count(kind) == 0)) {
      wrong += (wrong.empty() ? "" : "; ") + complaint(census, kind, expected);
    }
  };
  check(kConvolution, convolutions);
  check(kNorm, "float32");
  check(kCounter, "int64");
  if (!wrong.empty()) return compared(false, found.name, wrong + "; this is " + found.words);
  const std::string counts = plural(census.count(kConvolution), "convolution tensor") + " in " +
                             convolutions + ", " + plural(census.count(kNorm), "norm tensor") +
                             " in float32";
  if (expects_half) return compared(true, found.name, counts + ": only half training leaves this");
  return compared(true, found.name, counts + ": what FP32 and autocast leave, alike");
}

}  // namespace

Finding judge_dtypes(const ClaimContext& context) {
  const auto file = find_file(context, "checkpoint");
  if (file.absence) return *file.absence;
  const Json* state_dict = find_at(*file.record, {"state_dict"});
  if (state_dict == nullptr || !state_dict->is_array()) {
    return missing("verify recorded no state dict of the checkpoint");
  }
  const auto& policy = context.claim.value;
  const bool known =
      policy == "fp16-master" || policy == "fp32" || policy == "fp16-amp" || policy == "bf16-amp";
  if (!known && !policy.is_null()) {
    return missing("expected fp16-master, fp32, fp16-amp or bf16-amp, the suite gives " +
                   policy.dump());
  }
  try {
    return judge_census(take_census(*state_dict),
                        policy.is_null() ? "" : policy.get<std::string>());
  } catch (const nlohmann::json::exception&) {
    return missing("expected [name, dtype, shape] for each tensor that verify recorded");
  }
}

}  // namespace harness
