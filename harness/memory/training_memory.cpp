#include "harness/memory/training_memory.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/evaluate/memory_meter.h"
#include "harness/memory/allocation_log.h"
#include "harness/precision/policy.h"
#include "harness/precision/training_step.h"
#include "harness/table/published_step.h"
#include "harness/train/trainer.h"

namespace harness {
namespace {

constexpr std::uint64_t kSeed = 0;

/// What CUDA's allocator counts in a step, phase by phase. Does nothing on the CPU.
class AllocatorMeter {
 public:
  explicit AllocatorMeter(torch::Device device) {
    if (device.is_cuda()) meter_.emplace(device);
  }

  void begin() {
    if (!meter_) return;
    seen_ = AllocatorMemory();
    meter_->restart();
  }

  /// The phase that ends now.
  void end(StepPhase phase) {
    if (!meter_) return;
    auto& of_phase = seen_.phases[std::string(to_string(phase))];
    of_phase = std::max(of_phase, meter_->peak_bytes());
    seen_.peak = std::max(seen_.peak, meter_->peak_bytes());
    seen_.requested = std::max(seen_.requested, meter_->peak_requested_bytes());
    seen_.reserved = std::max(seen_.reserved, meter_->peak_reserved_bytes());
    meter_->restart();
  }

  std::optional<AllocatorMemory> seen() const {
    return meter_ ? std::optional(seen_) : std::nullopt;
  }

 private:
  std::optional<MemoryMeter> meter_;
  AllocatorMemory seen_;
};

torch::Tensor drawn_labels(const std::vector<std::int64_t>& size, std::int64_t classes,
                           std::int64_t ignored) {
  auto labels = torch::randint(classes, size, torch::kLong);
  return labels.masked_fill_(torch::rand(size).lt(0.1), ignored);
}

/// The training and what watches it.
class MeasuredTraining {
 public:
  MeasuredTraining(TrainingSetup setup, std::int64_t batch, torch::Device device)
      : device_(device),
        setup_(laid_out(std::move(setup), device)),
        batch_(batch),
        log_(device),
        meter_(device),
        model_(initial_model(setup_.spec, kSeed, "")),
        step_(
            on_device(),
            [this](const torch::Tensor& images, const torch::Tensor& labels) {
              return forward(images, labels);
            },
            setup_.recipe.arithmetic) {
    model_->train();
    draw_batch();
    step_.set_gradient_hook([this](const StepGradients& gradients) {
      flat_gradients_ = gradients.flat;
      enter(StepPhase::kOptimizer);
    });
  }

  void run_step() {
    phase_ = StepPhase::kForward;
    torch::manual_seed(dropout_seed(kSeed, step_.steps()));
    step_.run(images_, labels_, setup_.recipe.schedule.at(step_.steps()));
  }

  /// The last step.
  MemoryRecord measure_step() {
    name_standing();
    MemoryRecord record = described();
    meter_.begin();
    log_.begin_step();
    run_step();
    const StepAllocations seen = log_.end_step();
    meter_.end(phase_);
    record.steps = step_.steps();
    add_step_memory(seen, record);
    record.allocator = meter_.seen();
    return record;
  }

 private:
  static TrainingSetup laid_out(TrainingSetup setup, torch::Device device) {
    choose_layout(setup, device);
    return setup;
  }

  std::shared_ptr<torch::nn::Module> on_device() {
    model_->to(device_);
    return model_.ptr();
  }

  void draw_batch() {
    const ImageSize crop = setup_.recipe.pipeline.crop;
    const auto classes = setup_.spec.decode_head.num_classes;
    images_ = torch::randn({batch_, 3, crop.height, crop.width}).to(device_);
    labels_ =
        drawn_labels({batch_, crop.height, crop.width}, classes, setup_.recipe.losses.ignore_index)
            .to(device_);
  }

  void enter(StepPhase phase) {
    meter_.end(phase_);
    phase_ = phase;
    log_.set_phase(phase);
  }

  NamedTensors forward(const torch::Tensor& images, const torch::Tensor& labels) {
    auto losses = models::segmentation_losses(model_, images, labels, setup_.recipe.losses,
                                              [this] { enter(StepPhase::kLoss); });
    enter(StepPhase::kBackward);
    return losses;
  }

  void name_standing() {
    using Memory = StandingMemory;
    for (const auto& parameter : model_->parameters()) {
      log_.name(parameter, &Memory::weights);
      log_.name(parameter.grad(), &Memory::gradients);
    }
    for (const auto& entry : step_.optimized()) log_.name(entry.second, &Memory::masters);
    log_.name(flat_gradients_, &Memory::master_gradients);
    log_.name(step_.momentum(), &Memory::momentum);
    for (const auto& buffer : model_->buffers()) log_.name(buffer, &Memory::buffers);
    log_.name(images_, &Memory::input);
    log_.name(labels_, &Memory::input);
  }

  MemoryRecord described() const {
    const TrainingOptions& arithmetic = setup_.recipe.arithmetic;
    const ImageSize crop = setup_.recipe.pipeline.crop;
    MemoryRecord record;
    record.policy = to_string(arithmetic.policy);
    record.scaler = to_string(arithmetic.scaler.type);
    record.sgd_momentum = arithmetic.sgd.momentum;
    record.batch = batch_;
    record.crop = {crop.height, crop.width};
    record.classes = setup_.spec.decode_head.num_classes;
    for (const auto& parameter : model_->parameters()) record.parameters += parameter.numel();
    record.departures = setup_.recipe.departures;
    return record;
  }

  const torch::Device device_;
  const TrainingSetup setup_;
  const std::int64_t batch_;
  AllocationLog log_;  // Before the first tensor.
  AllocatorMeter meter_;
  models::EncoderDecoder model_;
  TrainingStep step_;
  torch::Tensor images_, labels_, flat_gradients_;
  StepPhase phase_ = StepPhase::kForward;
};

}  // namespace

MemoryRecord measure_training_memory(const Row& row, const std::string& precision,
                                     torch::Device device,
                                     const std::function<void(std::int64_t)>& on_step) {
  return measure_training_memory(training_setup(row, {}, policy_of_precision(precision)),
                                 published_batch(row), device, on_step);
}

MemoryRecord measure_training_memory(TrainingSetup setup, std::int64_t batch, torch::Device device,
                                     const std::function<void(std::int64_t)>& on_step) {
  MeasuredTraining training(std::move(setup), batch, device);
  for (std::int64_t i = 1; i < kMemorySteps; ++i) {
    training.run_step();
    if (on_step) on_step(i);
  }
  MemoryRecord record = training.measure_step();
  if (on_step) on_step(kMemorySteps);
  return record;
}

}  // namespace harness
