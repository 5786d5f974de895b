#include "harness/data/scene_cache.h"

#include <utility>

namespace harness {

SceneCache::SceneCache(std::vector<ScenePaths> scenes, std::int64_t num_classes,
                       std::size_t byte_limit)
    : scenes_(std::move(scenes)),
      num_classes_(num_classes),
      byte_limit_(byte_limit),
      kept_(scenes_.size()) {}

std::shared_ptr<const Scene> SceneCache::get(std::size_t index) {
  {
    const std::lock_guard lock(mutex_);
    if (kept_.at(index) != nullptr) return kept_[index];
  }
  auto scene = std::make_shared<const Scene>(load_scene(scenes_[index], num_classes_));
  const std::lock_guard lock(mutex_);
  const auto scene_bytes = scene->image.pixels.size() + scene->label.classes.size();
  if (kept_[index] == nullptr && scene_bytes <= byte_limit_ - bytes_) {
    kept_[index] = scene;
    bytes_ += scene_bytes;
  }
  return scene;
}

std::size_t SceneCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace harness
