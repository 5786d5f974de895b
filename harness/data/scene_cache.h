#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "harness/data/cityscapes.h"

namespace harness {

/// Decodes the scenes of a data set and keeps as many in memory as a limit allows.
///
/// The scenes that are read first are kept, and none is ever evicted: in a shuffled epoch each
/// scene is asked for once, so that no other choice would be used sooner. Every function may be
/// called from several threads at a time.
class SceneCache {
 public:
  /// num_classes: as in load_scene(). byte_limit: for pixels and labels together; 0 keeps nothing.
  SceneCache(std::vector<ScenePaths> scenes, std::int64_t num_classes, std::size_t byte_limit);

  std::size_t size() const noexcept { return scenes_.size(); }
  const ScenePaths& paths(std::size_t index) const { return scenes_.at(index); }

  /// The scene, from memory or read by load_scene(), whose exceptions are passed on.
  std::shared_ptr<const Scene> get(std::size_t index);

  /// The size of the scenes that are kept.
  std::size_t bytes() const;

 private:
  const std::vector<ScenePaths> scenes_;
  const std::int64_t num_classes_;
  const std::size_t byte_limit_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const Scene>> kept_;
  std::size_t bytes_ = 0;
};

}  // namespace harness
