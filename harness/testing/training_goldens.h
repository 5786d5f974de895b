#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <torch/nn/module.h>
#include <torch/utils.h>

#include "harness/precision/training_step.h"
#include "harness/testing/minizoo_rows.h"
#include "harness/testing/python_json.h"
#include "models/losses.h"

namespace harness {

/// For tests: how a training went, as the reference wrote it down or as ours did.
struct TrainingTrace {
  /// One value each step: "loss", "grad_norm", "scale", "overflow", "bn_batches", ... NaN where
  /// there is none. A reference lacks those it did not report.
  std::map<std::string, std::vector<double>> series;
  std::map<std::string, double> first_gradients;  ///< Norms of all parameters' in step 0.
  std::map<std::string, torch::Tensor> finals;    ///< Some of the state dict at the end, double.
};

/// For tests: what the reference computed for one row in fixtures/minizoo/goldens/train, and the
/// same trainings by TrainingStep.
class TrainingGoldens {
 public:
  /// row: "fcn", "pspnet", "deeplabv3", "deeplabv3plus".
  explicit TrainingGoldens(const std::string& row)
      : entries_(read_python_json(kFolder + row + ".json")),
        tensors_(tensors_of(kFolder + row + ".pth")),
        batches_(tensors_of(kFolder + "batches.pth")),
        spec_(minizoo_row(row + "_fp32").spec()) {}

  const Json& entries() const { return entries_; }

  TrainingTrace reference(const Json& entry) const {
    TrainingTrace trace;
    for (const auto& step : entry.at("steps")) {
      for (const auto& [name, value] : step.items()) {
        if (name == "grad_norms") continue;
        trace.series[name].resize(step.at("step").get<std::size_t>(), kNone);
        trace.series[name].push_back(to_number(value));
      }
    }
    for (auto& [name, values] : trace.series) values.resize(entry.at("steps").size(), kNone);
    for (const auto& [name, norm] : entry.at("steps").at(0).at("grad_norms").items()) {
      trace.first_gradients[name] = to_number(norm);
    }
    const auto prefix = entry.at("final").get<std::string>() + ".";
    for (const auto& [name, tensor] : tensors_) {
      if (!name.starts_with(prefix)) continue;
      trace.finals[name.substr(prefix.size())] = tensor.to(torch::kDouble);
    }
    return trace;
  }

  /// Trains as `entry` says, with its infinities. rounding_seed: moves each initial weight by about
  /// half a unit of its last FP32 digit, drawn by that seed.
  TrainingTrace run(const Json& entry, torch::Device device,
                    std::optional<std::uint64_t> rounding_seed = std::nullopt) const {
    TrainingOptions options;
    options.policy = policy_from_string(entry.at("policy").get<std::string>());
    Json scaler = entry.at("scaler_args");
    scaler["type"] = entry.at("scaler");
    options.scaler = scaler_from_json(scaler, "golden", "scaler_args");
    // The reference wrapped a loaded model.
    options.quirks.wrap_rounds_norm = options.policy == Policy::kFp16Master;
    return train(entry, options, device, /*replay_skips=*/false, rounding_seed);
  }

  /// The yardstick: the same in FP64. The batches of steps that `entry` skipped pass through batch
  /// norm and change nothing else.
  TrainingTrace run_exactly(const Json& entry, torch::Device device) const {
    TrainingOptions options;
    options.policy = Policy::kFp64;
    return train(entry, options, device, /*replay_skips=*/true);
  }

 private:
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  static inline const std::string kFolder = "fixtures/minizoo/goldens/train/";

  static double to_number(const Json& value) {
    if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
    return value.is_number() ? value.get<double>() : kNone;
  }

  /// By dotted path.
  static std::map<std::string, torch::Tensor> tensors_of(const std::string& path) {
    const auto file = Checkpoint::open(path);
    std::map<std::string, torch::Tensor> tensors;
    for (const auto& view : file.state_dict()) tensors[view.name] = to_torch(view);
    for (const auto& view : file.other_tensors()) tensors[view.name] = to_torch(view);
    return tensors;
  }

  models::EncoderDecoder initial_model() const {
    auto options = to_options(spec_);
    options.decode_head.dropout_ratio = options.auxiliary_head->dropout_ratio = 0.0;
    models::EncoderDecoder model(options);
    const auto file =
        Checkpoint::open("fixtures/minizoo/zoo/pretrain/resnet50_v1c_w8-32c09ca3.pth");
    models::load_pretrained_backbone(*model->backbone(), to_torch(file.state_dict()));
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : models::state_dict(*model)) {
      if (name.starts_with("backbone.")) continue;
      torch::Tensor(tensor).copy_(tensors_.at("heads." + name));
    }
    return model;
  }

  static void add(TrainingTrace& trace, const StepRecord& record,
                  const models::EncoderDecoder& model, const LossScaler& scaler) {
    const auto push = [&](const std::string& name, double v) { trace.series[name].push_back(v); };
    for (const auto& [name, value] : record.losses) push(name, value);
    push("loss", record.loss);
    push("grad_norm", std::isfinite(record.grad_norm) ? record.grad_norm : kNone);
    push("scale", record.scale);
    push("overflow", record.overflow ? 1.0 : 0.0);
    push("growth_tracker", scaler.state().value("_growth_tracker", -1.0));
    for (const auto& [name, tensor] : models::state_dict(*model)) {
      if (name == "backbone.layer1.0.bn1.running_mean") {
        push("bn_running_mean_norm", tensor.to(torch::kDouble).norm().item<double>());
      } else if (name == "backbone.layer1.0.bn1.num_batches_tracked") {
        push("bn_batches", static_cast<double>(tensor.item<int64_t>()));
      }
    }
  }

  /// Writes the infinity of this step, and in step 0 keeps the norms.
  static void on_gradients(const StepGradients& gradients, bool inject, TrainingTrace* first) {
    if (inject) gradients.named.front().second.view(-1)[0] = std::numeric_limits<float>::infinity();
    if (first == nullptr) return;
    for (const auto& [name, gradient] : gradients.named) {
      const double norm = gradient.to(torch::kDouble).norm().item<double>() / gradients.scale;
      first->first_gradients[name] = std::isfinite(norm) ? norm : kNone;
    }
  }

  static StepRecord replay_skipped(TrainingStep& training, const torch::Tensor& images,
                                   const torch::Tensor& labels) {
    const auto before = training.state();
    NamedTensors weights;
    for (const auto& [name, tensor] : training.optimized())
      weights.emplace_back(name, tensor.clone());
    const auto record = training.run(images, labels, 0.0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      torch::Tensor(training.optimized()[i].second).copy_(weights[i].second);
    }
    training.restore(before);
    return record;
  }

  static void move_by_roundings(torch::nn::Module& model, std::uint64_t seed) {
    const torch::NoGradGuard no_grad;
    auto generator = at::detail::createCPUGenerator(seed);
    for (auto& weight : model.parameters()) {
      weight.mul_(1.0 + torch::randn(weight.sizes(), generator, torch::kDouble) * 0x1p-24);
    }
  }

  TrainingTrace train(const Json& entry, const TrainingOptions& options, torch::Device device,
                      bool replay_skips,
                      std::optional<std::uint64_t> rounding_seed = std::nullopt) const {
    auto model = initial_model();
    if (rounding_seed) move_by_roundings(*model, *rounding_seed);
    model->to(device);
    const auto forward = [&](const torch::Tensor& images, const torch::Tensor& labels) {
      return models::segmentation_losses(model, images, labels);
    };
    TrainingStep training(model.ptr(), forward, options);
    TrainingTrace trace;
    const auto injected = entry.at("overflow_injected_at").get<std::vector<int>>();
    for (const auto& golden : entry.at("steps")) {
      const int step = golden.at("step");
      const bool inject = !replay_skips && std::count(injected.begin(), injected.end(), step) > 0;
      training.set_gradient_hook([&](const StepGradients& gradients) {
        on_gradients(gradients, inject, step == 0 ? &trace : nullptr);
      });
      const auto part = std::to_string(step % 3);
      const auto images = batches_.at("image_" + part).to(device);
      const auto labels = batches_.at("label_" + part).to(device);
      const bool replay = replay_skips && golden.value("overflow", false);
      add(trace,
          replay ? replay_skipped(training, images, labels)
                 : training.run(images, labels, golden.at("lr")),
          model, training.scaler());
    }
    for (const auto& [name, tensor] : models::state_dict(*model)) {
      trace.finals[name] = tensor.detach().to(torch::kCPU, torch::kDouble);
    }
    return trace;
  }

  Json entries_;
  std::map<std::string, torch::Tensor> tensors_, batches_;
  ModelSpec spec_;
};

}  // namespace harness
