#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
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
  Json conditions = Json::object();  ///< Marks and spread, see read_cell.
};

/// A value that cannot be read as what its key stands for.
struct MetafileUnread {
  std::string claim;  ///< That loses its value: "miou", "fps", "hash", ...; "" for none.
  MetafileText value;
  std::string expected;
  bool impossible = false;  ///< See UnreadCell.
};

/// One way in which the model's speed was measured. The first metafiles (mmseg 0.12) write bare
/// milliseconds, or None; some of 2021 write images per second.
struct MetafileTiming {
  MetafileNumber number;
  bool is_fps = false;  ///< `number` is images per second, else milliseconds per image.
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
  std::vector<MetafileUnread> unread;
  std::vector<MetafileText> other_keys;  ///< That speak of something known and are not read.
};

/// The models of a metafile, and the entries of its list that are none.
struct Metafile {
  std::vector<MetafileModel> models;
  std::vector<MetafileUnread> no_models;
};

/// Reads the models of a metafile. Keys of metadata and metrics are compared as a table's headers
/// are; those that say nothing about a claim are ignored. Of results on several data sets those on
/// the one of "Training Data" count, without it none; the numbers then carry both data sets as
/// conditions, as they do where the only result is on another than was trained on. Results of
/// another Task than semantic segmentation stand in `other_keys`. A value of another type, a number
/// that is none, a key that stands twice, a second mIoU of one model: each costs that value and
/// stands in `unread`. A model without a name has an empty one. Throws Error(kInvalidTable) with
/// `subject` and line: not YAML, several documents, no list of models; for a file above 4
/// MiB, and for one that more than doubles (64 KiB are free) when its aliases are written out.
Metafile read_metafile(std::string_view text, std::string_view subject);

}  // namespace harness
