#include "harness/train/training_session.h"

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "harness/base/system/machine.h"
#include "harness/data/loading_resources.h"
#include "harness/evaluate/evaluator.h"
#include "harness/evaluate/normalization_config.h"
#include "harness/evaluate/stage_records.h"
#include "harness/network/cuda_device.h"
#include "harness/network/model_builder.h"
#include "harness/precision/named_tensors.h"
#include "harness/precision/policy.h"
#include "harness/precision/range_census.h"
#include "harness/record/environment.h"
#include "harness/train/weight_digest.h"
#include "models/losses.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

/// Names for the log: those of the file's meta, else numbers.
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

constexpr const char* kFlight = "flight.json";
constexpr const char* kOverflow = "overflow.json";

std::optional<std::string> name_if_there(const fs::path& folder, const char* name) {
  if (!fs::exists(folder / name)) return std::nullopt;
  return name;
}

/// Percent of a record as the fraction that the source logs; null is not a number.
double fraction(const Json& percent) {
  return percent.is_number() ? percent.get<double>() / 100.0 : std::nan("");
}

/// Elements that are infinite or NaN in all parameters, buffers and what the optimizer updates.
std::int64_t non_finite_weights(const torch::nn::Module& module, const NamedTensors& optimized) {
  RangeTally tally;
  const auto add = [&tally](const torch::Tensor& tensor) {
    if (tensor.is_floating_point()) tally.add(tensor.detach());
  };
  for (const auto& tensor : module.parameters()) add(tensor);
  for (const auto& tensor : module.buffers()) add(tensor);
  for (const auto& entry : optimized) add(entry.second);
  return tally.total().non_finite;
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

/// The state that an interrupted training left in the request's folder, which is created if needed.
/// Throws Error(kUsage) for a state of another key: nothing is overwritten.
std::optional<TrainingSnapshot> saved_state(const TrainingRequest& request) {
  fs::create_directories(request.folder);
  const fs::path file = request.folder / "latest.pth";
  auto snapshot = read_snapshot(file);
  if (snapshot && snapshot->key != request.key) {
    throw Error(ErrorCode::kUsage, file.string(),
                "expected a state of this training, got one of another; start over with --restart");
  }
  return snapshot;
}

TrainingSetup setup_on(const TrainingRequest& request, Policy policy, torch::Device device) {
  TrainingSetup setup = training_setup(request.row, request.checkpoint, policy);
  choose_layout(setup, device);
  return setup;
}

TrainingLoaderOptions loader_on(const TrainingSetup& setup, std::uint64_t seed,
                                torch::Device device) {
  TrainingLoaderOptions options = loader_options(setup, seed);
  const LoadingResources resources = loading_resources(device.is_cuda());
  options.threads = resources.threads;
  options.ahead = resources.ahead;
  options.cache_bytes = resources.cache_bytes;
  return options;
}

std::int64_t iterations_of(const TrainingRequest& request, const TrainingSetup& setup) {
  const std::int64_t scheduled = setup.recipe.schedule.iterations;
  return request.iterations > 0 ? std::min(scheduled, request.iterations) : scheduled;
}

models::EncoderDecoder model_on(const TrainingRequest& request, const TrainingSetup& setup,
                                torch::Device device) {
  auto model = initial_model(setup.spec, request.seed, request.pretrained);
  model->to(device);
  return model;
}

}  // namespace

TrainingSession::TrainingSession(const TrainingRequest& request)
    : TrainingSession(request, saved_state(request)) {}

// The order of the members is the order of construction, and it matters: the meter counts only
// tensors that are allocated after it; the recorder and the step need the model on its device; the
// loader starts its threads where the snapshot ended; opening the records cuts them to the
// snapshot, which must be known to be ours by then (saved_state). Lambdas capture `this` before the
// later members exist, but none of them is called before run().
TrainingSession::TrainingSession(const TrainingRequest& request,
                                 const std::optional<TrainingSnapshot>& snapshot)
    : request_(request),
      policy_(policy_of_precision(request.precision)),
      device_(open_device(request.device)),
      setup_(setup_on(request, policy_, device_)),
      iterations_(iterations_of(request, setup_)),
      validation_(find_cityscapes(request.data.root, request.data.split)),
      meter_(device_),
      model_(model_on(request, setup_, device_)),
      recorder_(model_, policy_, skips_overflows(setup_.recipe.arithmetic)),
      step_(
          model_.ptr(),
          [this](const torch::Tensor& images, const torch::Tensor& labels) {
            return forward(images, labels);
          },
          setup_.recipe.arithmetic),
      loader_(find_cityscapes(request.data.root, kTrainSplit),
              loader_on(setup_, request.seed, device_),
              snapshot ? snapshot->position : SamplerPosition{}),
      log_(request.folder / "train.log.json", snapshot ? snapshot->log_bytes : 0),
      steps_(request.folder / "steps.jsonl", snapshot ? snapshot->step_bytes : 0),
      snapshots_(request.folder / "latest.pth"),
      hooks_(hooks()),
      trainer_(*model_, step_, loader_, trainer_options(), hooks_),
      last_save_(std::chrono::steady_clock::now()) {
  step_.set_gradient_hook([this](const StepGradients& gradients) { see_gradients(gradients); });
  if (snapshot) {
    resume(*snapshot);
  } else {
    start_over();
  }
}

void TrainingSession::resume(const TrainingSnapshot& snapshot) {
  models::load_state_dict(*model_, snapshot.weights);
  // After the weights: without masters of its own the step widens the model's.
  step_.restore(snapshot.state);
  trainer_.averages().restore(snapshot.averages);
  tallies_.restore(snapshot.tallies);
}

void TrainingSession::start_over() {
  // Reports of a training that was interrupted before it saved anything.
  for (const auto* name : {kFlight, kOverflow}) fs::remove(request_.folder / name);
  log_.begin(meta());
}

void TrainingSession::see_gradients(const StepGradients& gradients) {
  StepGradients seen = gradients;
  // A CPU has nothing to wait for, and another way is faster there.
  if (device_.is_cpu()) seen.later = nullptr;
  recorder_.see_gradients(seen, step_.steps());
  const bool is_sampled = step_.steps() % setup_.recipe.log_interval == 0;
  if (is_sampled) tallies_.add_gradients(gradients);
}

NamedTensors TrainingSession::forward(const torch::Tensor& images, const torch::Tensor& labels) {
  recorder_.see_batch(images);
  return models::segmentation_losses(model_, images, labels, setup_.recipe.losses);
}

TrainerOptions TrainingSession::trainer_options() const {
  TrainerOptions options;
  options.iterations = iterations_;
  options.schedule = setup_.recipe.schedule;
  options.seed = request_.seed;
  options.log_interval = setup_.recipe.log_interval;
  options.evaluation_interval = setup_.recipe.evaluation_interval;
  options.save_interval = 1;  // save() itself decides by the clock.
  options.digests = request_.digests;
  options.device = device_;
  return options;
}

TrainerHooks TrainingSession::hooks() {
  TrainerHooks hooks;
  hooks.step = [this](const Iteration& iteration) { after_step(iteration); };
  hooks.log = [this](const TrainingLogWriter::Position& position,
                     const LogAverages::Values& means) {
    std::optional<std::int64_t> memory;
    if (device_.is_cuda()) memory = meter_.peak_bytes() >> 20;
    log_.train(position, memory, means);
  };
  hooks.evaluate = [this](const TrainingLogWriter::Position& position) { evaluate(position); };
  hooks.save = [this] { save(step_.steps() == iterations_); };
  return hooks;
}

void TrainingSession::after_step(const Iteration& iteration) {
  snapshots_.check();
  if (census_ != nullptr) {
    tallies_.set_census(census_->counts());
    census_.reset();
  }
  last_lr_ = iteration.lr;
  steps_.add(iteration);
  tallies_.add(iteration);
  recorder_.see_step(iteration.step);
  write_reports();
  if (!request_.on_event) return;
  request_.on_event({{"event", "progress"},
                     {"label", request_.folder.filename().string()},
                     {"done", step_.steps()},
                     {"total", iterations_},
                     {"loss", number_or_null(iteration.step.loss)},
                     {"scale", number_or_null(iteration.step.scale)}});
}

void TrainingSession::evaluate(const TrainingLogWriter::Position& position) {
  const torch::NoGradGuard no_gradients;
  // The evaluator resets the peak.
  tallies_.see_peak(meter_.peak_bytes());
  EvaluatorOptions options;
  options.num_classes = setup_.spec.decode_head.num_classes;
  options.align_corners = setup_.spec.decode_head.align_corners;
  options.scale = {request_.data.height, request_.data.width};
  options.normalization = normalization_of(setup_.config);
  options.device = device_;
  options.images_in_flight = recommended_images_in_flight(device_);
  options.timed_images = 0;
  const LoadingResources resources = loading_resources(device_.is_cuda());
  options.loader_threads = resources.threads;
  options.images_ahead = resources.ahead;
  const NamedForward network{request_.precision, [this](const torch::Tensor& image) {
                               return run_model(model_, policy_, image);
                             }};
  const EvaluationResult evaluation = harness::evaluate(validation_, {network}, options);
  const Json record = record_to_json(evaluation_record(evaluation, 0, Protocol::kWholeImage));
  log_.validation(position, evaluation.images,
                  validation_values(record, class_names(setup_.meta, options.num_classes)));
  tallies_.add_validation(position.iteration, record);
}

void TrainingSession::save(bool now) {
  const auto time = std::chrono::steady_clock::now();
  if (!now && time - last_save_ < std::chrono::duration<double>(request_.save_seconds)) return;
  tallies_.see_peak(meter_.peak_bytes());
  if (device_.is_cuda()) {
    snapshots_.begin(snapshot());
    if (now) snapshots_.finish();
  } else {
    write_snapshot(request_.folder / "latest.pth", snapshot());
  }
  last_save_ = std::chrono::steady_clock::now();
}

/// Of a GPU's tensors it has copies, of a CPU's weights the weights themselves.
TrainingSnapshot TrainingSession::snapshot() {
  TrainingSnapshot snapshot;
  snapshot.key = request_.key;
  snapshot.weights = models::state_dict(*model_);
  if (device_.is_cuda()) snapshot.weights = on_cpu(snapshot.weights);
  snapshot.state = step_.state();
  snapshot.position = loader_.position();
  snapshot.averages = trainer_.averages().state();
  snapshot.tallies = tallies_.state();
  // The records reach the disk before the snapshot that counts their bytes: after a crash they may
  // be longer than it says, which a resume cuts off, but never shorter.
  snapshot.log_bytes = log_.flush();
  snapshot.step_bytes = steps_.flush();
  snapshot.meta = meta();
  snapshot.lr = last_lr_;
  snapshot.sgd = setup_.recipe.arithmetic.sgd;
  return snapshot;
}

Json TrainingSession::meta() const {
  Json meta = {{"env_info", "halfproof " + build_record().commit},
               {"seed", request_.seed},
               {"exp_name", request_.row.id + ".py"}};
  for (const auto* key : {"config", "CLASSES", "PALETTE"}) {
    if (setup_.meta.is_object() && setup_.meta.contains(key)) meta[key] = setup_.meta.at(key);
  }
  if (step_.steps() > 0) {
    meta["iter"] = step_.steps();
    meta["epoch"] = loader_.position().epoch;
    meta["time"] = utc_now();
  }
  return meta;
}

void TrainingSession::write_reports() {
  // A report from before an interruption is about an earlier step and is kept.
  for (const auto& [name, report] :
       {std::pair{kFlight, &recorder_.failure()}, std::pair{kOverflow, &recorder_.overflow()}}) {
    const fs::path file = request_.folder / name;
    if (*report && !fs::exists(file)) write_json_file(file, **report);
  }
}

TrainingOutcome TrainingSession::outcome() const {
  TrainingRecord record = tallies_.record();
  record.policy = to_string(policy_);
  record.scaler = to_string(setup_.recipe.arithmetic.scaler.type);
  record.iterations = step_.steps();
  record.asked_iterations = iterations_;
  record.scheduled_iterations = setup_.recipe.schedule.iterations;
  record.batch = static_cast<std::int64_t>(setup_.recipe.batch);
  record.departures = setup_.recipe.departures;
  record.non_finite_weights = non_finite_weights(*model_, step_.optimized());
  if (watch_ != nullptr) {
    record.nondeterministic_operators.assign(watch_->operators().begin(),
                                             watch_->operators().end());
  }
  record.flight = name_if_there(request_.folder, kFlight);
  record.first_overflow = name_if_there(request_.folder, kOverflow);
  return {std::move(record), combined_digest(training_digests(*model_, step_.optimized()))};
}

TrainingOutcome TrainingSession::run() {
  if (device_.is_cuda()) watch_ = std::make_unique<NondeterminismWatch>();
  // Only the first step is counted: later ones dispatch the same operators.
  if (!tallies_.has_census()) census_ = std::make_unique<OperatorCensus>();
  trainer_.run();
  return outcome();
}

}  // namespace harness
