#include "harness/report/inspect.h"

#include <algorithm>
#include <unordered_map>

#include "harness/base/error.h"
#include "harness/base/ordered_object.h"
#include "harness/base/text.h"
#include "harness/openmmlab/log_line.h"
#include "harness/openmmlab/python_config.h"

namespace harness {
namespace {

Json statistics_json(const TensorStatistics& statistics) {
  return {{"elements", statistics.elements},
          {"non_finite", statistics.non_finite},
          {"zeros", statistics.zeros},
          {"half_subnormals", statistics.half_subnormals},
          {"above_half_max", statistics.above_half_max},
          {"not_half_exact", statistics.not_half_exact},
          {"min_abs", statistics.min_abs},
          {"max_abs", statistics.max_abs}};
}

/// Tensors of one group: adds each to `rows`, returns their sums.
class TensorTable {
 public:
  explicit TensorTable(Json& rows) : rows_(rows) {}

  Json add(const std::vector<TensorView>& tensors, std::string_view group) {
    TensorStatistics total;
    std::size_t bytes = 0;
    Json dtypes = Json::object();
    for (const TensorView& tensor : tensors) {
      const TensorStatistics statistics = statistics_of(tensor);
      total = combine(total, statistics);
      bytes += tensor.packed_size();
      Json& count = dtypes[to_string(tensor.dtype)];
      count = count.is_null() ? 1 : count.get<int>() + 1;
      rows_.push_back(row_of(tensor, statistics, group));
    }
    return {{"tensors", tensors.size()},
            {"elements", total.elements},
            {"bytes", bytes},
            {"dtypes", std::move(dtypes)},
            {"statistics", statistics_json(total)}};
  }

 private:
  Json row_of(const TensorView& tensor, const TensorStatistics& statistics,
              std::string_view group) {
    Json row = {
        {"name", tensor.name},
        {"dtype", to_string(tensor.dtype)},
        {"shape", tensor.shape},
        {"in", group},
        {"view", tensor.packed_size() != tensor.storage_bytes.size() || !tensor.is_contiguous()}};
    const auto [first, is_new] = first_of_storage_.emplace(tensor.storage, tensor.name);
    if (!is_new) row["shares"] = first->second;
    row.update(statistics_json(statistics));
    return row;
  }

  Json& rows_;
  std::unordered_map<std::int64_t, std::string> first_of_storage_;
};

Json unread_json(const std::vector<UnreadTensor>& tensors) {
  Json json = Json::object();
  for (const auto& [name, form] : tensors) json[name] = form;
  return json;
}

Json code_json(const std::vector<UnknownCode>& code) {
  Json json = Json::array();
  for (const UnknownCode& one : code) {
    json.push_back({{"name", one.name},
                    {"use", to_string(one.use)},
                    {"arguments", one.arguments},
                    {"runs", one.runs}});
  }
  return json;
}

Json describe_config(const std::string& text, std::string_view file) {
  Json described = {{"characters", text.size()}};
  try {
    described["assignments"] = parse_python_config(text, file).size();
  } catch (const Error& error) {
    described["error"] = error.detail();
  }
  return described;
}

void shorten_config(Json& holder, std::string_view file) {
  // mmcv calls it "config", mmengine "cfg".
  for (const char* key : {"config", "cfg"}) {
    const auto config = holder.is_object() ? holder.find(key) : holder.end();
    if (config == holder.end() || !config->is_string()) continue;
    *config = describe_config(config->get<std::string>(), file);
  }
}

void count_classes(const Json& value, std::unordered_map<std::string, int>& counts) {
  if (value.is_object()) {
    const auto name = value.find("__class__");
    if (name != value.end() && name->is_string()) {
      const auto text = name->get<std::string>();
      const bool known = text == "bytes" || text == "numpy.ndarray";
      if (text == "type" && value.contains("name")) {
        ++counts[value["name"].get<std::string>()];
      } else if (!known) {
        ++counts[text];
      }
    }
  }
  if (!value.is_structured()) return;
  for (const Json& item : value) count_classes(item, counts);
}

Json unknown_classes(const Json& top_level, const Json& values) {
  std::unordered_map<std::string, int> counts;
  count_classes(top_level, counts);
  count_classes(values, counts);
  std::map<std::string, int> sorted(counts.begin(), counts.end());
  return Json(sorted);
}

/// Train and validation lines of one iteration, side by side.
class Curve {
 public:
  void add_train(const TrainingLog::Entry& entry) {
    Json& point = point_at(entry.iteration);
    for (const auto& [key, value] : entry.values.items()) {
      const bool is_loss = key.find("loss") != std::string::npos;
      if (key == "lr" || is_loss || key.find("acc") != std::string::npos) point[key] = value;
    }
  }

  void add_validation(const TrainingLog::Entry& entry, std::optional<double> miou) {
    if (mean_iou_key(entry.values).empty()) return;
    point_at(entry.iteration)["miou"] = miou ? Json(*miou) : Json(nullptr);
  }

  Json take() {
    Json points = Json::array();
    for (auto& [iteration, point] : points_) points.push_back(std::move(point));
    return points;
  }

 private:
  Json& point_at(std::int64_t iteration) {
    const auto [found, is_new] = points_.try_emplace(iteration);
    if (is_new) found->second = {{"iteration", iteration}};
    return found->second;
  }

  std::map<std::int64_t, Json> points_;
};

/// The last validation line; its means are fractions whatever the log holds, as long as that is
/// known.
Json last_validation(const TrainingLog& log) {
  if (log.validation.empty()) return nullptr;
  Json line = log.validation.back().values;
  if (log.scale != LogScale::kPercent) return line;
  for (auto& [key, value] : line.items()) {
    const bool is_mean = key == "mIoU" || key == "mAcc" || key == "aAcc";
    const bool is_of_class = key.starts_with("IoU.") || key.starts_with("Acc.");
    if ((is_mean || is_of_class) && value.is_number()) value = value.get<double>() / 100.0;
  }
  return line;
}

}  // namespace

Json inspect_checkpoint(const Checkpoint& checkpoint, std::string_view file) {
  checkpoint.verify_checksums();
  Json rows = Json::array();
  TensorTable table(rows);
  Json state_dict = table.add(checkpoint.state_dict(), "state_dict");
  Json others = table.add(checkpoint.other_tensors(), "other_tensors");
  Json top_level = checkpoint.top_level();
  if (top_level.is_object() && top_level.contains("meta")) shorten_config(top_level["meta"], file);
  return {{"kind", "checkpoint"},
          {"file", file},
          {"format", to_string(checkpoint.format())},
          {"size", checkpoint.file_size()},
          {"state_dict", std::move(state_dict)},
          {"other_tensors", std::move(others)},
          {"tensors", std::move(rows)},
          {"state_dict_values", checkpoint.state_dict_values()},
          {"unknown_classes", unknown_classes(top_level, checkpoint.state_dict_values())},
          {"state_dict_in", checkpoint.state_dict_path()},
          {"optimizers", checkpoint.optimizers()},
          {"not_read", unread_json(checkpoint.unread_tensors())},
          {"unknown_code", code_json(checkpoint.unknown_code())},
          {"top_level", std::move(top_level)}};
}

Json inspect_training_log(const TrainingLog& log, std::string_view file) {
  Curve curve;
  for (const auto& entry : log.train) curve.add_train(entry);
  for (const auto& entry : log.validation) curve.add_validation(entry, log.miou(entry));
  Json points = curve.take();
  Json environment = log.environment;
  shorten_config(environment, file);
  Json remarks = Json::array();
  for (const auto& remark : log.remarks) {
    remarks.push_back({{"line", remark.line}, {"text", remark.text}});
  }
  return {{"kind", "training_log"},
          {"file", file},
          {"environment", std::move(environment)},
          {"train_lines", log.train.size()},
          {"validation_lines", log.validation.size()},
          {"validation_loss_lines", log.validation_losses.size()},
          {"remarks", std::move(remarks)},
          {"first_iteration", points.empty() ? Json(nullptr) : points.front()["iteration"]},
          {"last_iteration", points.empty() ? Json(nullptr) : points.back()["iteration"]},
          {"curve", std::move(points)},
          {"last_validation", last_validation(log)},
          {"scale", to_string(log.scale)},
          {"last_miou", number_or_null(log.last_miou())}};
}

Json inspect_file(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const std::string extension = lower_case(path.extension().string());
  if (extension == ".json" || extension == ".log" || extension == ".txt") {
    return inspect_training_log(read_training_log(path), name);
  }
  return inspect_checkpoint(Checkpoint::open(path, OnCode::kRecord), name);
}

bool runs_unknown_code(const Json& inspection) {
  const auto code = inspection.find("unknown_code");
  return code != inspection.end() &&
         std::ranges::any_of(*code, [](const Json& one) { return one.at("runs") == true; });
}

}  // namespace harness
