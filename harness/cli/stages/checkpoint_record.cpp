#include "harness/cli/stages/checkpoint_record.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "harness/base/error.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/duplicate_tensors.h"
#include "harness/checkpoint/special_values.h"
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

/// A mask holds 0 and -inf, an observer's bounds start as +inf and -inf. With any other value that
/// is not finite the tensor counts as a weight.
TensorRole role_by_values(const TensorView& tensor, const TensorStatistics& values,
                          TensorRole role) {
  if (role != TensorRole::kIndex || values.non_finite == 0) return role;
  const bool is_minimum = tensor.name.ends_with("min_val");
  const bool is_mask = !is_minimum && !tensor.name.ends_with("max_val");
  const bool is_plain = !is_mask || values.zeros + values.non_finite == values.elements;
  const bool is_expected = is_plain && only_infinity_is(tensor, is_minimum ? 1 : -1);
  return is_expected ? role : TensorRole::kOtherWeight;
}

ValuesRecord values_record(const Checkpoint& checkpoint, const TensorRoles& roles) {
  ValuesRecord record;
  Sum all;
  std::map<TensorRole, Sum> by_role;
  for (const auto& tensor : checkpoint.state_dict()) {
    const TensorStatistics one = statistics_of(tensor);
    all.add(one);
    const TensorRole role = role_by_values(tensor, one, roles.of(tensor.name));
    by_role[role].add(one);
    if (one.non_finite > 0 && role != TensorRole::kIndex && !record.first_non_finite) {
      record.first_non_finite = tensor.name;
    }
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
      return path.empty() || tensor.name.starts_with(path + ".");
    });
    if (!is_state) continue;
    ++record.tensors;
    record.bytes += static_cast<std::int64_t>(tensor.packed_size());
  }
  return record;
}

/// The only value of a tensor, by its path in the file; nothing for a larger one.
std::optional<double> scalar_named(const Checkpoint& checkpoint, const std::string& path) {
  for (const auto* tensors : {&checkpoint.other_tensors(), &checkpoint.state_dict()}) {
    for (const TensorView& tensor : *tensors) {
      if (tensor.name == path && tensor.numel() == 1) return only_value(tensor);
    }
  }
  return std::nullopt;
}

void record_findings(const Checkpoint& checkpoint, CheckpointRecord& record) {
  for (const UnknownCode& code : checkpoint.unknown_code()) {
    record.unknown_code.push_back(
        {code.name, std::string(to_string(code.use)), code.arguments, code.runs});
  }
  for (const auto& [name, form] : checkpoint.unread_tensors()) {
    record.not_read.push_back({name, form});
  }
  record.loss_scales = saved_loss_scales(
      checkpoint.top_level(),
      [&checkpoint](const std::string& path) { return scalar_named(checkpoint, path); });
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
