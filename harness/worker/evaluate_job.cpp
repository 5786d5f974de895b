#include "harness/worker/evaluate_job.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/system/machine.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/data/cityscapes.h"
#include "harness/data/loading_resources.h"
#include "harness/evaluate/evaluator.h"
#include "harness/evaluate/forward_census.h"
#include "harness/evaluate/memory_meter.h"
#include "harness/evaluate/normalization_config.h"
#include "harness/evaluate/stage_records.h"
#include "harness/network/cuda_device.h"
#include "harness/network/model_builder.h"
#include "harness/network/tensor_bridge.h"
#include "harness/openmmlab/python_config.h"
#include "harness/precision/cuda_kernels.h"
#include "harness/precision/policy.h"
#include "harness/record/yardstick.h"
#include "models/fused_inference.h"

namespace harness {
namespace {

/// State that all of a row's evaluations share.
struct Subject {
  ModelSpec spec;
  models::StateDict weights;
  Normalization normalization;
  std::vector<ScenePaths> scenes;
  torch::Device device = torch::kCPU;
  std::map<std::string, models::EncoderDecoder> models;  ///< Keyed by precision.

  models::EncoderDecoder& model(const std::string& precision) {
    auto found = models.find(precision);
    if (found == models.end()) {
      const Policy policy = policy_of_precision(precision);
      found = models.emplace(precision, build_model(spec, weights, policy, device)).first;
    }
    return found->second;
  }

  std::function<torch::Tensor(const torch::Tensor&)> forward(const std::string& precision) {
    auto& built = model(precision);
    return [&built, policy = policy_of_precision(precision)](const torch::Tensor& image) {
      return run_model(built, policy, image);
    };
  }
};

Subject open_subject(const EvaluateJob& job) {
  Subject subject;
  subject.device = open_device(job.device);
  if (job.fused_norm) models::fuse_norms(cuda_kernels().norm, torch::kCUDA);
  const Checkpoint checkpoint = Checkpoint::open(job.checkpoint);
  const Json config = config_of_meta(checkpoint.meta());
  require_whole_images(config, job.row.id);
  subject.spec =
      resolve_model(job.row, config.is_object() ? config.value("model", Json()) : Json());
  subject.weights = to_torch(checkpoint.state_dict());
  subject.normalization = normalization_of(config);
  subject.scenes = find_cityscapes(job.data.root, job.data.split);
  return subject;
}

EvaluatorOptions options_for(const EvaluateJob& job, const Subject& subject,
                             const std::string& label) {
  EvaluatorOptions options;
  options.num_classes = subject.spec.decode_head.num_classes;
  options.align_corners = subject.spec.decode_head.align_corners;
  options.scale = {job.data.height, job.data.width};
  options.normalization = subject.normalization;
  options.device = subject.device;
  options.fused_segmentation = job.fused_segmentation;
  options.images_in_flight = recommended_images_in_flight(subject.device);
  const LoadingResources resources = loading_resources(subject.device.is_cuda());
  options.loader_threads = resources.threads;
  options.images_ahead = resources.ahead;
  options.progress = [label](const EvaluationProgress& progress) {
    send_event({{"event", "progress"},
                {"label", label},
                {"done", progress.done},
                {"total", progress.total}});
  };
  return options;
}

std::vector<torch::Tensor> census_images(const EvaluateJob& job, const Subject& subject) {
  std::vector<torch::Tensor> images;
  for (const auto& paths : subject.scenes) {
    if (std::ssize(images) == kCensusImages) break;
    const Scene scene = load_scene(paths, subject.spec.decode_head.num_classes);
    FloatImage image = prepare_for_test(scene.image, {job.data.height, job.data.width},
                                        /*flip=*/false, subject.normalization);
    images.push_back(
        torch::from_blob(image.planes.data(), {1, 3, image.size.height, image.size.width})
            .to(subject.device, torch::kFloat, /*non_blocking=*/false, /*copy=*/true));
  }
  return images;
}

void write_result(const EvaluateJob& job, const RunResult& result) {
  write_json_file(job.out / run_result_name(result.stage, result.precision), to_json(result));
  send_event({{"event", "result"}, {"stage", result.stage}, {"precision", result.precision}});
}

/// The precisions of a group of results, FP32 first: the evaluator compares the others with it.
std::vector<std::string> precisions_of(const std::vector<WantedResult>& wanted) {
  std::set<std::string> seen;
  std::vector<std::string> precisions;
  for (const auto& result : wanted) {
    if (result.stage == "parity") seen.insert("fp32");
    seen.insert(result.precision);
  }
  if (seen.erase("fp32") > 0) precisions.emplace_back("fp32");
  precisions.insert(precisions.end(), seen.begin(), seen.end());
  return precisions;
}

/// The memory of one image: the model's own tensors and the peak of what is allocated on the way to
/// its logits, layer by layer: fused layers keep halves as floats, which says nothing about the
/// arithmetic. Other precisions' models are in memory too and are not counted.
std::int64_t peak_bytes(Subject& subject, const std::string& precision,
                        const torch::Tensor& image) {
  std::int64_t weights = 0;
  for (const auto& [name, tensor] : models::state_dict(*subject.model(precision))) {
    weights += static_cast<std::int64_t>(tensor.nbytes());
  }
  const models::LayerByLayer unfused;
  const MemoryMeter meter(subject.device);
  const std::int64_t before = meter.current_bytes();
  subject.forward(precision)(image);
  return weights + meter.peak_bytes() - before;
}

ForwardRecord look_inside(Subject& subject, const std::string& precision,
                          const std::vector<torch::Tensor>& images) {
  const auto forward = subject.forward(precision);
  const ForwardCensus census = take_census(subject.model(precision), images, forward);
  return {census.activations, census.dtypes, peak_bytes(subject, precision, images.front())};
}

Json measurements_of(const EvaluateJob& job, Subject& subject, const EvaluationResult& evaluation,
                     std::size_t index, const WantedResult& wanted,
                     const std::vector<torch::Tensor>& images) {
  if (wanted.stage == "parity") {
    ParityRecord parity = parity_record(evaluation, index);
    parity.fused_norm.value = job.fused_norm;
    return record_to_json(parity);
  }
  const bool whole = wanted.stage == "evaluate";
  EvaluationRecord record = evaluation_record(
      evaluation, index, whole ? Protocol::kWholeImage : Protocol::kMultiScaleFlip);
  record.fused_norm.value = job.fused_norm;
  if (whole) record.forward = look_inside(subject, wanted.precision, images);
  return record_to_json(record);
}

/// The scenes that an earlier worker did for these results and this one need not do again.
EvaluationJournal open_journal(const EvaluateJob& job, const Subject& subject,
                               const std::vector<WantedResult>& wanted,
                               const std::vector<std::string>& precisions, Protocol protocol) {
  JournalIdentity identity{{},
                           precisions,
                           subject.spec.decode_head.num_classes,
                           static_cast<std::int64_t>(subject.scenes.size())};
  for (const auto& one : wanted) identity.keys.push_back(one.key);
  std::filesystem::create_directories(job.out);
  const bool whole = protocol == Protocol::kWholeImage;
  return {job.out / (whole ? "evaluate.journal" : "evaluate_ms_flip.journal"), identity};
}

/// One pass over the images for all results of one protocol.
void evaluate_group(const EvaluateJob& job, Subject& subject,
                    const std::vector<WantedResult>& wanted, Protocol protocol) {
  if (wanted.empty()) return;
  const std::string started = utc_now();
  const auto precisions = precisions_of(wanted);
  std::vector<NamedForward> forwards;
  for (const auto& precision : precisions)
    forwards.push_back({precision, subject.forward(precision)});
  EvaluatorOptions options = options_for(
      job, subject, protocol == Protocol::kWholeImage ? "evaluate" : "evaluate ms+flip");
  options.protocol = protocol;
  const bool parity = std::any_of(wanted.begin(), wanted.end(),
                                  [](const WantedResult& one) { return one.stage == "parity"; });
  if (parity) {
    options.yardstick = subject.forward("fp64");
    options.yardstick_images = kYardstickImages;
  }
  EvaluationJournal journal = open_journal(job, subject, wanted, precisions, protocol);
  options.journal = &journal;
  const EvaluationResult evaluation = evaluate(subject.scenes, forwards, options);
  send_event({{"event", "evaluated"},
              {"images", evaluation.images},
              {"images_in_flight", evaluation.images_in_flight}});
  const auto images = census_images(job, subject);
  for (const auto& one : wanted) {
    const auto place = std::find(precisions.begin(), precisions.end(), one.precision);
    const auto index = static_cast<std::size_t>(place - precisions.begin());
    RunResult result = new_result(job, one.stage, one.precision, one.key);
    result.digests["checkpoint"] = job.checkpoint_sha256;
    result.started = started;
    result.elapsed_s = evaluation.elapsed_s;
    result.digests["predictions"] = evaluation.forwards.at(index).predictions_sha256;
    result.measurements = measurements_of(job, subject, evaluation, index, one, images);
    write_result(job, result);
  }
  journal.remove();
}

/// A switch of the job that is true, and on a GPU, where it is there.
bool is_asked_of_gpu(ObjectReader& reader, std::string_view key, const std::string& device) {
  const Json* value = reader.optional(key);
  if (value == nullptr) return false;
  if (*value == true && device == "cuda") return true;
  reader.fail(key, fmt::format("expected true on cuda, got {} on {}", value->dump(), device));
}

}  // namespace

EvaluateJob evaluate_job_from_json(const Json& value) {
  ObjectReader reader(value, "worker job", "");
  EvaluateJob job;
  read_row_job(reader, job);
  job.checkpoint_sha256 = reader.required_string("checkpoint_sha256");
  job.results = wanted_results(reader.required("results"));
  job.fused_segmentation = is_asked_of_gpu(reader, "fused_segmentation", job.device);
  job.fused_norm = is_asked_of_gpu(reader, "fused_norm", job.device);
  reader.finish();
  return job;
}

void require_whole_images(const Json& config, const std::string& subject) {
  // Older configs have test_cfg beside the model.
  for (const auto* path : {"/model/test_cfg/mode", "/test_cfg/mode"}) {
    const Json::json_pointer pointer(path);
    if (!config.contains(pointer) || config.at(pointer) == "whole") continue;
    throw Error(
        ErrorCode::kInvalidSuite, subject,
        fmt::format(
            "config.test_cfg.mode: expected \"whole\", got {}; nothing else is evaluated here",
            config.at(pointer).dump()));
  }
}

void evaluate_job(const EvaluateJob& job) {
  const torch::InferenceMode no_gradients;
  prepare_process(job);
  Subject subject = open_subject(job);
  std::vector<WantedResult> whole;
  std::vector<WantedResult> scales;
  for (const auto& one : job.results) {
    (one.stage == "evaluate_ms_flip" ? scales : whole).push_back(one);
  }
  evaluate_group(job, subject, whole, Protocol::kWholeImage);
  evaluate_group(job, subject, scales, Protocol::kMultiScaleFlip);
}

}  // namespace harness
