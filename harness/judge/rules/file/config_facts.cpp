#include "harness/judge/rules/file/config_facts.h"

#include <cmath>

#include "harness/base/measurement.h"

namespace harness {
namespace {

constexpr int kMaxNesting = 20;

void collect_crops(const Json& pipeline, std::vector<std::string>& crops) {
  for (const auto& step : pipeline) {
    if (text_at(step, {"type"}) != "RandomCrop") continue;
    const Json* size = find_at(step, {"crop_size"});
    const bool is_pair = size != nullptr && size->is_array() && size->size() == 2 &&
                         size->at(0).is_number_integer() && size->at(1).is_number_integer();
    crops.push_back(is_pair ? size->at(0).dump() + "x" + size->at(1).dump()
                            : (size == nullptr ? "nothing" : size->dump()));
  }
}

/// Data sets nest: RepeatDataset and ConcatDataset hold others under `dataset` and `datasets`.
void collect_from_dataset(const Json& dataset, int depth, std::vector<std::string>& crops) {
  if (depth > kMaxNesting) return;
  if (dataset.is_array()) {
    for (const auto& part : dataset) collect_from_dataset(part, depth + 1, crops);
    return;
  }
  const Json* pipeline = find_at(dataset, {"pipeline"});
  if (pipeline != nullptr && pipeline->is_array()) collect_crops(*pipeline, crops);
  for (const auto* key : {"dataset", "datasets"}) {
    const Json* inner = find_at(dataset, {key});
    if (inner != nullptr) collect_from_dataset(*inner, depth + 1, crops);
  }
}

std::optional<LossScale> loss_scale_of(const Json* value) {
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->is_number()) return LossScale{"static", value->get<double>()};
  if (value->is_string()) return LossScale{value->get<std::string>(), std::nullopt};
  if (!value->is_object()) return std::nullopt;
  const std::string mode = text_at(*value, {"mode"});
  return LossScale{mode.empty() ? "dynamic" : mode, number_at(*value, {"init_scale"})};
}

Json list_at(const Json& value, std::string_view key) {
  const Json* list = find_at(value, {key});
  return list != nullptr && list->is_array() ? *list : Json();
}

/// Of mmcv's meta, or of mmengine's dataset_meta (whose first versions kept the old names).
Json list_of(const Json& meta, std::string_view name, std::string_view newer) {
  Json list = list_at(meta, name);
  const Json* dataset = find_at(meta, {"dataset_meta"});
  if (list.is_null() && dataset != nullptr) list = list_at(*dataset, newer);
  if (list.is_null() && dataset != nullptr) list = list_at(*dataset, name);
  return list;
}

bool is_readable(const Json* value) {
  return value == nullptr || value->is_number();
}

/// Never null, which would mean that there is nothing to quote.
Json quoted(const Json& value) {
  return value.is_null() ? Json("null") : value;
}

}  // namespace

std::vector<std::string> train_crops(const Json& config) {
  std::vector<std::string> crops;
  if (const Json* dataset = find_at(config, {"data", "train"})) {
    collect_from_dataset(*dataset, 0, crops);
  }
  if (const Json* dataset = find_at(config, {"train_dataloader", "dataset"})) {
    collect_from_dataset(*dataset, 0, crops);
  }
  return crops;
}

std::optional<std::int64_t> scheduled_iterations(const Json& config) {
  if (const auto n = count_at(config, {"runner", "max_iters"})) return n;
  if (const auto n = count_at(config, {"total_iters"})) return n;
  return count_at(config, {"train_cfg", "max_iters"});
}

std::optional<double> learning_rate(const Json& config) {
  if (const auto lr = number_at(config, {"optimizer", "lr"})) return lr;
  return number_at(config, {"optim_wrapper", "optimizer", "lr"});
}

std::optional<std::int64_t> batch_per_process(const Json& config) {
  if (const auto n = count_at(config, {"data", "samples_per_gpu"})) return n;
  return count_at(config, {"train_dataloader", "batch_size"});
}

bool trains_in_one_process(const Json& config) {
  const Json* distributed = find_at(config, {"optimizer_config", "distributed"});
  return distributed != nullptr && *distributed == false;
}

std::string optimizer_hook(const Json& config) {
  const std::string hook = text_at(config, {"optimizer_config", "type"});
  if (!hook.empty()) return hook;
  const std::string wrapper = text_at(config, {"optim_wrapper", "type"});
  if (!wrapper.empty()) return wrapper;
  return find_at(config, {"fp16", "loss_scale"}) == nullptr ? "" : "Fp16OptimizerHook";
}

bool is_half_hook(const std::string& hook) {
  return hook.find("Fp16OptimizerHook") != std::string::npos || hook == "AmpOptimWrapper";
}

std::optional<LossScale> configured_loss_scale(const Json& config) {
  for (const auto* place : {"optimizer_config", "optim_wrapper", "fp16"}) {
    if (const auto scale = loss_scale_of(find_at(config, {place, "loss_scale"}))) return scale;
  }
  return std::nullopt;
}

std::optional<LossScale> saved_loss_scale(const Json& meta) {
  const Json* state = find_at(meta, {"fp16", "loss_scaler"});
  if (state == nullptr || !state->is_object()) return std::nullopt;
  if (const auto scale = number_at(*state, {"cur_scale"})) {
    return LossScale{text_at(*state, {"mode"}), scale};
  }
  if (const auto scale = number_at(*state, {"scale"})) return LossScale{"", scale};
  return std::nullopt;
}

Json unreadable_iterations(const Json& config) {
  for (const Json* value :
       {find_at(config, {"runner", "max_iters"}), find_at(config, {"total_iters"}),
        find_at(config, {"train_cfg", "max_iters"})}) {
    if (!is_readable(value)) return quoted(*value);
  }
  return {};
}

Json unreadable_saved_iteration(const Json& meta) {
  const Json* value = find_at(meta, {"iter"});
  return is_readable(value) ? Json() : quoted(*value);
}

Json unreadable_saved_scale(const Json& meta) {
  for (const auto* key : {"cur_scale", "scale"}) {
    const Json* value = find_at(meta, {"fp16", "loss_scaler", key});
    if (!is_readable(value)) return quoted(*value);
  }
  return {};
}

Json config_model(const Json& config) {
  const Json* model = find_at(config, {"model"});
  return model == nullptr ? Json() : *model;
}

bool trains_on_cityscapes(const Json& config) {
  const Json* train = find_at(config, {"data", "train"});
  if (train == nullptr) train = find_at(config, {"train_dataloader", "dataset"});
  return train != nullptr && text_at(*train, {"type"}) == "CityscapesDataset" &&
         find_at(*train, {"classes"}) == nullptr && find_at(*train, {"metainfo"}) == nullptr;
}

std::optional<std::int64_t> saved_iteration(const Json& meta) {
  return count_at(meta, {"iter"});
}

std::string experiment_name(const Json& meta) {
  const std::string name = text_at(meta, {"exp_name"});
  return name.empty() ? text_at(meta, {"experiment_name"}) : name;
}

Json class_names(const Json& meta) {
  return list_of(meta, "CLASSES", "classes");
}

Json class_colors(const Json& meta) {
  return list_of(meta, "PALETTE", "palette");
}

}  // namespace harness
