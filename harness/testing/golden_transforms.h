#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/data/training_transforms.h"

namespace harness {

/// For tests: what MMSegmentation 0.17.0 drew and made of 12 training images, from
/// fixtures/minizoo/goldens/transforms.json and transforms.pth.
struct GoldenTransform {
  std::string file;
  TrainingDraws draws;
  std::vector<float> image;           ///< {3, 64, 128}
  std::vector<std::int64_t> classes;  ///< {64, 128}
};

/// A little-endian number of so many bytes.
inline std::size_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::size_t value = 0;
  for (std::size_t i = size; i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(bytes.at(at + i));
  }
  return value;
}

/// The bytes of the entry whose name ends with `suffix`, of a zip file that stores its entries
/// uncompressed and has neither a comment nor 64-bit offsets, as torch.save writes small ones.
inline std::string_view stored_entry(std::string_view zip, std::string_view suffix) {
  auto at = number_at(zip, zip.size() - 6, 4);
  while (zip.substr(at, 4) == "PK\x01\x02") {
    const auto name = zip.substr(at + 46, number_at(zip, at + 28, 2));
    if (name.ends_with(suffix)) {
      const auto header = number_at(zip, at + 42, 4);
      const auto begin =
          header + 30 + number_at(zip, header + 26, 2) + number_at(zip, header + 28, 2);
      return zip.substr(begin, number_at(zip, at + 24, 4));
    }
    at += 46 + name.size() + number_at(zip, at + 30, 2) + number_at(zip, at + 32, 2);
  }
  throw std::runtime_error("no entry " + std::string(suffix));
}

template <class Value>
std::vector<Value> values_of(std::string_view bytes) {
  std::vector<Value> values(bytes.size() / sizeof(Value));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(Value));
  return values;
}

/// Takes the recorded numpy calls one by one and holds each against the call that is expected.
class RecordedDraws {
 public:
  explicit RecordedDraws(const Json& calls) : calls_(calls) {}

  double take(std::string_view call, const std::vector<double>& arguments) {
    const auto& next = calls_.at(taken_++);
    if (next.at(0) != call || next.at(1) != Json(arguments)) {
      throw std::runtime_error("another call was recorded: " + next.dump());
    }
    return next.at(2).get<double>();
  }
  bool next_is(std::string_view call) const { return calls_.at(taken_).at(0) == call; }
  bool coin() { return take("randint", {2}) == 1; }
  bool is_used_up() const { return taken_ == calls_.size(); }

 private:
  const Json& calls_;
  std::size_t taken_ = 0;
};

inline PhotometricDraws recorded_photometric(RecordedDraws& recorded) {
  PhotometricDraws draws;
  const auto factor = [&recorded]() -> std::optional<double> {
    if (!recorded.coin()) return std::nullopt;
    return recorded.take("uniform", {0.5, 1.5});
  };
  if (recorded.coin()) draws.brightness = recorded.take("uniform", {-32, 32});
  draws.contrast_first = recorded.coin();
  if (draws.contrast_first) draws.contrast = factor();
  draws.saturation = factor();
  if (recorded.coin()) draws.hue = static_cast<int>(recorded.take("randint", {-18, 18}));
  if (!draws.contrast_first) draws.contrast = factor();
  return draws;
}

inline TrainingDraws recorded_draws(const Json& calls, const TrainingPipeline& pipeline,
                                    const ImageSize& image) {
  RecordedDraws recorded(calls);
  TrainingDraws draws;
  draws.ratio = recorded.take("random_sample", {}) * (pipeline.ratio_upper - pipeline.ratio_lower) +
                pipeline.ratio_lower;
  const auto resized = rescaled_size(image, scaled_by(pipeline.scale, draws.ratio));
  const auto bound = [](std::int64_t size, std::int64_t crop) {
    return static_cast<double>(std::max<std::int64_t>(size - crop, 0) + 1);
  };
  while (recorded.next_is("randint")) {
    const auto top = recorded.take("randint", {0, bound(resized.height, pipeline.crop.height)});
    const auto left = recorded.take("randint", {0, bound(resized.width, pipeline.crop.width)});
    draws.crops.push_back({static_cast<std::int64_t>(top), static_cast<std::int64_t>(left)});
  }
  draws.flip = recorded.take("rand", {}) < pipeline.flip_probability;
  draws.photometric = recorded_photometric(recorded);
  if (!recorded.is_used_up()) throw std::runtime_error("more was recorded than was expected");
  return draws;
}

/// The pipeline of the mini zoo's configs.
inline TrainingPipeline minizoo_pipeline() {
  return {.scale = {128, 256}, .crop = {64, 128}};
}

inline std::vector<GoldenTransform> golden_transforms() {
  const std::filesystem::path folder = "fixtures/minizoo/goldens";
  const auto zip = read_file(folder / "transforms.pth");
  std::vector<GoldenTransform> goldens;
  for (const auto& sample : read_json_file(folder / "transforms.json")) {
    // The storages are numbered in the order of the samples: image_0, label_0, image_1, ...
    const auto storage = [&zip, &goldens](std::size_t which) {
      return stored_entry(zip, "/data/" + std::to_string(2 * goldens.size() + which));
    };
    goldens.push_back({sample.at("file"),
                       recorded_draws(sample.at("draws"), minizoo_pipeline(), {128, 256}),
                       values_of<float>(storage(0)), values_of<std::int64_t>(storage(1))});
  }
  return goldens;
}

}  // namespace harness
