#include "harness/cli/stages/train_stage.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/location.h"
#include "harness/base/measurement.h"
#include "harness/cli/interrupt.h"
#include "harness/cli/published_content.h"
#include "harness/cli/stages/kept_training.h"
#include "harness/cli/worker_versions.h"
#include "harness/judge/rules/file/config_facts.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr const char* kOpenMmlab = "open-mmlab://";

/// The path below the nearest folder above `file` that has it; "" when none has.
std::string find_above(fs::path file, const std::string& path) {
  for (fs::path folder = file.parent_path(); !folder.empty(); folder = folder.parent_path()) {
    if (fs::is_regular_file(folder / path)) return (folder / path).lexically_normal().string();
    if (folder == folder.parent_path()) break;
  }
  return "";
}

std::string url_of_open_mmlab(const std::string& name) {
  static const std::map<std::string, std::string> files = {
      {"resnet50_v1c", "resnet50_v1c-2cccc1ad.pth"},
      {"resnet101_v1c", "resnet101_v1c-e67eebb6.pth"}};
  const auto file = files.find(name.substr(std::string_view(kOpenMmlab).size()));
  if (file == files.end()) return "";
  return "https://download.openmmlab.com/pretrain/third_party/" + file->second;
}

std::string configured_pretrained(const ExaminedRow& examined) {
  const auto& checkpoint = examined.record.checkpoint;
  return checkpoint ? text_at(config_model(checkpoint->config), {"pretrained"}) : "";
}

/// A training that is asked for, and what its key is made of.
struct KeyedTraining {
  AskedExecution execution;
  Json parts;  ///< key_parts().
};

/// What all trainings of a row share.
struct TrainingSource {
  fs::path root;  ///< Root of the data set.
  std::string train_data;
  std::string validation_data;  ///< Fingerprints; empty where the split does not exist.
  PretrainedBackbone pretrained;
  RowEnd obstacle;  ///< Why nothing can be trained, if so.
};

TrainingSource find_training_source(const Suite& suite, const Row& row, const ExaminedRow& examined,
                                    const StoreOptions& store, const TrainOptions& options) {
  TrainingSource source;
  source.root = data_root(suite, options.data);
  if (!source.root.empty()) {
    source.train_data = data_fingerprint(source.root, "train");
    source.validation_data = data_fingerprint(source.root, suite.data.split);
  }
  if (source.train_data.empty() || source.validation_data.empty()) {
    source.obstacle = {RunStatus::kSkipped,
                       no_data_reason(source.root, {"train", suite.data.split})};
    return source;
  }
  source.pretrained = obtain_pretrained(suite, row, examined, store);
  source.obstacle = source.pretrained.obstacle;
  return source;
}

std::vector<KeyedTraining> keyed_trainings(const Suite& suite, const Row& row,
                                           const ExaminedRow& examined,
                                           const TrainingSource& source,
                                           const TrainOptions& options) {
  Json inputs = {{"checkpoint", examined.checkpoint_sha256()},
                 {"pretrained", source.pretrained.sha256},
                 {"training data", source.train_data},
                 {"validation data", source.validation_data},
                 {"size", {suite.data.height, suite.data.width}},
                 {"threads", options.threads},
                 {"iterations", options.iterations},
                 {"digests", options.digests}};
  inputs.update(worker_versions(options));
  std::vector<KeyedTraining> trainings;
  for (auto& one : trainings_of(row, options)) {
    inputs["seed"] = *one.seed;
    one.key = result_key(row, one.stage, one.precision, options.device, inputs);
    trainings.push_back({one, key_parts(row, one.stage, one.precision, options.device, inputs)});
  }
  return trainings;
}

Json job_of(const TrainingSource& source, const AskedExecution& wanted, const TrainOptions& options,
            Json job) {
  job["pretrained"] = source.pretrained.file.string();
  job["precision"] = wanted.precision;
  job["seed"] = *wanted.seed;
  job["iterations"] = options.iterations;
  job["digests"] = options.digests;
  job["save_seconds"] = options.save_seconds;
  job["key"] = wanted.key;
  return job;
}

TrainingPlace place_of(const RunDirectory& directory, const KeyedTraining& training) {
  const AskedExecution& one = training.execution;
  const fs::path result = run_result_name(one.stage, one.precision, one.seed);
  return {directory.row_folder(one.row), result.stem().string(), one.key, training.parts};
}

}  // namespace

std::string pretrained_location(const Suite& suite, const Row& row, const ExaminedRow& examined) {
  const Json stated = row.recipe.value("pretrained", Json());
  if (stated.is_string()) return absolute_location(suite, stated.get<std::string>());
  const std::string configured = configured_pretrained(examined);
  if (configured.rfind(kOpenMmlab, 0) == 0) return url_of_open_mmlab(configured);
  if (configured.empty() || is_url(configured)) return configured;
  // A URL has no folders on this machine, whatever folder we were started in.
  if (is_url(row.checkpoint)) return "";
  const fs::path published = fs::absolute(absolute_location(suite, row.checkpoint));
  return find_above(published, configured);
}

PretrainedBackbone obtain_pretrained(const Suite& suite, const Row& row,
                                     const ExaminedRow& examined, const StoreOptions& store) {
  PretrainedBackbone backbone;
  const std::string location = pretrained_location(suite, row, examined);
  const std::string configured = configured_pretrained(examined);
  if (location.empty() && !configured.empty()) {
    backbone.obstacle = {
        RunStatus::kError,
        fmt::format(
            "the pretrained backbone {} is not there; name it in the suite as recipe.pretrained",
            configured)};
  }
  if (location.empty()) return backbone;
  try {
    const StoredFile file =
        obtain(absolute_location(suite, location), asked_as(FileRole::kCheckpoint, store));
    check_locked(file);
    backbone.file = file.path;
    backbone.sha256 = file.sha256;
  } catch (const Error& error) {
    const bool unreachable = error.code() == ErrorCode::kFetchFailed;
    backbone.obstacle = {
        unreachable ? RunStatus::kSkipped : RunStatus::kError,
        fmt::format("{}{}",
                    unreachable ? "no network: " : "the pretrained backbone: ", error.what())};
  }
  return backbone;
}

std::vector<AskedExecution> trainings_of(const Row& row, const TrainOptions& options) {
  auto precisions =
      options.precisions.empty() ? default_precisions(row.policy()) : options.precisions;
  // A lockstep always trains FP32 beside the given precision.
  if (options.precisions.empty() && options.stage == "lockstep") precisions.resize(1);
  std::vector<AskedExecution> trainings;
  for (const auto seed : options.seeds) {
    for (const auto& precision : precisions) {
      trainings.push_back({row.id, options.stage, precision, seed, ""});
    }
  }
  return trainings;
}

RowEnd training_obstacle(const Suite& suite, const Row& row, const ExaminedRow& examined,
                         const StoreOptions& store, const TrainOptions& options) {
  return find_training_source(suite, row, examined, store, options).obstacle;
}

void keep_other_trainings(const Suite& suite, const Row& row, const RunDirectory& directory,
                          const StoreOptions& store, const TrainOptions& options) {
  const auto asked = trainings_of(row, options);
  const bool has_any = std::any_of(asked.begin(), asked.end(), [&](const AskedExecution& one) {
    return holds_training(place_of(directory, {one, Json()}));
  });
  // Keys need the row's files, which a fresh run has not fetched yet.
  if (!has_any) return;
  const ExaminedRow examined = examine_row(suite, row, store);
  const TrainingSource source = find_training_source(suite, row, examined, store, options);
  for (const auto& training : keyed_trainings(suite, row, examined, source, options)) {
    keep_other_training(place_of(directory, training), options.restart);
  }
}

void train_row(const Suite& suite, const Row& row, const ExaminedRow& examined,
               RunDirectory& directory, const StoreOptions& store, const TrainOptions& options) {
  const TrainingSource source = find_training_source(suite, row, examined, store, options);
  const auto trainings = keyed_trainings(suite, row, examined, source, options);
  for (const auto& training : trainings) directory.ask({training.execution});
  for (const auto& training : trainings) {
    if (interrupted()) return;
    const AskedExecution& wanted = training.execution;
    if (directory.has_result(wanted)) continue;
    RowEnd end = source.obstacle;
    if (end.status == RunStatus::kOk) {
      if (options.stage == "train") write_training_key(place_of(directory, training));
      const Json job = job_of(source, wanted, options,
                              row_job(suite, row, examined.checkpoint, source.root,
                                      directory.row_folder(row.id), options));
      end = run_row_worker(options, options.stage, job, row.id, "iterations");
    }
    if (end.status != RunStatus::kOk && !interrupted()) {
      directory.write_result(result_without_run(suite.name, wanted, end, options));
    }
  }
}

}  // namespace harness
