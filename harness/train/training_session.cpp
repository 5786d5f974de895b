#include "harness/train/training_session.h"

#include <algorithm>
#include <cmath>

#include "harness/base/machine.h"
#include "harness/evaluate/evaluator.h"
#include "harness/evaluate/stage_records.h"
#include "harness/evaluate/test_pipeline.h"
#include "harness/network/cuda_device.h"
#include "harness/network/model_builder.h"
#include "harness/precision/policy.h"
#include "harness/record/environment.h"
#include "harness/train/weight_digest.h"
#include "models/losses.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// Names for the log: of the file's meta, else numbers.
std::vector<std::string> class_names(const Json& meta, std::int64_t count) {
  std::vector<std::string> names;
  const bool has_names = meta.is_object() && meta.contains("CLASSES") &&
                         meta.at("CLASSES").is_array() &&
                         static_cast<std::int64_t>(meta.at("CLASSES").size()) == count;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const bool is_text = has_names && meta.at("CLASSES")[index].is_string();
    names.push_back(is_text ? meta.at("CLASSES")[index].get<std::string>() : std::to_string(i));
  }
  return names;
}

/// Percent of a record as the fraction that the source logs; null is not a number.
double fraction(const Json& percent) {
  return percent.is_number() ? percent.get<double>() / 100.0 : std::nan("");
}

LogAverages::Values validation_values(const Json& record, const std::vector<std::string>& names) {
  LogAverages::Values values = {{"aAcc", fraction(record.at("aacc"))},
                                {"mIoU", fraction(record.at("miou"))},
                                {"mAcc", fraction(record.at("macc"))}};
  for (const auto& [key, prefix] : {std::pair{"iou", "IoU."}, std::pair{"acc", "Acc."}}) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      values.emplace_back(prefix + names[i], fraction(record.at(key).at(i)));
    }
  }
  return values;
}

}  // namespace

TrainingSession::TrainingSession(const TrainJob& job)
    : job_(job),
      folder_(job.out / training_folder(job.precision, job.seed)),
      started_(utc_now()),
      policy_(policy_of_precision(job.precision)),
      device_(open_device(job.device)),
      last_save_(std::chrono::steady_clock::now()) {
  prepare_process(job);
  fs::create_directories(folder_);
  read_source();
  build_model();
  open_records();
}

void TrainingSession::read_source() {
  setup_ = training_setup(job_.row, job_.checkpoint, policy_);
  // Faster on the CPU; on CUDA max pooling's gradient adds atomically in that layout.
  setup_.recipe.arithmetic.channels_last = device_.is_cpu();
  iterations_ = setup_.recipe.schedule.iterations;
  if (job_.iterations > 0) iterations_ = std::min(iterations_, job_.iterations);
  validation_ = find_cityscapes(job_.data.root, job_.data.split);
}

void TrainingSession::build_model() {
  meter_ = std::make_unique<MemoryMeter>(device_);
  model_ = initial_model(setup_.spec, job_.seed, job_.pretrained);
  model_->to(device_);
  recorder_ = std::make_unique<FlightRecorder>(model_, policy_);
  step_ = std::make_unique<TrainingStep>(
      model_.ptr(),
      [this](const torch::Tensor& images, const torch::Tensor& labels) {
        return forward(images, labels);
      },
      setup_.recipe.arithmetic);
  step_->set_gradient_hook([this](const StepGradients& gradients) {
    recorder_->see_gradients(gradients, step_->steps());
    const bool is_sampled = step_->steps() % setup_.recipe.log_interval == 0;
    if (is_sampled) tallies_.add_gradients(gradients);
  });
}

void TrainingSession::open_records() {
  auto snapshot = read_snapshot(folder_ / "latest.pth");
  if (snapshot && snapshot->key != job_.key) snapshot.reset();
  loader_ = std::make_unique<TrainingLoader>(find_cityscapes(job_.data.root, kTrainSplit),
                                             loader_options(setup_, job_.seed),
                                             snapshot ? snapshot->position : SamplerPosition{});
  log_ = std::make_unique<TrainingLogWriter>(folder_ / "train.log.json",
                                             snapshot ? snapshot->log_bytes : 0);
  steps_ = std::make_unique<StepLog>(folder_ / "steps.jsonl", snapshot ? snapshot->step_bytes : 0);
  hooks_ = hooks();
  trainer_ = std::make_unique<Trainer>(*model_, *step_, *loader_, trainer_options(), hooks_);
  if (snapshot) {
    take_up(*snapshot);
  } else {
    fs::remove(folder_ / "flight.json");  // Of another job.
    log_->begin(meta());
  }
}

void TrainingSession::take_up(const TrainingSnapshot& snapshot) {
  models::load_state_dict(*model_, snapshot.weights);
  step_->restore(snapshot.state);
  trainer_->averages().restore(snapshot.averages);
  tallies_.restore(snapshot.tallies);
}

NamedTensors TrainingSession::forward(const torch::Tensor& images, const torch::Tensor& labels) {
  recorder_->see_batch(images);
  return models::segmentation_losses(model_, images, labels, loss_options(setup_.recipe));
}

TrainerOptions TrainingSession::trainer_options() const {
  TrainerOptions options;
  options.iterations = iterations_;
  options.schedule = setup_.recipe.schedule;
  options.seed = job_.seed;
  options.log_interval = setup_.recipe.log_interval;
  options.evaluation_interval = setup_.recipe.evaluation_interval;
  options.save_interval = 1;  // save() looks at the clock.
  options.digests = job_.digests;
  options.device = device_;
  return options;
}

TrainerHooks TrainingSession::hooks() {
  TrainerHooks hooks;
  hooks.step = [this](const Iteration& iteration) { after_step(iteration); };
  hooks.log = [this](const TrainingLogWriter::Position& position,
                     const LogAverages::Values& means) {
    std::optional<std::int64_t> memory;
    if (device_.is_cuda()) memory = meter_->peak_bytes() >> 20;
    log_->train(position, memory, means);
  };
  hooks.evaluate = [this](const TrainingLogWriter::Position& position) { evaluate(position); };
  hooks.save = [this] { save(step_->steps() == iterations_); };
  return hooks;
}

void TrainingSession::after_step(const Iteration& iteration) {
  if (census_ != nullptr) {
    tallies_.set_census(census_->counts());
    census_.reset();
  }
  last_lr_ = iteration.lr;
  steps_->add(iteration);
  tallies_.add(iteration);
  if (recorder_->report() && !fs::exists(folder_ / "flight.json")) write_flight_report();
  send_event({{"event", "progress"},
              {"label", training_folder(job_.precision, job_.seed)},
              {"done", step_->steps()},
              {"total", iterations_},
              {"loss", number_or_null(iteration.step.loss)},
              {"scale", number_or_null(iteration.step.scale)}});
}

void TrainingSession::evaluate(const TrainingLogWriter::Position& position) {
  const torch::NoGradGuard no_gradients;
  EvaluatorOptions options;
  options.num_classes = setup_.spec.decode_head.num_classes;
  options.align_corners = setup_.spec.decode_head.align_corners;
  options.scale = {job_.data.height, job_.data.width};
  options.normalization = normalization_of(setup_.config);
  options.device = device_;
  options.images_in_flight = recommended_images_in_flight(device_);
  options.timed_images = 0;
  const NamedForward network{job_.precision, [this](const torch::Tensor& image) {
                               return run_model(model_, policy_, image);
                             }};
  const EvaluationResult evaluation = harness::evaluate(validation_, {network}, options);
  const Json record = record_to_json(evaluation_record(evaluation, 0, Protocol::kWholeImage));
  log_->validation(position, evaluation.images,
                   validation_values(record, class_names(setup_.meta, options.num_classes)));
  tallies_.add_validation(position.iteration, record);
}

void TrainingSession::save(bool now) {
  const auto time = std::chrono::steady_clock::now();
  if (!now && time - last_save_ < std::chrono::duration<double>(job_.save_seconds)) return;
  tallies_.see_peak(meter_->peak_bytes());
  TrainingSnapshot snapshot;
  snapshot.key = job_.key;
  snapshot.weights = models::state_dict(*model_);
  snapshot.state = step_->state();
  snapshot.position = loader_->position();
  snapshot.averages = trainer_->averages().state();
  snapshot.tallies = tallies_.state();
  snapshot.log_bytes = log_->flush();
  snapshot.step_bytes = steps_->flush();
  snapshot.meta = meta();
  snapshot.lr = last_lr_;
  snapshot.sgd = setup_.recipe.arithmetic.sgd;
  write_snapshot(folder_ / "latest.pth", snapshot);
  last_save_ = std::chrono::steady_clock::now();
}

Json TrainingSession::meta() const {
  Json meta = {{"env_info", "halfproof " + build_record().commit},
               {"seed", job_.seed},
               {"exp_name", job_.row.id + ".py"}};
  for (const auto* key : {"config", "CLASSES", "PALETTE"}) {
    if (setup_.meta.is_object() && setup_.meta.contains(key)) meta[key] = setup_.meta.at(key);
  }
  if (step_->steps() > 0) {
    meta["iter"] = step_->steps();
    meta["epoch"] = loader_->position().epoch;
    meta["time"] = utc_now();
  }
  return meta;
}

void TrainingSession::write_flight_report() {
  write_json_file(folder_ / "flight.json", *recorder_->report());
}

void TrainingSession::write_result() {
  RunResult result = new_result(job_, "train", job_.precision, job_.key);
  result.started = started_;
  result.seed = job_.seed;
  result.measurements = tallies_.record();
  Json& measured = result.measurements;
  measured["policy"] = to_string(policy_);
  measured["scaler"] = to_string(setup_.recipe.arithmetic.scaler.type);
  measured["iterations"] = step_->steps();
  measured["scheduled_iterations"] = setup_.recipe.schedule.iterations;
  measured["batch"] = setup_.recipe.batch;
  measured["nondeterministic_operators"] =
      watch_ == nullptr ? Json::array() : Json(watch_->operators());
  const bool has_flight = fs::exists(folder_ / "flight.json");
  measured["flight"] = has_flight ? Json("flight.json") : Json();
  result.digests["weights"] = combined_digest(training_digests(*model_, step_->optimized()));
  result.elapsed_s = measured.value("seconds", 0.0);
  write_json_file(job_.out / run_result_name("train", job_.precision, job_.seed), to_json(result));
  send_event({{"event", "result"}, {"stage", "train"}, {"precision", job_.precision}});
}

void TrainingSession::run() {
  if (device_.is_cuda()) watch_ = std::make_unique<NondeterminismWatch>();
  // Of the first step: later ones dispatch the same operators.
  if (!tallies_.has_census()) census_ = std::make_unique<OperatorCensus>();
  trainer_->run();
  write_result();
}

}  // namespace harness
