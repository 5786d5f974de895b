#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/table/import/printed_number.h"

namespace harness {

/// A scalar of a metafile and where it stands.
struct MetafileText {
  std::string text;
  std::int64_t line = 0;  ///< 1-based.
  std::string key;        ///< "Metadata.inference time (ms/im)[0].value".
};

struct MetafileNumber {
  PrintedNumber number;
  std::int64_t line = 0;
  std::string key;
};

/// One way in which the model's speed was measured. The first metafiles (mmseg 0.12) write bare
/// milliseconds, or None.
struct MetafileTiming {
  MetafileNumber milliseconds;  ///< Per image.
  std::string hardware;
  std::string backend;
  std::string mode;
  std::optional<std::int64_t> batch_size;
  std::optional<std::pair<std::int64_t, std::int64_t>> resolution;  ///< Height, width.
};

/// One model of a model-zoo metafile (the forms that mmseg 0.12 to 1.x write).
struct MetafileModel {
  std::string name;
  std::string collection;  ///< "In Collection".
  std::int64_t line = 0;
  std::optional<MetafileText> config;
  std::optional<MetafileText> weights;
  std::optional<MetafileText> log;  ///< "Training log".
  std::optional<MetafileText> crop_size;
  std::optional<MetafileText> schedule;
  std::string backbone;           ///< The first of "Architecture" where that key stands instead.
  std::string training_hardware;  ///< "Training Resources".
  std::optional<MetafileNumber> memory;
  std::vector<MetafileTiming> timings;
  std::optional<MetafileNumber> miou;
  std::optional<MetafileNumber> miou_ms_flip;
};

/// Reads the models of a metafile. Keys that say nothing about a claim are ignored.
/// Throws Error(kInvalidTable) with `subject` and line: not YAML, no models, a value of another
/// type, a number that is not one; and for a file above 4 MiB.
std::vector<MetafileModel> read_metafile(std::string_view text, std::string_view subject);

}  // namespace harness
