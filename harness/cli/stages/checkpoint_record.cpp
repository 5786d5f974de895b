#include "harness/cli/stages/checkpoint_record.h"

#include <map>
#include <utility>

#include "harness/base/error.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/duplicate_tensors.h"
#include "harness/openmmlab/python_config.h"

namespace harness {
namespace {

bool is_floating(DType dtype) {
  return dtype == DType::kFloat16 || dtype == DType::kBFloat16 || dtype == DType::kFloat32 ||
         dtype == DType::kFloat64;
}

std::vector<TensorRecord> state_dict_record(const Checkpoint& checkpoint) {
  std::vector<TensorRecord> tensors;
  for (const auto& tensor : checkpoint.state_dict()) {
    tensors.push_back({tensor.name, std::string(to_string(tensor.dtype)), tensor.shape});
  }
  return tensors;
}

/// Statistics of several tensors, and how many there are.
struct Sum {
  std::int64_t tensors = 0;
  TensorStatistics values;

  void add(const TensorStatistics& one) {
    ++tensors;
    values = combine(values, one);
  }
  TensorStatisticsRecord record() const {
    return {tensors,
            values.elements,
            values.non_finite,
            values.zeros,
            values.half_subnormals,
            values.half_zeros,
            values.above_half_max,
            values.not_half_exact,
            values.min_abs,
            values.max_abs};
  }
};

ValuesRecord values_record(const Checkpoint& checkpoint, const TensorRoles& roles) {
  ValuesRecord record;
  Sum all;
  std::map<TensorRole, Sum> by_role;
  for (const auto& tensor : checkpoint.state_dict()) {
    const TensorStatistics one = statistics_of(tensor);
    all.add(one);
    by_role[roles.of(tensor.name)].add(one);
    if (one.non_finite > 0 && !record.first_non_finite) record.first_non_finite = tensor.name;
    const bool is_zero = one.elements > 1 && one.zeros == one.elements;
    if (is_zero && is_floating(tensor.dtype)) record.zero_tensors.push_back(tensor.name);
  }
  record.all = all.record();
  for (const auto& [role, sum] : by_role) record.roles.of(role) = sum.record();
  for (const auto& [first, later] : duplicate_tensors(checkpoint.state_dict())) {
    record.duplicates.push_back({first, later});
  }
  return record;
}

OptimizerRecord optimizer_record(const Checkpoint& checkpoint) {
  const Json& top_level = checkpoint.top_level();
  OptimizerRecord record;
  record.present = top_level.is_object() && top_level.contains("optimizer");
  for (const auto& tensor : checkpoint.other_tensors()) {
    if (tensor.name.rfind("optimizer.", 0) != 0) continue;
    ++record.tensors;
    record.bytes += static_cast<std::int64_t>(tensor.packed_size());
  }
  return record;
}

}  // namespace

ParsedConfig take_config(Json& holder, const std::string& subject) {
  if (!holder.is_object() || !holder.contains("config")) return {};
  const Json text = holder.at("config");
  holder.erase("config");
  if (!text.is_string()) return {};
  try {
    return {parse_python_config(text.get<std::string>(), subject), std::nullopt};
  } catch (const Error& error) {
    return {nullptr, error.what()};
  }
}

void record_checkpoint(CheckpointRecord& record, const std::filesystem::path& path) {
  const Checkpoint checkpoint = Checkpoint::open(path);
  checkpoint.verify_checksums();
  record.format = to_string(checkpoint.format());
  record.state_dict = state_dict_record(checkpoint);
  record.values = values_record(checkpoint, TensorRoles(*record.state_dict));
  record.optimizer = optimizer_record(checkpoint);
  record.meta = checkpoint.meta();
  auto [config, error] = take_config(record.meta, record.name + ": meta.config");
  record.config = std::move(config);
  record.config_error = std::move(error);
}

}  // namespace harness
