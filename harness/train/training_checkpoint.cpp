#include "harness/train/training_checkpoint.h"

#include <algorithm>
#include <deque>
#include <span>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/checkpoint/checkpoint_writer.h"
#include "harness/checkpoint/pickle/python_value.h"
#include "harness/network/tensor_bridge.h"
#include "harness/record/exact_json.h"

namespace harness {
namespace {

constexpr const char* kOwn = "halfproof";
constexpr std::string_view kMasters = "halfproof.masters.";
/// The format of our own part. 1 stored momentum twice and lost values that are not finite.
constexpr int kFormat = 2;

/// Tensors in row-major order on the CPU, kept alive until the file is written.
class Views {
 public:
  TensorView add(const std::string& name, const torch::Tensor& tensor) {
    kept_.push_back(tensor.detach().cpu().contiguous());
    const torch::Tensor& packed = kept_.back();
    const auto* data = static_cast<const std::byte*>(packed.data_ptr());
    return row_major_tensor(name, dtype_of(packed), packed.sizes().vec(), {data, packed.nbytes()});
  }

 private:
  std::deque<torch::Tensor> kept_;
};

PythonValue state_dict_value(const models::StateDict& tensors, Views& views) {
  std::vector<TensorView> list;
  for (const auto& [name, tensor] : tensors) list.push_back(views.add(name, tensor));
  return PythonValue::state_dict(list);
}

/// torch.optim.SGD.state_dict(): momentum by the parameter's number.
PythonValue optimizer_value(const TrainingSnapshot& snapshot, Views& views) {
  PythonValue state = PythonValue::dict();
  PythonValue numbers = PythonValue::list();
  std::int64_t number = 0;
  for (const auto& [name, momentum] : snapshot.state.momentum) {
    PythonValue entry = PythonValue::dict();
    entry.set("momentum_buffer", views.add(name, momentum));
    state.set(number, std::move(entry));
    numbers.append(number++);
  }
  PythonValue group = PythonValue::dict();
  group.set("lr", snapshot.lr).set("momentum", snapshot.sgd.momentum).set("dampening", 0.0);
  group.set("weight_decay", snapshot.sgd.weight_decay).set("nesterov", false);
  group.set("params", std::move(numbers));
  PythonValue optimizer = PythonValue::dict();
  optimizer.set("state", std::move(state));
  optimizer.set("param_groups", PythonValue::list({std::move(group)}));
  return optimizer;
}

PythonValue own_value(const TrainingSnapshot& snapshot, Views& views) {
  Json parameters = Json::array();
  for (const auto& entry : snapshot.state.momentum) parameters.push_back(entry.first);
  const Json facts = {{"format", kFormat},
                      {"key", snapshot.key},
                      {"steps", snapshot.state.steps},
                      {"skipped", snapshot.state.skipped},
                      {"scaler", snapshot.state.scaler},
                      {"epoch", snapshot.position.epoch},
                      {"index", snapshot.position.index},
                      {"averages", snapshot.averages},
                      {"tallies", snapshot.tallies},
                      {"log_bytes", snapshot.log_bytes},
                      {"step_bytes", snapshot.step_bytes},
                      {"parameters", parameters}};
  PythonValue own = PythonValue::dict();
  // As text: reading a checkpoint turns a number that is not finite into null.
  own.set("facts", exact_dump(facts));
  own.set("masters", state_dict_value(snapshot.state.masters, views));
  return own;
}

/// The tensors whose dotted path begins with `prefix`, without it.
NamedTensors tensors_below(const Checkpoint& checkpoint, std::string_view prefix) {
  NamedTensors tensors;
  for (const auto& view : checkpoint.other_tensors()) {
    if (view.name.rfind(prefix, 0) != 0) continue;
    tensors.emplace_back(view.name.substr(prefix.size()), to_torch(view));
  }
  return tensors;
}

/// The momentum that optimizer_value() wrote, under the parameters' names. Throws
/// Error(kInvalidFile) when one is missing.
NamedTensors momentum_of(const Checkpoint& checkpoint, const Json& parameters,
                         const std::string& file) {
  const auto stored = tensors_below(checkpoint, "optimizer.state.");
  NamedTensors momentum;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string name = fmt::format("{}.momentum_buffer", i);
    const auto found = std::find_if(stored.begin(), stored.end(),
                                    [&name](const auto& one) { return one.first == name; });
    if (found == stored.end()) {
      throw Error(ErrorCode::kInvalidFile, file,
                  fmt::format("expected optimizer.state.{}, found none", name));
    }
    momentum.emplace_back(parameters[i].get<std::string>(), found->second);
  }
  return momentum;
}

void check_format(const Json& facts, const std::string& file) {
  const auto format = facts.value("format", 1);
  if (format == kFormat) return;
  throw Error(
      ErrorCode::kInvalidFile, file,
      fmt::format(
          "expected a saved training of format {}, got one of format {}, which another version of "
          "halfproof wrote; resume with that version, or start over with --restart",
          kFormat, format));
}

void read_facts(const Json& facts, TrainingSnapshot& snapshot) {
  snapshot.key = facts.at("key").get<std::string>();
  snapshot.state.steps = facts.at("steps").get<std::int64_t>();
  snapshot.state.skipped = facts.at("skipped").get<std::int64_t>();
  snapshot.state.scaler = facts.at("scaler");
  snapshot.position = {facts.at("epoch").get<std::uint64_t>(),
                       facts.at("index").get<std::uint64_t>()};
  snapshot.averages = facts.at("averages");
  snapshot.tallies = facts.at("tallies");
  snapshot.log_bytes = facts.at("log_bytes").get<std::uintmax_t>();
  snapshot.step_bytes = facts.at("step_bytes").get<std::uintmax_t>();
}

}  // namespace

void write_snapshot(const std::filesystem::path& path, const TrainingSnapshot& snapshot) {
  Views views;
  PythonValue root = PythonValue::dict();
  root.set("meta", PythonValue::from_json(snapshot.meta));
  root.set("state_dict", state_dict_value(snapshot.weights, views));
  root.set("optimizer", optimizer_value(snapshot, views));
  root.set(kOwn, own_value(snapshot, views));
  write_checkpoint(path, root);
}

std::optional<TrainingSnapshot> read_snapshot(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  const Checkpoint checkpoint = Checkpoint::open(path);
  TrainingSnapshot snapshot;
  try {
    const Json& own = checkpoint.top_level().at(kOwn);
    const Json facts = parse_exact(own.at("facts").get<std::string>(), path.string());
    check_format(facts, path.string());
    read_facts(facts, snapshot);
    snapshot.state.momentum = momentum_of(checkpoint, facts.at("parameters"), path.string());
  } catch (const nlohmann::json::exception& error) {
    throw Error(
        ErrorCode::kInvalidFile, path.string(),
        fmt::format("expected a training to resume; {}; start over with --restart", error.what()));
  }
  snapshot.weights = to_torch(checkpoint.state_dict());
  snapshot.state.masters = tensors_below(checkpoint, kMasters);
  snapshot.meta = checkpoint.meta();
  return snapshot;
}

}  // namespace harness
