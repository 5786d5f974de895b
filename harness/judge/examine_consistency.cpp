#include "harness/judge/examine_consistency.h"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/judge/values_consistency.h"

namespace harness {
namespace {

constexpr double kLastPlaces = 1e-6;  ///< Points.

/// An empty file cannot be read, and says so.
std::string stored_defect(const std::optional<StoredFileRecord>& stored, bool is_read) {
  if (!stored) return "";
  if (stored->size < 0 || (stored->size == 0 && is_read)) {
    return fmt::format("a file of {} was read", plural(stored->size, "byte"));
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
  return values_defect(*checkpoint.values, *checkpoint.state_dict);
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

std::string log_defect(const LogRecord& log) {
  if (!is_count(log.train_lines) || !is_count(log.validation_lines) ||
      !is_count(log.last_iteration)) {
    return fmt::format("a log of {} and {} validations, to iteration {}",
                       plural(log.train_lines, "line"), log.validation_lines, log.last_iteration);
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
  if (!miou || std::abs(*miou - log.last_miou) <= kLastPlaces ||
      std::abs(100.0 * *miou - log.last_miou) <= kLastPlaces) {
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
                       line_defect(log->last_validation),
                       config_defect(log->config, log->config_error)});
  }
  return first_of({of_checkpoint, of_log});
}

}  // namespace harness
