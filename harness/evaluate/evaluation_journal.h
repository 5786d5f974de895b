#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/append_file.h"
#include "harness/base/json.h"
#include "harness/evaluate/confusion_matrix.h"

namespace harness {

/// What an evaluation keeps of one scene.
struct SceneTally {
  struct OfForward {
    ConfusionMatrix confusion{1};
    std::string prediction_sha256;  ///< Of the label map's bytes.
    std::int64_t logits_elements = 0;
    std::int64_t logits_non_finite = 0;
    std::int64_t changed_pixels = 0;
    double squared_distance = 0.0;
    double seconds = 0.0;  ///< NaN where it was not timed: other images ran, or none yet.
  };
  std::vector<OfForward> forwards;
  std::int64_t yardstick_elements = 0;
  double yardstick_squares = 0.0;
  std::int64_t threads = 0;  ///< Of LibTorch's, that computed the scene.
};

/// Which evaluation a journal is of. Another identity is another evaluation.
struct JournalIdentity {
  std::vector<std::string> keys;      ///< Of the results that it is to give.
  std::vector<std::string> forwards;  ///< In their order.
  std::int64_t classes = 0;
  std::int64_t scenes = 0;
};

/// The scenes that an evaluation has done, one line of JSON each behind a line with the identity,
/// so that an evaluation which was cut off goes on behind them. Numbers come back bit for bit. Each
/// line ends with a sha256 over all up to it: a line that is changed, lost, repeated or elsewhere
/// is none.
class EvaluationJournal {
 public:
  /// Reads the scenes that the file holds for this identity; what is cut off, cannot be read, does
  /// not fit or was computed by another number of threads than the first is forgotten with all that
  /// follows, and a file of another identity as a whole.
  /// Throws Error(kIo).
  EvaluationJournal(std::filesystem::path path, const JournalIdentity& identity);

  /// In the order of the scenes, from the first on.
  const std::vector<SceneTally>& done() const noexcept { return done_; }

  /// Appends the next scene. It outlives this process, and from time to time it is flushed to the
  /// disk. Throws Error(kIo).
  void add(const SceneTally& scene);

  /// Removes the file: the results are written. Nothing may be added any more.
  void remove();

 private:
  std::filesystem::path path_;
  std::vector<SceneTally> done_;
  std::optional<AppendFile> file_;
  std::string chain_;  ///< The sha256 of what was written so far.
  std::int64_t unflushed_ = 0;
};

}  // namespace harness
