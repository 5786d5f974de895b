#include "harness/cli/stages/train_stage.h"

#include <map>

#include "harness/base/error.h"
#include "harness/base/location.h"
#include "harness/cli/interrupt.h"

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
  const auto file = files.find(name.substr(std::string(kOpenMmlab).size()));
  if (file == files.end()) return "";
  return "https://download.openmmlab.com/pretrain/third_party/" + file->second;
}

std::string configured_pretrained(const VerifiedRow& verified) {
  const Json& checkpoint = verified.result.measurements.at("checkpoint");
  if (!checkpoint.is_object() || !checkpoint.contains("config")) return "";
  const Json& config = checkpoint.at("config");
  if (!config.is_object() || !config.contains("model")) return "";
  const Json pretrained = config.at("model").value("pretrained", Json());
  return pretrained.is_string() ? pretrained.get<std::string>() : "";
}

/// What all trainings of a row share.
struct TrainingSource {
  fs::path root;  ///< Of the data.
  std::string train_data;
  std::string validation_data;  ///< Fingerprints; empty where the split is not there.
  PretrainedBackbone pretrained;
  RowEnd obstacle;  ///< Why nothing can be trained, if so.
};

TrainingSource find_training_source(const Suite& suite, const Row& row, const VerifiedRow& verified,
                                    const StoreOptions& store, const TrainOptions& options) {
  TrainingSource source;
  source.root = data_root(suite, options.data);
  if (!source.root.empty()) {
    source.train_data = data_fingerprint(source.root, "train");
    source.validation_data = data_fingerprint(source.root, suite.data.split);
  }
  if (source.train_data.empty() || source.validation_data.empty()) {
    source.obstacle = {RunStatus::kSkipped, "no data: expected the splits train and " +
                                                suite.data.split +
                                                " below leftImg8bit and gtFine; give --data DIR"};
    return source;
  }
  source.pretrained = obtain_pretrained(suite, row, verified, store);
  source.obstacle = source.pretrained.obstacle;
  return source;
}

std::vector<AskedExecution> keyed_trainings(const Suite& suite, const Row& row,
                                            const VerifiedRow& verified,
                                            const TrainingSource& source,
                                            const TrainOptions& options) {
  Json inputs = {{"checkpoint", verified.checkpoint_sha256()},
                 {"pretrained", source.pretrained.sha256},
                 {"train", source.train_data},
                 {"validation", source.validation_data},
                 {"size", {suite.data.height, suite.data.width}},
                 {"threads", options.threads},
                 {"iterations", options.iterations},
                 {"digests", options.digests},
                 {"program", digest_of_worker(options)}};
  auto trainings = trainings_of(row, options);
  for (auto& one : trainings) {
    inputs["seed"] = *one.seed;
    one.key = result_key(row, one.stage, one.precision, options.device, inputs);
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

}  // namespace

std::string pretrained_location(const Suite& suite, const Row& row, const VerifiedRow& verified) {
  const Json stated = row.recipe.value("pretrained", Json());
  if (stated.is_string()) return absolute_location(suite, stated.get<std::string>());
  const std::string configured = configured_pretrained(verified);
  if (configured.rfind(kOpenMmlab, 0) == 0) return url_of_open_mmlab(configured);
  if (configured.empty() || is_url(configured)) return configured;
  // What stands above a URL is nothing of this machine, whatever folder we were started in.
  if (is_url(row.checkpoint)) return "";
  const fs::path published = fs::absolute(absolute_location(suite, row.checkpoint));
  return find_above(published, configured);
}

PretrainedBackbone obtain_pretrained(const Suite& suite, const Row& row,
                                     const VerifiedRow& verified, const StoreOptions& store) {
  PretrainedBackbone backbone;
  const std::string location = pretrained_location(suite, row, verified);
  const std::string configured = configured_pretrained(verified);
  if (location.empty() && !configured.empty()) {
    backbone.obstacle = {RunStatus::kError, "the pretrained backbone " + configured +
                                                " is not there; name it in the suite as "
                                                "recipe.pretrained"};
  }
  if (location.empty()) return backbone;
  try {
    const StoredFile file = obtain(absolute_location(suite, location), store);
    backbone.file = file.path;
    backbone.sha256 = file.sha256;
  } catch (const Error& error) {
    const bool unreachable = error.code() == ErrorCode::kFetchFailed;
    backbone.obstacle = {
        unreachable ? RunStatus::kSkipped : RunStatus::kError,
        (unreachable ? "no network: " : "the pretrained backbone: ") + std::string(error.what())};
  }
  return backbone;
}

std::vector<AskedExecution> trainings_of(const Row& row, const TrainOptions& options) {
  auto precisions = options.precisions.empty() ? default_precisions(row) : options.precisions;
  // A lockstep has FP32 beside whatever it is of.
  if (options.precisions.empty() && options.stage == "lockstep") precisions.resize(1);
  std::vector<AskedExecution> trainings;
  for (const auto seed : options.seeds) {
    for (const auto& precision : precisions) {
      trainings.push_back({row.id, options.stage, precision, seed, ""});
    }
  }
  return trainings;
}

void train_row(const Suite& suite, const Row& row, const VerifiedRow& verified,
               RunDirectory& directory, const StoreOptions& store, const TrainOptions& options) {
  const TrainingSource source = find_training_source(suite, row, verified, store, options);
  const auto trainings = keyed_trainings(suite, row, verified, source, options);
  directory.ask(trainings);
  for (const auto& wanted : trainings) {
    if (interrupted()) return;
    if (directory.has_result(wanted)) continue;
    RowEnd end = source.obstacle;
    if (end.status == RunStatus::kOk) {
      const Json job = job_of(source, wanted, options,
                              row_job(suite, row, verified.checkpoint, source.root,
                                      directory.row_folder(row.id), options));
      end = run_row_worker(options, options.stage, job, row.id, "iterations");
    }
    if (end.status != RunStatus::kOk && !interrupted()) {
      directory.write_result(result_without_run(suite.name, wanted, end, options));
    }
  }
}

}  // namespace harness
