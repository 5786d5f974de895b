#include "harness/cli/stages/checkpoint_record.h"

#include <map>

#include "harness/base/error.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/duplicate_tensors.h"
#include "harness/openmmlab/python_config.h"
#include "harness/table/tensor_role.h"

namespace harness {
namespace {

bool is_floating(DType dtype) {
  return dtype == DType::kFloat16 || dtype == DType::kBFloat16 || dtype == DType::kFloat32 ||
         dtype == DType::kFloat64;
}

Json state_dict_record(const Checkpoint& checkpoint) {
  Json tensors = Json::array();
  for (const auto& tensor : checkpoint.state_dict()) {
    tensors.push_back(Json::array({tensor.name, to_string(tensor.dtype), tensor.shape}));
  }
  return tensors;
}

Json statistics_record(const TensorStatistics& sum) {
  return {{"elements", sum.elements},
          {"non_finite", sum.non_finite},
          {"zeros", sum.zeros},
          {"half_subnormals", sum.half_subnormals},
          {"half_zeros", sum.half_zeros},
          {"above_half_max", sum.above_half_max},
          {"not_half_exact", sum.not_half_exact},
          {"min_abs", sum.min_abs},
          {"max_abs", sum.max_abs}};
}

/// Statistics of all tensors, of those of each role, and the tensors that stand out.
void record_values(Json& record, const Checkpoint& checkpoint) {
  const TensorRoles roles(record["state_dict"]);
  TensorStatistics all;
  std::map<std::string, std::pair<std::int64_t, TensorStatistics>> by_role;
  Json first_non_finite = nullptr;
  Json zero_tensors = Json::array();
  for (const auto& tensor : checkpoint.state_dict()) {
    const TensorStatistics one = statistics_of(tensor);
    all = combine(all, one);
    auto& [count, sum] = by_role[std::string(to_string(roles.of(tensor.name)))];
    ++count;
    sum = combine(sum, one);
    if (one.non_finite > 0 && first_non_finite.is_null()) first_non_finite = tensor.name;
    const bool is_zero = one.elements > 1 && one.zeros == one.elements;
    if (is_zero && is_floating(tensor.dtype)) zero_tensors.push_back(tensor.name);
  }
  record["statistics"] = statistics_record(all);
  record["statistics"]["first_non_finite"] = first_non_finite;
  record["roles"] = Json::object();
  for (const auto& [role, counted] : by_role) {
    record["roles"][role] = statistics_record(counted.second);
    record["roles"][role]["tensors"] = counted.first;
  }
  record["zero_tensors"] = zero_tensors;
}

Json duplicates_record(const Checkpoint& checkpoint) {
  Json pairs = Json::array();
  for (const auto& [first, later] : duplicate_tensors(checkpoint.state_dict())) {
    pairs.push_back(Json::array({first, later}));
  }
  return pairs;
}

/// What a published file is not expected to hold.
Json optimizer_record(const Checkpoint& checkpoint) {
  const Json& top_level = checkpoint.top_level();
  const bool is_present = top_level.is_object() && top_level.contains("optimizer");
  std::int64_t tensors = 0;
  std::size_t bytes = 0;
  for (const auto& tensor : checkpoint.other_tensors()) {
    if (tensor.name.rfind("optimizer.", 0) != 0) continue;
    ++tensors;
    bytes += tensor.packed_size();
  }
  return {{"present", is_present}, {"tensors", tensors}, {"bytes", bytes}};
}

}  // namespace

void record_config(Json& record, const Json& text, const std::string& subject) {
  record["config"] = nullptr;
  if (!text.is_string()) return;
  try {
    record["config"] = parse_python_config(text.get<std::string>(), subject);
  } catch (const Error& error) {
    record["config_error"] = error.what();
  }
}

void record_checkpoint(Json& record, const std::filesystem::path& path, const std::string& name) {
  const Checkpoint checkpoint = Checkpoint::open(path);
  checkpoint.verify_checksums();
  record["format"] = to_string(checkpoint.format());
  record["state_dict"] = state_dict_record(checkpoint);
  record_values(record, checkpoint);
  record["duplicates"] = duplicates_record(checkpoint);
  record["optimizer"] = optimizer_record(checkpoint);
  Json meta = checkpoint.meta();
  Json config_text = nullptr;
  if (meta.is_object() && meta.contains("config")) {
    config_text = meta.at("config");
    meta.erase("config");
  }
  record["meta"] = meta;
  record_config(record, config_text, name + ": meta.config");
}

}  // namespace harness
