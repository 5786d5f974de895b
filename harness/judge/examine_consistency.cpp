#include "harness/judge/examine_consistency.h"

#include <charconv>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/judge/values_consistency.h"

namespace harness {
namespace {

/// An empty file cannot be read, and says so.
std::string stored_defect(const std::optional<StoredFileRecord>& stored, bool is_read) {
  if (!stored) return "";
  if (stored->size < 0 || (stored->size == 0 && is_read)) {
    return fmt::format("a file of {} was read", plural(stored->size, "byte"));
  }
  return "";
}

/// Bytes of the tensor, at least: of "float16" 2 for each element.
std::int64_t least_bytes(const TensorRecord& tensor) {
  const auto digits = tensor.dtype.find_first_of("0123456789");
  int bits = 0;
  if (digits != std::string::npos) {
    std::from_chars(tensor.dtype.data() + digits, tensor.dtype.data() + tensor.dtype.size(), bits);
  }
  std::int64_t bytes = bits / 8;
  for (const auto side : tensor.shape) bytes *= side;
  return bytes;
}

/// Tensors may share their storage, but each has one; nothing is compressed.
std::string size_defect(const CheckpointRecord& checkpoint) {
  if (!checkpoint.stored) return "";
  for (const auto& tensor : *checkpoint.state_dict) {
    if (least_bytes(tensor) <= checkpoint.stored->size) continue;
    return fmt::format("a file of {} holds {} of {}", plural(checkpoint.stored->size, "byte"),
                       tensor.name, plural(least_bytes(tensor), "byte"));
  }
  return "";
}

std::string content_defect(const CheckpointRecord& checkpoint) {
  if (!checkpoint.values) return "";
  if (!checkpoint.state_dict) return "values of no state dict";
  const auto tensors = std::ssize(*checkpoint.state_dict);
  if (checkpoint.stored && checkpoint.stored->size < tensors) {
    return fmt::format("a file of {} holds {}", plural(checkpoint.stored->size, "byte"),
                       plural(tensors, "tensor"));
  }
  return first_of(
      {size_defect(checkpoint), values_defect(*checkpoint.values, *checkpoint.state_dict)});
}

/// A config is parsed or it is not.
std::string config_defect(const Json& config, const std::optional<std::string>& error) {
  if (config.is_null() || !error) return "";
  return fmt::format("a config that was read, and could not be: {}", *error);
}

/// A line with another mode is not read (openmmlab/log_line.h).
std::string line_defect(const Json& line) {
  const Json* mode = find_at(line, {"mode"});
  if (mode == nullptr || *mode == "val" || *mode == "train") return "";
  return fmt::format("a last validation in the mode {}", mode->dump());
}

/// The experiment's name stands in the log's first line.
std::string experiment_defect(const LogRecord& log) {
  const Json* name = find_at(log.environment, {"exp_name"});
  if (name == nullptr || !name->is_string() || *name == log.exp_name) return "";
  return fmt::format("a log of {}, whose first line names {}", log.exp_name, name->dump());
}

std::string log_defect(const LogRecord& log) {
  if (!is_count(log.train_lines) || !is_count(log.validation_lines) ||
      !is_count(log.last_iteration)) {
    return fmt::format("a log of {} and {} validations, to iteration {}",
                       plural(log.train_lines, "line"), log.validation_lines, log.last_iteration);
  }
  if (log.last_iteration > 0 && log.train_lines + log.validation_lines == 0) {
    return fmt::format("a log without lines ends at iteration {}", log.last_iteration);
  }
  const bool has_line = log.last_validation.is_object() && !log.last_validation.empty();
  if (has_line != (log.validation_lines > 0)) {
    return fmt::format("{} of validation, and the last is {}", plural(log.validation_lines, "line"),
                       log.last_validation.dump());
  }
  if (!has_line && !std::isnan(log.last_miou)) {
    return fmt::format("an mIoU of {} in no line of validation", short_text(log.last_miou, 8));
  }
  // An earlier line has it where the last one does not, or has it under another name.
  const auto miou = number_at(log.last_validation, {"mIoU"});
  if (!miou || std::abs(*miou - log.last_miou) <= kLastPoints ||
      std::abs(100.0 * *miou - log.last_miou) <= kLastPoints) {
    return "";
  }
  return fmt::format("the last mIoU is {}, its line says {}", short_text(log.last_miou, 8),
                     short_text(*miou, 8));
}

}  // namespace

std::string inconsistency(const ExamineRecord& record) {
  std::string of_checkpoint;
  if (const auto& checkpoint = record.checkpoint) {
    of_checkpoint = first_of({stored_defect(checkpoint->stored, checkpoint->state_dict.has_value()),
                              content_defect(*checkpoint),
                              config_defect(checkpoint->config, checkpoint->config_error)});
  }
  std::string of_log;
  if (const auto& log = record.log) {
    of_log = first_of({stored_defect(log->stored, !log->error), log_defect(*log),
                       experiment_defect(*log), line_defect(log->last_validation),
                       config_defect(log->config, log->config_error)});
  }
  return first_of({of_checkpoint, of_log});
}

}  // namespace harness
