#include "harness/cli/stages/checkpoint_record.h"

#include <algorithm>
#include <map>
#include <utility>

#include "harness/base/error.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/duplicate_tensors.h"
#include "harness/cli/stages/saved_loss_scales.h"
#include "harness/openmmlab/python_config.h"

namespace harness {
namespace {

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
  OptimizerRecord record;
  record.present = !checkpoint.optimizers().empty();
  for (const auto& tensor : checkpoint.other_tensors()) {
    const bool is_state = std::ranges::any_of(checkpoint.optimizers(), [&](const auto& path) {
      return tensor.name.starts_with(path + ".");
    });
    if (!is_state) continue;
    ++record.tensors;
    record.bytes += static_cast<std::int64_t>(tensor.packed_size());
  }
  return record;
}

void record_findings(const Checkpoint& checkpoint, CheckpointRecord& record) {
  for (const UnknownCode& code : checkpoint.unknown_code()) {
    record.unknown_code.push_back(
        {code.name, std::string(to_string(code.use)), code.arguments, code.runs});
  }
  for (const auto& [name, form] : checkpoint.unread_tensors()) {
    record.not_read.push_back({name, form});
  }
  record.loss_scales = saved_loss_scales(checkpoint.top_level());
}

}  // namespace

ParsedConfig take_config(Json& holder, const std::string& subject) {
  if (!holder.is_object()) return {};
  const char* const key = holder.contains("config") ? "config" : "cfg";
  if (!holder.contains(key)) return {};
  const Json text = holder.at(key);
  holder.erase(key);
  if (!text.is_string()) return {};
  try {
    return {parse_python_config(text.get<std::string>(), subject), std::nullopt};
  } catch (const Error& error) {
    return {nullptr, error.what()};
  }
}

void record_checkpoint(CheckpointRecord& record, const std::filesystem::path& path) {
  const Checkpoint checkpoint = Checkpoint::open(path, OnCode::kRecord);
  record_findings(checkpoint, record);
  checkpoint.verify_checksums();
  record.format = to_string(checkpoint.format());
  record.state_dict_in = checkpoint.state_dict_path();
  record.state_dict = state_dict_record(checkpoint);
  record.values = values_record(checkpoint, TensorRoles(*record.state_dict));
  record.optimizer = optimizer_record(checkpoint);
  record.meta = checkpoint.meta();
  auto [config, error] = take_config(record.meta, record.name + ": meta.config");
  record.config = std::move(config);
  record.config_error = std::move(error);
}

}  // namespace harness
