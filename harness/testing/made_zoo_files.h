#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/float16.h"
#include "harness/base/json.h"
#include "harness/checkpoint/checkpoint_writer.h"
#include "harness/table/model_spec.h"

namespace harness {

/// For tests: the files that a zoo would publish of a row of the real table, in its form and size:
/// a legacy stream with convolutions in half and batch norm in float, named after its hash, the log
/// of its training and its config. The weights are drawn, and the mIoU of the log is the table's.
class MadeZooFiles {
 public:
  /// row: of suites/mmseg_fp16.json. Config and log are those of the mini zoo's row of that method
  /// with the sizes of the real one, but trained on crops "(height, width)".
  MadeZooFiles(const Row& row, const std::string& crop, const std::filesystem::path& folder)
      : row_(row) {
    const Json head = first_line_of_the_mini_log();
    config_text_ = full_size(head.at("config").get<std::string>());
    replace_all(config_text_, "size=(64, 128)", "size=" + crop);
    config = folder / (row.id + ".py");
    write_file_atomic(config, config_text_);
    log = folder / (row.id + "_20200717_230921.log.json");
    write_file_atomic(log, log_text(head));
    write_weights(head, folder);
  }

  std::filesystem::path checkpoint;
  std::filesystem::path log;
  std::filesystem::path config;
  std::string sha256;                        ///< Of the checkpoint.
  static constexpr std::int64_t kBatch = 2;  ///< One process's share of the published batch.

 private:
  Json first_line_of_the_mini_log() const {
    const std::string method = row_.id.substr(0, row_.id.find('_'));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             "fixtures/minizoo/zoo/fp16/" + method + "_r50w8-d8_64x128_600_fp16_scenes")) {
      if (!entry.path().string().ends_with(".log.json")) continue;
      const std::string text = read_file(entry.path());
      return parse_json(text.substr(0, text.find('\n')), entry.path().string());
    }
    throw std::runtime_error("the mini zoo has no log of " + method);
  }

  static void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }

  /// The model's own sizes are left to its defaults, which are the real rows'.
  static std::string full_size(std::string text) {
    constexpr std::pair<std::string_view, std::string_view> kChanges[] = {
        {"depth=50", "depth=101"},
        {",\n        base_channels=8,\n        stem_channels=8", ""},
        {"pretrained='pretrain/resnet50_v1c_w8-32c09ca3.pth'", "pretrained=None"},
        {"in_channels=256", "in_channels=2048"},
        {"in_channels=128", "in_channels=1024"},
        {" channels=32", " channels=512"},
        {" channels=16", " channels=256"},
        {"c1_in_channels=32", "c1_in_channels=256"},
        {"c1_channels=8", "c1_channels=48"},
        {"img_scale=(256, 128)", "img_scale=(2048, 1024)"},
        {"samples_per_gpu=4", "samples_per_gpu=2"},
        {"lr=0.05", "lr=0.01"},
        {"max_iters=600", "max_iters=80000"}};
    for (const auto& [from, to] : kChanges) replace_all(text, from, to);
    return text;
  }

  std::string log_text(Json head) const {
    head["config"] = config_text_;
    head["exp_name"] = row_.id + ".py";
    const double miou = row_.find_claim("miou")->value.get<double>() / 100.0;
    std::string text = head.dump() + "\n";
    for (const std::int64_t iteration : {8000, 40000, 80000}) {
      const double lr = 0.01 * std::pow(1.0 - static_cast<double>(iteration - 1) / 80000.0, 0.9);
      text += Json{{"mode", "train"},   {"epoch", iteration / 372},
                   {"iter", iteration}, {"lr", std::max(lr, 1e-4)},
                   {"loss", 0.25},      {"time", 0.5}}
                  .dump() +
              "\n";
      text += Json{{"mode", "val"},     {"epoch", iteration / 372},
                   {"iter", iteration}, {"mIoU", miou},
                   {"mAcc", 0.85},      {"aAcc", 0.96}}
                  .dump() +
              "\n";
    }
    return text;
  }

  template <typename Value>
  static std::string bytes_of(const std::vector<Value>& values) {
    return {reinterpret_cast<const char*>(values.data()), sizeof(Value) * values.size()};
  }

  /// He et al.'s weights for convolutions, batch norm near 0 and 1 but moved as by a training, and
  /// little of it in the last layer of a bottleneck: activations keep an ordinary size.
  static std::string values_of(const TensorSpec& tensor, std::mt19937_64& random) {
    std::int64_t count = 1;
    for (const auto size : tensor.shape) count *= size;
    const auto elements = static_cast<std::size_t>(count);
    if (tensor.kind == TensorSpec::Kind::kCounter) {
      return bytes_of(std::vector<std::int64_t>(elements, 80000));
    }
    if (tensor.kind == TensorSpec::Kind::kNorm) {
      const bool is_one = tensor.name.ends_with("weight") || tensor.name.ends_with("running_var");
      const bool is_last = tensor.name.ends_with("bn3.weight");
      std::normal_distribution<float> normal(is_last ? 0.15F : is_one ? 1.0F : 0.0F, 0.001F);
      std::vector<float> values(elements);
      for (auto& value : values) value = normal(random);
      return bytes_of(values);
    }
    const std::int64_t fan_in = tensor.shape.size() < 2 ? 10000 : count / tensor.shape[0];
    std::normal_distribution<float> normal(0.0F, std::sqrt(2.0F / static_cast<float>(fan_in)));
    std::vector<std::uint16_t> halves(elements);
    for (auto& half : halves) half = float_to_half(normal(random));
    return bytes_of(halves);
  }

  void write_weights(const Json& head, const std::filesystem::path& folder) {
    std::mt19937_64 random(17);
    const auto layout = state_dict_layout(resolve_model(row_, nullptr));
    std::vector<std::string> bytes;
    for (const auto& tensor : layout) bytes.push_back(values_of(tensor, random));
    std::vector<TensorView> tensors;
    for (std::size_t i = 0; i < layout.size(); ++i) {
      const DType dtype = layout[i].kind == TensorSpec::Kind::kConvolution ? DType::kFloat16
                          : layout[i].kind == TensorSpec::Kind::kNorm      ? DType::kFloat32
                                                                           : DType::kInt64;
      tensors.push_back(row_major_tensor(layout[i].name, dtype, layout[i].shape,
                                         std::as_bytes(std::span(bytes[i]))));
    }
    PythonValue root = PythonValue::dict();
    root.set("meta", PythonValue::from_json({{"mmseg_version", "0.5.0"},
                                             {"config", config_text_},
                                             {"CLASSES", head.at("CLASSES")},
                                             {"PALETTE", head.at("PALETTE")}}));
    root.set("state_dict", PythonValue::state_dict(tensors));
    const std::filesystem::path raw = folder / "raw.pth";
    sha256 = write_checkpoint(raw, root, CheckpointFormat::kLegacy).sha256;
    checkpoint = folder / (row_.id + "_20200717_230921-" + sha256.substr(0, 8) + ".pth");
    std::filesystem::rename(raw, checkpoint);
  }

  const Row row_;
  std::string config_text_;
};

}  // namespace harness
