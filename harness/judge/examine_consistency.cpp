#include "harness/judge/examine_consistency.h"

#include <cmath>
#include <initializer_list>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/judge/counts.h"

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

std::string values_defect(const ValuesRecord& values) {
  const TensorStatisticsRecord& all = values.all;
  std::int64_t elements = 0;
  std::int64_t non_finite = 0;
  const auto& roles = values.roles;
  for (const auto* role : {&roles.convolution, &roles.norm_parameter, &roles.norm_statistics,
                           &roles.counter, &roles.other_weight, &roles.index}) {
    auto defect = parts_defect("weight", role->elements, {role->non_finite, role->zeros});
    if (!defect.empty()) return defect;
    elements += role->elements;
    non_finite += role->non_finite;
  }
  auto defect = parts_defect("weight", all.elements, {all.non_finite, all.zeros});
  if (!defect.empty()) return defect;
  if (elements != all.elements) {
    return fmt::format("{}, and those of all roles are {}", plural(all.elements, "weight"),
                       count_text(elements));
  }
  if (non_finite > all.non_finite) {
    return fmt::format("{} not finite, and those of all roles are {}",
                       plural(all.non_finite, "weight"), count_text(non_finite));
  }
  const std::int64_t of_weights = all.non_finite - roles.index.non_finite;
  if (values.first_non_finite.has_value() == (of_weights > 0)) return "";
  return fmt::format("{} not finite, and {} tensor is named as the first",
                     plural(of_weights, "weight"), values.first_non_finite ? "a" : "no");
}

std::string log_defect(const LogRecord& log) {
  if (!is_count(log.train_lines) || !is_count(log.validation_lines) ||
      !is_count(log.last_iteration)) {
    return fmt::format("a log of {} and {} validations, to iteration {}",
                       plural(log.train_lines, "line"), log.validation_lines, log.last_iteration);
  }
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
                              checkpoint->values ? values_defect(*checkpoint->values) : ""});
  }
  std::string of_log;
  if (const auto& log = record.log) {
    of_log = first_of({stored_defect(log->stored, !log->error), log_defect(*log)});
  }
  return first_of({of_checkpoint, of_log});
}

}  // namespace harness
