#include "harness/judge/values_consistency.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "harness/arithmetic/element_type.h"
#include "harness/base/float16.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/judge/counts.h"

namespace harness {
namespace {

using Statistics = TensorStatisticsRecord;

constexpr double kLargestHalfZero = 0x1p-25;  ///< Rounding to FP16 makes it 0.

constexpr std::pair<TensorRole, Statistics RoleStatisticsRecord::*> kRoles[] = {
    {TensorRole::kConvolution, &RoleStatisticsRecord::convolution},
    {TensorRole::kNormParameter, &RoleStatisticsRecord::norm_parameter},
    {TensorRole::kNormStatistics, &RoleStatisticsRecord::norm_statistics},
    {TensorRole::kCounter, &RoleStatisticsRecord::counter},
    {TensorRole::kOtherWeight, &RoleStatisticsRecord::other_weight},
    {TensorRole::kIndex, &RoleStatisticsRecord::index}};

constexpr std::pair<std::string_view, std::int64_t Statistics::*> kCounts[] = {
    {"tensors", &Statistics::tensors},
    {"elements", &Statistics::elements},
    {"values that are not finite", &Statistics::non_finite},
    {"zeros", &Statistics::zeros},
    {"values in FP16's subnormal range", &Statistics::half_subnormals},
    {"values that FP16 rounds to 0", &Statistics::half_zeros},
    {"values above FP16's range", &Statistics::above_half_max},
    {"values that FP16 changes", &Statistics::not_half_exact}};

std::int64_t elements_of(const TensorRecord& tensor) {
  std::int64_t elements = 1;
  for (const auto size : tensor.shape) elements *= size;
  return elements;
}

bool is_floating(const TensorRecord& tensor) {
  return tensor.dtype.find("float") != std::string::npos || tensor.dtype.starts_with("complex");
}

/// The smallest and the largest magnitude that are not 0 are there where such a value is, and on
/// the side of each of FP16's limits where the counts say that there is one.
std::string magnitudes_defect(const Statistics& one) {
  const bool has_values = one.elements > one.non_finite + one.zeros;
  const bool fits =
      has_values ? 0.0 < one.min_abs && one.min_abs <= one.max_abs && std::isfinite(one.max_abs)
                 : one.min_abs == 0.0 && one.max_abs == 0.0;
  const bool has_small = has_values && one.min_abs < kHalfMinNormal;
  const bool has_lost = has_values && one.min_abs <= kLargestHalfZero;
  const bool agrees = fits && (one.half_subnormals > 0) == has_small &&
                      (one.half_zeros > 0) == has_lost &&
                      (one.above_half_max > 0) == (one.max_abs > kHalfMax);
  if (agrees) return "";
  return fmt::format("magnitudes of {} to {} contradict the counts of {}", short_text(one.min_abs),
                     short_text(one.max_abs), plural(one.elements, "weight"));
}

std::string counts_defect(const Statistics& one) {
  if (!is_count(one.tensors)) return fmt::format("{} tensors", one.tensors);
  return first_of(
      {parts_defect("weight", one.elements,
                    {one.non_finite, one.zeros, one.half_subnormals, one.above_half_max}),
       parts_defect("value that is small", one.half_subnormals, {one.half_zeros}),
       parts_defect("value that FP16 changes", one.not_half_exact,
                    {one.half_zeros, one.above_half_max}),
       parts_defect("weight", one.elements, {one.non_finite, one.zeros, one.not_half_exact}),
       magnitudes_defect(one)});
}

/// The roles, each by itself and all of them together.
std::string roles_defect(const ValuesRecord& values) {
  Statistics sum;
  for (const auto& [role, member] : kRoles) {
    const Statistics& one = values.roles.*member;
    if (auto defect = counts_defect(one); !defect.empty()) return defect;
    for (const auto& [name, count] : kCounts) sum.*count += one.*count;
    sum.max_abs = std::max(sum.max_abs, one.max_abs);
    const bool is_smaller = sum.min_abs == 0.0 || one.min_abs < sum.min_abs;
    if (one.min_abs > 0.0 && is_smaller) sum.min_abs = one.min_abs;
  }
  for (const auto& [name, count] : kCounts) {
    if (sum.*count == values.all.*count) continue;
    return fmt::format("{} {}, and those of all roles are {}", count_text(values.all.*count), name,
                       count_text(sum.*count));
  }
  if (sum.max_abs == values.all.max_abs && sum.min_abs == values.all.min_abs) return "";
  return "the magnitudes of all weights are not those of their roles";
}

/// Tensors and elements by role are those of the state dict.
std::string shapes_defect(const ValuesRecord& values, const std::vector<TensorRecord>& state_dict) {
  const TensorRoles roles(state_dict);
  std::map<TensorRole, std::pair<std::int64_t, std::int64_t>> expected;
  // A mask that holds NaN counts as a weight.
  const auto joint = [](TensorRole role) {
    return role == TensorRole::kIndex ? TensorRole::kOtherWeight : role;
  };
  for (const auto& tensor : state_dict) {
    auto& [tensors, elements] = expected[joint(roles.of(tensor.name))];
    ++tensors;
    elements += elements_of(tensor);
  }
  std::map<TensorRole, std::pair<std::int64_t, std::int64_t>> found;
  for (const auto& [role, member] : kRoles) {
    found[joint(role)].first += (values.roles.*member).tensors;
    found[joint(role)].second += (values.roles.*member).elements;
  }
  for (const auto& [role, counted] : found) {
    const auto [tensors, elements] = expected[role];
    if (counted == std::pair(tensors, elements)) continue;
    return fmt::format("{} in {} of the role {}, the state dict has {} in {}",
                       plural(counted.second, "weight"), plural(counted.first, "tensor"),
                       to_string(role), count_text(elements), count_text(tensors));
  }
  return "";
}

/// Whether a tensor of this type can hold the number. Types that are neither a floating-point
/// format of ours nor integers hold any.
bool can_hold(const std::string& dtype, double value) {
  for (const auto& format : element_types()) {
    if (format.name == dtype) return represents(format.type, value);
  }
  const bool is_integer = dtype.starts_with("int") || dtype.starts_with("uint") || dtype == "bool";
  return !is_integer || std::trunc(value) == value;
}

/// What is stored in one type has its numbers: half weights are exact in half.
std::string types_defect(const ValuesRecord& values, const std::vector<TensorRecord>& state_dict) {
  const TensorRoles roles(state_dict);
  std::map<TensorRole, std::set<std::string>> types;
  for (const auto& tensor : state_dict) types[roles.of(tensor.name)].insert(tensor.dtype);
  for (const auto& [role, member] : kRoles) {
    const Statistics& one = values.roles.*member;
    // A mask that holds NaN counts as a weight.
    if (types[role].size() != 1 || role == TensorRole::kIndex ||
        (role == TensorRole::kOtherWeight && types.contains(TensorRole::kIndex))) {
      continue;
    }
    const std::string& type = *types[role].begin();
    const bool is_half = type == to_string(ElementType::kFloat16);
    if (can_hold(type, one.min_abs) && can_hold(type, one.max_abs) &&
        (!is_half || one.not_half_exact == 0)) {
      continue;
    }
    return fmt::format("magnitudes of {} to {}, {} of them off FP16's grid, in tensors of {}",
                       short_text(one.min_abs, 17), short_text(one.max_abs, 17),
                       count_text(one.not_half_exact), type);
  }
  return "";
}

/// Tensors that are named are of the state dict, and each is named once.
std::string unknown_name(const ValuesRecord& values, const std::vector<TensorRecord>& state_dict) {
  std::set<std::string> known;
  for (const auto& tensor : state_dict) known.insert(tensor.name);
  std::vector<std::string> named = values.zero_tensors;
  if (values.first_non_finite) named.push_back(*values.first_non_finite);
  for (const auto& [first, later] : values.duplicates) {
    named.insert(named.end(), {first, later});
    if (first == later) return fmt::format("{} equals itself", first);
  }
  for (const auto& name : named) {
    if (!known.contains(name)) return fmt::format("no tensor is called \"{}\"", name);
  }
  const std::set<std::string> zeros(values.zero_tensors.begin(), values.zero_tensors.end());
  return zeros.size() == values.zero_tensors.size() ? "" : "a tensor is all 0 twice";
}

std::string names_defect(const ValuesRecord& values, const std::vector<TensorRecord>& state_dict) {
  const Statistics& all = values.all;
  // Masks and observers' bounds may be infinite.
  const std::int64_t of_weights = all.non_finite - values.roles.index.non_finite;
  if (values.first_non_finite.has_value() != (of_weights > 0)) {
    return fmt::format("{} not finite, and {} tensor is named as the first",
                       plural(of_weights, "weight"), values.first_non_finite ? "a" : "no");
  }
  const TensorRoles roles(state_dict);
  std::map<TensorRole, std::int64_t> least;
  std::map<TensorRole, std::int64_t> others;
  for (const auto& tensor : state_dict) {
    const std::int64_t elements = elements_of(tensor);
    if (contains(values.zero_tensors, tensor.name)) {
      least[roles.of(tensor.name)] += elements;
    } else if (elements > 1 && is_floating(tensor)) {
      ++others[roles.of(tensor.name)];
    }
  }
  for (const auto& [role, member] : kRoles) {
    const Statistics& one = values.roles.*member;
    if (least[role] <= one.zeros && one.zeros <= one.elements - others[role]) continue;
    return fmt::format("{} cannot be, with {} that are 0", plural(one.zeros, "zero"),
                       plural(std::ssize(values.zero_tensors), "tensor"));
  }
  return "";
}

}  // namespace

std::string values_defect(const ValuesRecord& values, const std::vector<TensorRecord>& state_dict) {
  return first_of({counts_defect(values.all), roles_defect(values),
                   shapes_defect(values, state_dict), unknown_name(values, state_dict),
                   names_defect(values, state_dict), types_defect(values, state_dict)});
}

}  // namespace harness
