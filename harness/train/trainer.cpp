#include "harness/train/trainer.h"

#include <chrono>

#include "harness/data/random_stream.h"
#include "harness/train/weight_digest.h"

namespace harness {
namespace {

/// Keeps the streams of dropout apart from those of the data, whose third word counts images.
constexpr std::uint32_t kDropout = 0xd509007;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

LogAverages::Values values_of(const Iteration& iteration) {
  LogAverages::Values values = {{"data_time", iteration.data_seconds}};
  values.insert(values.end(), iteration.step.losses.begin(), iteration.step.losses.end());
  values.emplace_back("loss", iteration.step.loss);
  values.emplace_back("time", iteration.seconds);
  return values;
}

/// From page-locked memory, so that the host does not wait for what the GPU still has to do.
torch::Tensor sent(const torch::Tensor& host, torch::Device device) {
  return device.is_cuda() ? host.pin_memory().to(device, /*non_blocking=*/true) : host;
}

}  // namespace

torch::Tensor images_of(const TrainingBatch& batch, torch::Device device) {
  const auto count = static_cast<std::int64_t>(batch.scenes.size());
  // Read only; from_blob takes no const.
  auto* data = const_cast<float*>(batch.images.data());
  return sent(torch::from_blob(data, {count, 3, batch.size.height, batch.size.width}), device);
}

torch::Tensor labels_of(const TrainingBatch& batch, torch::Device device) {
  const auto count = static_cast<std::int64_t>(batch.scenes.size());
  auto* data = const_cast<std::uint8_t*>(batch.classes.data());
  const auto bytes =
      torch::from_blob(data, {count, batch.size.height, batch.size.width}, torch::kByte);
  return sent(bytes, device).to(torch::kLong);  // As bytes: eight times less to transfer.
}

std::uint64_t dropout_seed(std::uint64_t seed, std::int64_t iteration) noexcept {
  const auto count = static_cast<std::uint64_t>(iteration);
  const auto words = philox4x32_10(
      {static_cast<std::uint32_t>(count), static_cast<std::uint32_t>(count >> 32), kDropout, 0},
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  return static_cast<std::uint64_t>(words[0]) << 32 | words[1];
}

Trainer::Trainer(torch::nn::Module& module, TrainingStep& step, TrainingLoader& loader,
                 const TrainerOptions& options, const TrainerHooks& hooks)
    : module_(module), step_(step), loader_(loader), options_(options), hooks_(hooks) {}

TrainerEnd Trainer::run() {
  module_.train();
  double begin = now();
  while (step_.steps() < options_.iterations) {
    if (hooks_.stop && hooks_.stop()) return TrainerEnd::kStopped;
    const auto batch = loader_.next();
    if (!batch) return TrainerEnd::kStopped;
    iterate(*batch, now() - begin, begin);
    begin = now();
  }
  return TrainerEnd::kFinished;
}

void Trainer::iterate(const TrainingBatch& batch, double data_seconds, double begin) {
  Iteration iteration;
  iteration.position = batch.position;
  iteration.lr = options_.schedule.at(step_.steps());
  iteration.data_seconds = data_seconds;
  torch::manual_seed(dropout_seed(options_.seed, step_.steps()));
  iteration.step =
      step_.run(images_of(batch, options_.device), labels_of(batch, options_.device), iteration.lr);
  if (options_.digests) iteration.digests = training_digests(module_, step_.optimized());
  iteration.seconds = now() - begin;
  averages_.add(values_of(iteration));
  if (hooks_.step) hooks_.step(iteration);
  after(step_.steps(),
        {static_cast<std::int64_t>(batch.position.epoch) + 1, step_.steps(), iteration.lr});
}

void Trainer::after(std::int64_t done, const TrainingLogWriter::Position& position) {
  if (is_due(done, options_.log_interval, false)) {
    if (hooks_.log) hooks_.log(position, averages_.means());
    averages_.clear();
  }
  if (hooks_.evaluate && is_due(done, options_.evaluation_interval, true)) {
    module_.eval();
    hooks_.evaluate(position);
    module_.train();
  }
  if (hooks_.save && is_due(done, options_.save_interval, true)) hooks_.save();
}

bool Trainer::is_due(std::int64_t done, std::int64_t interval, bool at_end) const noexcept {
  if (interval <= 0) return false;
  return done % interval == 0 || (at_end && done == options_.iterations);
}

}  // namespace harness
