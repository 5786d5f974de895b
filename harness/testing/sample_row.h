#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harness/arithmetic/policy.h"
#include "harness/base/sha256.h"
#include "harness/judge/finding.h"
#include "harness/record/evaluation_record.h"
#include "harness/record/examine_record.h"

/// A row and results of it that pass, for tests to break one thing at a time.
namespace harness::sample {

inline Claim claim(std::string id, std::string evidence, Json value, int digits = -1) {
  Claim claim;
  claim.id = std::move(id);
  claim.evidence = std::move(evidence);
  claim.value = std::move(value);
  claim.digits = digits;
  return claim;
}

inline Row row() {
  Row row;
  row.id = "fcn_small_fp16";
  row.method = "FCN";
  row.arithmetic =
      Arithmetic{Policy::kFp16Master, ScalerOptions::defaults(ScalerType::kStatic), {}};
  row.checkpoint = "fcn_small_fp16-2eb5a165.pth";
  row.log = "fcn_small_fp16.log.json";
  row.recipe = {{"iterations", 600}, {"batch", 4}, {"lr", 0.05}, {"crop", {64, 128}}};
  return row;
}

/// A resolved config as mmseg 0.17 writes it, with the parts that rules look at. The top-level
/// crop_size and train_pipeline are inherited and not used.
inline Json config() {
  return Json::parse(R"({
    "model": {"type": "EncoderDecoder",
              "backbone": {"type": "ResNetV1c", "depth": 50, "base_channels": 8, "stem_channels": 8,
                           "norm_cfg": {"type": "BN"}},
              "decode_head": {"type": "FCNHead", "in_channels": 256, "in_index": 3, "channels": 32,
                              "num_classes": 19, "norm_cfg": {"type": "BN"}},
              "auxiliary_head": {"type": "FCNHead", "in_channels": 128, "in_index": 2,
                                 "channels": 16, "num_convs": 1, "concat_input": false,
                                 "num_classes": 19, "norm_cfg": {"type": "BN"}}},
    "crop_size": [512, 1024],
    "train_pipeline": [{"type": "RandomCrop", "crop_size": [512, 1024]}],
    "data": {"samples_per_gpu": 4,
             "train": {"type": "CityscapesDataset",
                       "pipeline": [{"type": "Resize", "img_scale": [256, 128]},
                                    {"type": "RandomCrop", "crop_size": [64, 128]}]}},
    "optimizer": {"type": "SGD", "lr": 0.05},
    "optimizer_config": {"type": "Fp16OptimizerHook", "loss_scale": 512.0, "distributed": false},
    "runner": {"type": "IterBasedRunner", "max_iters": 600}})");
}

/// Types and shapes of half training.
inline std::vector<TensorRecord> state_dict() {
  return {{"backbone.stem.0.weight", "float16", {4, 3, 3, 3}},
          {"backbone.stem.1.weight", "float32", {4}},
          {"backbone.stem.1.bias", "float32", {4}},
          {"backbone.stem.1.running_mean", "float32", {4}},
          {"backbone.stem.1.running_var", "float32", {4}},
          {"backbone.stem.1.num_batches_tracked", "int64", {}},
          {"decode_head.conv_seg.weight", "float16", {19, 32, 1, 1}},
          {"decode_head.conv_seg.bias", "float16", {19}}};
}

inline TensorStatisticsRecord statistics(std::int64_t elements, std::int64_t not_half_exact,
                                         std::int64_t zeros = 0, double min_abs = 0.125,
                                         double max_abs = 3.0) {
  TensorStatisticsRecord record;
  record.tensors = 2;
  record.elements = elements;
  record.not_half_exact = not_half_exact;
  record.zeros = zeros;
  record.min_abs = min_abs;
  record.max_abs = max_abs;
  return record;
}

/// Of the tensors in state_dict(), after half training: those of batch norm are off FP16's grid.
inline ValuesRecord values() {
  ValuesRecord values;
  values.all = statistics(752, 15, 0, 0.125, 600.0);
  values.all.tensors = 8;
  values.roles.convolution = statistics(735, 0);
  values.roles.convolution.tensors = 3;
  values.roles.norm_parameter = statistics(8, 8);
  values.roles.norm_statistics = statistics(8, 7);
  values.roles.counter = statistics(1, 0, 0, 600.0, 600.0);
  values.roles.counter.tensors = 1;
  return values;
}

inline CheckpointRecord checkpoint() {
  CheckpointRecord record;
  record.name = "fcn_small_fp16-2eb5a165.pth";
  record.stored = {record.name, 1234567, "2eb5a165" + std::string(56, '0'), "name-hash"};
  record.format = "legacy";
  record.state_dict = state_dict();
  record.values = values();
  record.optimizer = OptimizerRecord{};
  record.meta = {{"iter", 600},
                 {"exp_name", "fcn_small_fp16.py"},
                 {"fp16", {{"loss_scaler", {{"cur_scale", 512.0}, {"mode", "static"}}}}}};
  record.config = config();
  return record;
}

inline LogRecord log() {
  LogRecord record;
  record.name = "fcn_small_fp16.log.json";
  record.stored = {record.name, 4321, std::string(64, 'a'), "first-use"};
  record.exp_name = "fcn_small_fp16.py";
  record.environment = {{"env_info", "CPU, torch 2.11.0"}};
  record.config = config();
  record.train_lines = 8;
  record.validation_lines = 4;
  record.last_iteration = 600;
  record.last_validation = {{"mode", "val"}, {"mIoU", 0.5205}};
  record.last_miou = 52.05;
  return record;
}

inline RunResult result(std::string stage, std::string precision, Json measurements) {
  RunResult result;
  result.suite = "sample";
  result.row = row().id;
  result.stage = std::move(stage);
  result.precision = std::move(precision);
  result.device = result.stage == "examine" ? "" : "cpu";
  result.environment.machine.cpu = "AMD EPYC 7763 64-Core Processor";
  result.environment.machine.cores = 2;
  result.environment.library.emplace().threads = 2;
  result.measurements = std::move(measurements);
  return result;
}

inline RunResult examine() {
  RunResult examined = result("examine", "", record_to_json(ExamineRecord{checkpoint(), log()}));
  examined.digests = {{"checkpoint", checkpoint().stored->sha256}, {"log", log().stored->sha256}};
  return examined;
}

/// A result that evaluated checkpoint(), with predictions that its precision alone has.
inline RunResult evaluation_result(std::string stage, std::string precision, Json measurements) {
  RunResult evaluated = result(std::move(stage), std::move(precision), std::move(measurements));
  evaluated.digests = {{"checkpoint", checkpoint().stored->sha256},
                       {"predictions", sha256_hex(evaluated.precision)}};
  return evaluated;
}

/// Counts of two classes alike that give this mIoU, in percent, to seven digits. None for NaN.
inline std::int64_t true_positives(double miou, std::int64_t pixels) {
  const double iou = miou / 100.0;
  return std::isfinite(iou) ? std::llround(iou * static_cast<double>(pixels) / (1.0 + iou)) : 0;
}

inline constexpr std::int64_t kPixelsOfImage = 1'000'000'000;

inline constexpr std::size_t kClasses = 19;  ///< Two of them exist.

/// Gives the record a confusion matrix with this mIoU, and what follows from it. Each class has
/// half of the pixels, whatever the mIoU is.
inline void set_miou(EvaluationRecord& record, double miou) {
  const std::int64_t pixels = std::isfinite(miou) ? record.images * kPixelsOfImage : 0;
  const std::int64_t right = record.images * true_positives(miou, kPixelsOfImage);
  const std::int64_t wrong = pixels / 2 - right;
  record.pixels = pixels;
  record.classes = kClasses;
  record.confusion.assign(kClasses, std::vector<std::int64_t>(kClasses));
  record.confusion[0][0] = record.confusion[1][1] = right;
  record.confusion[0][1] = record.confusion[1][0] = wrong;
  record.miou = miou;
  record.macc = record.aacc = 100.0 * static_cast<double>(2 * right) / static_cast<double>(pixels);
  record.iou.assign(kClasses, NAN);
  record.acc.assign(kClasses, NAN);
  for (const std::size_t label : {0, 1}) {
    record.iou[label] = miou;
    record.acc[label] = record.macc;
  }
}

/// Whole images of 128x256, by the network of row().
inline EvaluationRecord evaluation_record(double miou, const std::string& type = "float16") {
  EvaluationRecord record;
  record.protocol = "whole";
  record.images = 16;
  set_miou(record, miou);
  record.images_per_second = 12.5;
  record.seconds_per_image = {0.08, 0.07, 0.09, 11, 5};
  record.logits.elements = 16 * kClasses * (128 / 8) * (256 / 8);
  ForwardRecord& forward = record.forward.emplace();
  forward.peak_bytes = 50'000'000;
  forward.census["convolution"] = {{type, 59}};
  forward.census["batch_norm"] = {{type, 58}};
  forward.activations.images = 4;
  forward.activations.elements = 22'000'000;
  forward.activations.half_subnormals = 26'400;
  forward.activations.zeros = 8'800'000;
  forward.activations.max_abs = 34.25;  // A number of every type.
  forward.activations.max_abs_layer = "decode_head.conv_seg";
  return record;
}

inline RunResult evaluate(std::string precision = "fp16", double miou = 52.051) {
  const auto type = to_string(facts(policy_of_precision(precision)).compute);
  return evaluation_result("evaluate", std::move(precision),
                           record_to_json(evaluation_record(miou, std::string(type))));
}

/// Gives the comparison images with these mIoUs, and what follows from them.
inline void set_mious(ParityRecord& record, double miou, double reference) {
  const auto right = true_positives(miou, kPixelsOfImage);
  const auto right_reference = true_positives(reference, kPixelsOfImage);
  const auto of_two_classes = [](std::int64_t pixels) {
    std::vector<std::int64_t> counts(kClasses);
    counts[0] = counts[1] = pixels;
    return counts;
  };
  record.per_image.assign(
      static_cast<std::size_t>(record.images),
      {of_two_classes(right), of_two_classes(kPixelsOfImage - right),
       of_two_classes(right_reference), of_two_classes(kPixelsOfImage - right_reference)});
  record.pixels = record.images * kPixelsOfImage;
  record.miou = miou;
  record.miou_reference = reference;
  record.difference = miou - reference;
}

inline ParityRecord parity_record() {
  ParityRecord record;
  record.images = 16;
  set_mious(record, 52.051, 52.060);
  record.changed_pixels = 9'600'000;
  record.logits = {2, 0.002, 1e-6, 4.0};
  return record;
}

inline RunResult parity() {
  return evaluation_result("parity", "fp16", record_to_json(parity_record()));
}

/// The result with measurements that `change` made of its own.
template <Record R>
void change_record(RunResult& result, const std::function<void(R&)>& change) {
  R record = measurements_of<R>(result);
  change(record);
  result.measurements = record_to_json(record);
}

/// A row, its results and a scope that live together, so that one thing can be changed in each.
struct Case {
  Row row = sample::row();
  Claim claim;
  std::vector<RunResult> results = {examine(), evaluate(), evaluate("fp32", 52.06), parity()};
  JobScope scope;

  Finding judge(ClaimRule rule) const { return rule(ClaimContext{row, claim, results, scope}); }
  Json& evaluation() { return results.at(1).measurements; }
  Json& parity_measurements() { return results.at(3).measurements; }
  /// Of the row's own arithmetic.
  void change_evaluation(const std::function<void(EvaluationRecord&)>& change) {
    change_record<EvaluationRecord>(results.at(1), change);
  }
  /// Of both arithmetics, which compute the same network.
  void change_evaluations(const std::function<void(EvaluationRecord&)>& change) {
    for (const std::size_t place : {1, 2}) {
      change_record<EvaluationRecord>(results.at(place), change);
    }
  }
  void change_parity(const std::function<void(ParityRecord&)>& change) {
    change_record<ParityRecord>(results.at(3), change);
  }
};

}  // namespace harness::sample
