#include "harness/arithmetic/policy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "harness/arithmetic/names.h"
#include "harness/base/error.h"

namespace harness {
namespace {

using enum ElementType;
using enum ScalerType;

constexpr std::array kNoScaler{kNone};
constexpr std::array kMmcvScalers{kNone, kStatic, kMmcvDynamic};
constexpr std::array kAllScalers{kNone, kStatic, kMmcvDynamic, kGradScaler, kGradScalerPinned};

constexpr std::string_view kNothingVanishes =
    "gradients of this arithmetic do not vanish, and the source scales losses only in its FP16 "
    "hook";
constexpr std::string_view kFloatExponents =
    "bfloat16 has the exponents of float, so that gradients do not vanish";
constexpr std::string_view kNoHalfGradients = "GradScaler refuses to unscale half gradients";

// facts() indexes this table by the enumerator: keep it in the enumeration's order.
constexpr auto kPolicies = std::to_array<PolicyFacts>({
    {.policy = Policy::kFp32,
     .name = "fp32",
     .precision = "fp32",
     .compute = kFloat32,
     .weights = kFloat32,
     .norm = kFloat32,
     .optimizer = kFloat32,
     .loss = kFloat32,
     .in_tables = true,
     .default_scaler = kNone,
     .scalers = kNoScaler,
     .no_other_scaler = kNothingVanishes},
    {.policy = Policy::kFp64,
     .name = "fp64",
     .precision = "fp64",
     .compute = kFloat64,
     .weights = kFloat64,
     .norm = kFloat64,
     .optimizer = kFloat64,
     .loss = kFloat64,
     .in_tables = false,
     .default_scaler = kNone,
     .scalers = kNoScaler,
     .no_other_scaler = kNothingVanishes},
    // mmcv's half branch, which trained the rows of the table.
    {.policy = Policy::kFp16Master,
     .name = "fp16-master",
     .precision = "fp16",
     .compute = kFloat16,
     .weights = kFloat16,
     .norm = kFloat32,
     .optimizer = kFloat32,
     .loss = kFloat32,
     .in_tables = true,
     .default_scaler = kStatic,
     .scalers = kMmcvScalers,
     .no_other_scaler = kNoHalfGradients},
    {.policy = Policy::kFp16Amp,
     .name = "fp16-amp",
     .precision = "fp16-amp",
     .compute = kFloat16,
     .weights = kFloat32,
     .norm = kFloat32,
     .optimizer = kFloat32,
     .loss = kFloat32,
     .in_tables = true,
     .default_scaler = kGradScalerPinned,
     .scalers = kAllScalers,
     .no_other_scaler = ""},
    {.policy = Policy::kBf16Amp,
     .name = "bf16-amp",
     .precision = "bf16-amp",
     .compute = kBfloat16,
     .weights = kFloat32,
     .norm = kFloat32,
     .optimizer = kFloat32,
     .loss = kFloat32,
     .in_tables = true,
     .default_scaler = kNone,
     .scalers = kNoScaler,
     .no_other_scaler = kFloatExponents},
});

std::vector<std::string_view> names_where(bool (*wanted)(const PolicyFacts&)) {
  std::vector<std::string_view> names;
  for (const auto& policy : kPolicies) {
    if (wanted(policy)) names.push_back(policy.name);
  }
  return names;
}

int digits_of(ElementType type) {
  return facts(type).digits;
}

}  // namespace

std::span<const PolicyFacts> policies() noexcept {
  return kPolicies;
}

const PolicyFacts& facts(Policy policy) noexcept {
  return kPolicies[static_cast<std::size_t>(policy)];
}

std::string_view to_string(Policy policy) noexcept {
  return facts(policy).name;
}

std::optional<Policy> find_policy(std::string_view name) noexcept {
  const auto found = std::ranges::find(kPolicies, name, &PolicyFacts::name);
  return found == kPolicies.end() ? std::nullopt : std::optional(found->policy);
}

std::optional<Policy> find_row_policy(std::string_view name) noexcept {
  const auto policy = find_policy(name);
  return policy && facts(*policy).in_tables ? policy : std::nullopt;
}

Policy policy_from_string(std::string_view name) {
  if (const auto policy = find_policy(name)) return *policy;
  const auto all = names_where([](const PolicyFacts&) { return true; });
  throw Error(ErrorCode::kUsage, "policy", expected_one_of(all, name));
}

std::vector<std::string_view> row_policy_names() {
  return names_where([](const PolicyFacts& policy) { return policy.in_tables; });
}

Policy policy_of_precision(std::string_view precision) {
  const auto found = std::ranges::find(kPolicies, precision, &PolicyFacts::precision);
  if (found != kPolicies.end()) return found->policy;
  throw Error(ErrorCode::kUsage, "precision", expected_one_of(precision_names(), precision));
}

std::vector<std::string_view> precision_names() {
  std::vector<std::string_view> names;
  for (const auto& policy : kPolicies) names.push_back(policy.precision);
  return names;
}

bool computes_in_half(Policy policy) noexcept {
  const ElementType type = facts(policy).compute;
  return type == kFloat16 || type == kBfloat16;
}

bool scales_loss(Policy policy) noexcept {
  const auto scalers = facts(policy).scalers;
  return std::ranges::any_of(scalers, [](ScalerType type) { return type != kNone; });
}

Policy half_policy(Policy own) noexcept {
  return computes_in_half(own) ? own : Policy::kFp16Master;
}

std::vector<std::string> default_precisions(Policy own) {
  const auto& fp32 = facts(Policy::kFp32);
  std::vector<std::string> precisions{std::string(facts(own).precision)};
  if (own != fp32.policy) precisions.emplace_back(fp32.precision);
  return precisions;
}

int significant_digits(Policy policy) noexcept {
  return digits_of(facts(policy).compute);
}

double rounding_over_fp32(Policy policy) noexcept {
  return std::ldexp(1.0, digits_of(kFloat32) - significant_digits(policy));
}

std::vector<OperatorType> operator_types(Policy policy) {
  const auto& known = facts(policy);
  std::vector<OperatorType> types{{"convolution", known.compute},
                                  {"convolution_backward", known.compute},
                                  {"loss", known.loss}};
  if (!known.autocasts()) types.push_back({"batch_norm", known.compute});
  return types;
}

ScalerOptions default_scaler(Policy policy) {
  return ScalerOptions::defaults(facts(policy).default_scaler);
}

}  // namespace harness
