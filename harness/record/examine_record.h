#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/tensor_record.h"

namespace harness {

/// What the stage `examine` records about a row's published files, before anything is judged.

/// Why a published file could not be obtained or read to its end.
enum class FileErrorKind {
  kMissing,      ///< No such file.
  kUnreachable,  ///< The network or the server failed.
  kChecksum,     ///< Its bytes have another digest than the expected one.
  kUnreadable,
  kUnsafe,  ///< Python would run unknown code on loading it, and the rest cannot be read.
};
std::string_view to_string(FileErrorKind kind) noexcept;
bool read_name(std::string_view name, FileErrorKind& kind) noexcept;

struct FileErrorRecord {
  FileErrorKind kind = FileErrorKind::kUnreadable;
  std::string text;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("kind", self.kind);
    visit("text", self.text);
  }
};

/// The bytes that were obtained. The record names no folder of this machine.
struct StoredFileRecord {
  std::string url;        ///< Without user, password and query; a local file's location as written.
  std::int64_t size = 0;  ///< Bytes.
  std::string sha256;
  std::string trust;  ///< What vouches for the digest: "locked", "name-hash", "first-use".

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("url", self.url);
    visit("size", self.size);
    visit("sha256", self.sha256);
    visit("trust", self.trust);
  }

  static FieldDefect form_defect(const StoredFileRecord& file) {
    return first_defect({name_defect("url", file.url), sha256_defect("sha256", file.sha256),
                         word_defect("trust", file.trust, {"locked", "name-hash", "first-use"})});
  }
};

/// Statistics of the values of several tensors together; all 0 where there is no tensor.
struct TensorStatisticsRecord {
  std::int64_t tensors = 0;
  std::int64_t elements = 0;
  std::int64_t non_finite = 0;
  std::int64_t zeros = 0;
  std::int64_t half_subnormals = 0;  ///< 0 < |x| < 2^-14: FP16 keeps them with fewer digits.
  std::int64_t half_zeros = 0;       ///< 0 < |x| <= 2^-25: rounding to FP16 makes them 0.
  std::int64_t above_half_max = 0;   ///< Finite and |x| > 65504.
  std::int64_t not_half_exact = 0;   ///< Finite and changed by rounding to FP16.
  double min_abs = 0.0;              ///< Over finite elements that are not 0; 0 without any.
  double max_abs = 0.0;              ///< Over finite elements; 0 without any.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("tensors", self.tensors);
    visit("elements", self.elements);
    visit("non_finite", self.non_finite);
    visit("zeros", self.zeros);
    visit("half_subnormals", self.half_subnormals);
    visit("half_zeros", self.half_zeros);
    visit("above_half_max", self.above_half_max);
    visit("not_half_exact", self.not_half_exact);
    visit("min_abs", self.min_abs);
    visit("max_abs", self.max_abs);
  }
};

struct RoleStatisticsRecord {
  TensorStatisticsRecord convolution;
  TensorStatisticsRecord norm_parameter;
  TensorStatisticsRecord norm_statistics;
  TensorStatisticsRecord counter;
  TensorStatisticsRecord other_weight;
  TensorStatisticsRecord index;

  TensorStatisticsRecord& of(TensorRole role);

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("convolution", self.convolution);
    visit("norm_parameter", self.norm_parameter);
    visit("norm_statistics", self.norm_statistics);
    visit("counter", self.counter);
    visit("other_weight", self.other_weight);
    visit("index", self.index);
  }
};

/// Two tensors that hold the same values.
struct DuplicateRecord {
  std::string first;
  std::string later;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("first", self.first);
    visit("later", self.later);
  }
};

/// Statistics of the values of a state dict.
struct ValuesRecord {
  TensorStatisticsRecord all;
  RoleStatisticsRecord roles;
  /// The first tensor with such a value but those that may have them, whose role is `index`.
  std::optional<std::string> first_non_finite;
  std::vector<std::string> zero_tensors;  ///< Tensors of several elements that are all 0.
  std::vector<DuplicateRecord> duplicates;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("all", self.all);
    visit("roles", self.roles);
    visit("first_non_finite", self.first_non_finite);
    visit("zero_tensors", self.zero_tensors);
    visit("duplicates", self.duplicates);
  }
};

/// Code that Python would run on loading the file and that is not known to be harmless.
struct UnknownCodeRecord {
  std::string name;       ///< "os.system".
  std::string use;        ///< "calls", "makes an object of", "names".
  std::string arguments;  ///< Their kinds, "a string, an integer"; "" unless it is called.
  bool runs = false;      ///< It is called, or comes with Python: the file can count on it.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("use", self.use);
    visit("arguments", self.arguments);
    visit("runs", self.runs);
  }

  static FieldDefect form_defect(const UnknownCodeRecord& code) {
    return word_defect("use", code.use, {"calls", "makes an object of", "names"});
  }
};

/// A tensor of a form or a type that is not read.
struct UnreadTensorRecord {
  std::string name;
  std::string form;  ///< "sparse_coo [4, 4]".

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("form", self.form);
  }
};

/// The state of a loss scaler that a checkpoint holds.
struct SavedScaleRecord {
  std::string where;  ///< "meta.fp16.loss_scaler".
  std::string mode;   ///< "static", "dynamic", "" when it is not said.
  double scale = std::numeric_limits<double>::quiet_NaN();  ///< NaN for what is not finite.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("where", self.where);
    visit("mode", self.mode);
    visit("scale", self.scale);
  }
};

/// The optimizer's state inside a checkpoint; a published file is expected to hold none.
struct OptimizerRecord {
  bool present = false;
  std::int64_t tensors = 0;
  std::int64_t bytes = 0;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("present", self.present);
    visit("tensors", self.tensors);
    visit("bytes", self.bytes);
  }

  static FieldDefect form_defect(const OptimizerRecord& optimizer) {
    const auto defect = [&](const char* key, std::int64_t count) {
      const bool can_be = optimizer.present ? count >= 0 : count == 0;
      return can_be ? FieldDefect{}
                    : FieldDefect{key,
                                  "expected none where no optimizer is present, and never "
                                  "less than 0"};
    };
    return first_defect({defect("tensors", optimizer.tensors), defect("bytes", optimizer.bytes)});
  }
};

/// A published checkpoint. What was found before an error is kept; what was not examined is absent.
struct CheckpointRecord {
  std::string name;  ///< The file's name, as the suite links it.
  std::optional<StoredFileRecord> stored;
  std::optional<FileErrorRecord> error;
  std::optional<std::string> format;  ///< "legacy" or "zip".
  std::vector<UnknownCodeRecord> unknown_code;
  std::string state_dict_in;  ///< Where it stands, "model.state_dict"; "" for the file itself.
  std::optional<std::vector<TensorRecord>> state_dict;
  std::vector<UnreadTensorRecord> not_read;
  std::vector<SavedScaleRecord> loss_scales;
  std::optional<ValuesRecord> values;
  std::optional<OptimizerRecord> optimizer;
  Json meta;    ///< The file's meta without the config's text; null when there is none.
  Json config;  ///< Parsed from the text in meta; null when there is none or it cannot be parsed.
  std::optional<std::string> config_error;  ///< Why the config's text could not be parsed.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("stored", self.stored);
    visit("error", self.error);
    visit("format", self.format);
    visit("unknown_code", self.unknown_code);
    visit("state_dict_in", self.state_dict_in);
    visit("state_dict", self.state_dict);
    visit("not_read", self.not_read);
    visit("loss_scales", self.loss_scales);
    visit("values", self.values);
    visit("optimizer", self.optimizer);
    visit("meta", self.meta);
    visit("config", self.config);
    visit("config_error", self.config_error);
  }

  static FieldDefect form_defect(const CheckpointRecord& checkpoint) {
    if (!checkpoint.format) return {};
    return word_defect("format", *checkpoint.format, {"legacy", "zip"});
  }
};

/// A published training log. Without an error it was read to its end.
struct LogRecord {
  std::string name;
  std::optional<StoredFileRecord> stored;
  std::optional<FileErrorRecord> error;
  std::string exp_name;                     ///< From the first line; "" when it has none.
  Json environment;                         ///< The first line without the config's text.
  Json config;                              ///< As in CheckpointRecord.
  std::optional<std::string> config_error;  ///< As in CheckpointRecord.
  std::int64_t train_lines = 0;
  std::int64_t validation_lines = 0;
  std::int64_t last_iteration = 0;  ///< 0 where the log counts within epochs.
  Json last_validation;             ///< The line (its mIoU a text where its scale is unknown).
  double last_miou = std::numeric_limits<double>::quiet_NaN();  ///< Percent.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("name", self.name);
    visit("stored", self.stored);
    visit("error", self.error);
    visit("exp_name", self.exp_name);
    visit("environment", self.environment);
    visit("config", self.config);
    visit("config_error", self.config_error);
    visit("train_lines", self.train_lines);
    visit("validation_lines", self.validation_lines);
    visit("last_iteration", self.last_iteration);
    visit("last_validation", self.last_validation);
    visit("last_miou", self.last_miou);
  }
};

/// Both published files of a row; nullopt where the row publishes no such file.
struct ExamineRecord {
  std::optional<CheckpointRecord> checkpoint;
  std::optional<LogRecord> log;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("checkpoint", self.checkpoint);
    visit("log", self.log);
  }
};

}  // namespace harness
