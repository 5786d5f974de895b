#include "harness/table/claim_kind.h"

#include <algorithm>
#include <array>

namespace harness {
namespace {

using Value = ClaimKind::Value;

constexpr auto kKinds = std::to_array<ClaimKind>({
    {"hash", "file", Value::kText, "", {}, true, "the start of the file's sha256"},
    {"format", "file", Value::kText, "", std::string_view("pth"), true,
     "the file can be read to its end (and is of that format)"},
    {"tensors", "file", Value::kText, "", std::string_view("model"), true,
     "names and shapes of the state dict, by the model"},
    {"dtypes",
     "file",
     Value::kText,
     "",
     {},
     true,
     "fp16-master: half convolutions, float batch norm; fp32 and the amp policies: all float"},
    {"origin",
     "file",
     Value::kText,
     "",
     {},
     false,
     "what types and values tell of the training: half training leaves batch norm off FP16's grid, "
     "a cast afterwards does not"},
    {"classes",
     "file",
     Value::kNumberOrText,
     "",
     {},
     false,
     "the last layer, `CLASSES` and `PALETTE` in meta; names and colours where Cityscapes was "
     "trained"},
    {"zero_tensors", "file", Value::kNumber, "", std::int64_t{0}, false, "tensors that are all 0"},
    {"duplicates", "file", Value::kNumber, "", std::int64_t{0}, false,
     "weights that equal another's"},
    {"optimizer", "file", Value::kText, "", std::string_view("none"), false,
     "the publishing step took the optimizer out"},
    {"code", "file", Value::kText, "", std::string_view("none"), false,
     "what Python would run on loading the file and is not known to be harmless"},
    {"config", "file", Value::kText, "", std::string_view("suite"), true,
     "every fact of the config inside the checkpoint that the suite states too"},
    {"config.crop",
     "file",
     Value::kText,
     "",
     {},
     true,
     "crop size in the checkpoint's and the log's config"},
    {"config.iterations",
     "file",
     Value::kNumber,
     "iterations",
     {},
     true,
     "schedule in the checkpoint's and the log's config, and the last iteration in the log"},
    {"loss_scale",
     "file",
     Value::kNumberOrText,
     "",
     {},
     true,
     "`optimizer_config` in the configs, and the scaler's state in the checkpoint's meta"},
    {"finite", "file", Value::kNumber, "values", std::int64_t{0}, true, "non-finite weights"},
    {"log.config",
     "log",
     Value::kText,
     "",
     {},
     true,
     "the log belongs to this row: experiment name, and its config equals the checkpoint's"},
    {"log.miou", "log", Value::kNumber, "%", {}, true, "the last validation line"},
    {"miou",
     "evaluated",
     Value::kNumber,
     "%",
     {},
     true,
     "our evaluation of the checkpoint in the row's arithmetic"},
    {"miou_ms_flip", "evaluated", Value::kNumber, "%", {}, true, "the same with scales and flips"},
    {"parity", "evaluated", Value::kNumber, "points", std::int64_t{0}, true,
     "mIoU in FP16 minus mIoU in FP32, in points, same file, same images"},
    {"parity.pixels", "evaluated", Value::kNumber, "", std::int64_t{0}, true,
     "share of pixels whose class changes, 0 to 1"},
    {"parity.logits", "evaluated", Value::kNumber, "", std::int64_t{0}, true,
     "distance of the half logits from FP64, over what FP32's distance allows"},
    {"finite.forward", "evaluated", Value::kNumber, "values", std::int64_t{0}, true,
     "non-finite activations and logits"},
    {"range",
     "evaluated",
     Value::kNumber,
     "",
     {},
     true,
     "largest magnitude in the half-precision forward pass"},
    {"memory",
     "evaluated",
     Value::kNumber,
     "GB",
     {},
     true,
     "peak memory: of training (`conditions.stage` \"train\") in a step of our own, on every "
     "hardware ([memory.md](memory.md)); of evaluation only on the hardware it was published for"},
    {"memory.ratio",
     "evaluated",
     Value::kNumber,
     "",
     {},
     false,
     "peak memory of a training step in the row's arithmetic over that in FP32 "
     "([memory.md](memory.md))"},
    {"fps",
     "evaluated",
     Value::kNumber,
     "fps",
     {},
     true,
     "images per second, only on the hardware it was published for"},
    {"fps.ratio",
     "evaluated",
     Value::kNumber,
     "",
     {},
     false,
     "images per second in the row's arithmetic over those in FP32 are as many or more, on any GPU "
     "with half tensor cores"},
    {"kernels", "evaluated", Value::kNumber, "", std::int64_t{1}, false,
     "share of the time of convolutions that is spent in kernels of the row's arithmetic, by the "
     "names of the kernels; none of FP32's in TF32"},
    {"retrain.miou",
     "retrained",
     Value::kNumber,
     "%",
     {},
     true,
     "the mean of our own trainings ([training.md](training.md)). `tolerance` is the margin; "
     "`conditions.reference_runs`: mIoU of other trainings of the recipe, two or more; "
     "`conditions.spread`: known standard deviation over seeds"},
    {"retrain.parity", "retrained", Value::kNumber, "points", std::int64_t{0}, true,
     "mean mIoU of FP16 minus FP32, paired by seed; `tolerance` is the margin, `conditions.spread` "
     "the known standard deviation of the differences"},
    {"retrain.lockstep", "retrained", Value::kNumber, "", std::int64_t{1}, true,
     "distance from FP64, step by step, over what rounding alone costs "
     "([lockstep.md](lockstep.md))"},
    {"retrain.loss_scale",
     "retrained",
     Value::kNumber,
     "",
     {},
     true,
     "that of every step, or of the first step under a dynamic scaler; no claim for the scaler "
     "`none`"},
    {"retrain.loss_scale.recovers",
     "retrained",
     Value::kText,
     "",
     {},
     true,
     "dynamic scalers only: the scale follows their rules ([training.md](training.md))"},
    {"retrain.skipped", "retrained", Value::kNumber, "", std::int64_t{0}, true,
     "dynamic scalers only: share of skipped steps, 0 to 1; `tolerance` says how many are by "
     "design"},
    {"retrain.arithmetic",
     "retrained",
     Value::kText,
     "",
     {},
     true,
     "the dtypes in which the operators of a training step ran, by policy "
     "([training.md](training.md))"},
    {"retrain.finite", "retrained", Value::kNumber, "steps", std::int64_t{0}, true,
     "steps with a loss or a gradient that is not finite, by no design"},
    {"retrain.memory",
     "retrained",
     Value::kNumber,
     "",
     {},
     true,
     "peak bytes of a training's tensors in half over those in FP32"},
});

}  // namespace

std::span<const ClaimKind> claim_kinds() noexcept {
  return kKinds;
}

Json sound_value(const ClaimKind& kind) {
  if (const auto* number = std::get_if<std::int64_t>(&kind.sound_value)) return *number;
  if (const auto* text = std::get_if<std::string_view>(&kind.sound_value)) return *text;
  return nullptr;
}

bool is_reference(const ClaimKind& kind) noexcept {
  const bool is_ours = kind.evidence == "evaluated" || kind.evidence == "retrained";
  const bool is_demanded =
      kind.sound_value.index() != 0 || kind.id == "range" || kind.id == "retrain.loss_scale";
  return is_ours && kind.value == Value::kNumber && !is_demanded;
}

const ClaimKind* find_claim_kind(std::string_view id) noexcept {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(),
                                   [id](const ClaimKind& kind) { return kind.id == id; });
  return found == kKinds.end() ? nullptr : found;
}

bool accepts(const ClaimKind& kind, const Json& value) noexcept {
  if (value.is_null()) return true;
  if (value.is_number()) return kind.value != Value::kText;
  return value.is_string() && kind.value != Value::kNumber;
}

std::string_view describe(ClaimKind::Value value) noexcept {
  switch (value) {
    case Value::kNumber:
      return "a number";
    case Value::kText:
      return "a text";
    case Value::kNumberOrText:
      return "a number or a text";
  }
  return "";
}

}  // namespace harness
