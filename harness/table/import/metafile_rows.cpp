#include "harness/table/import/metafile_rows.h"

#include <cmath>

#include "harness/base/error.h"
#include "harness/table/import/link.h"
#include "harness/table/import/metafile.h"
#include "harness/table/json_checks.h"
#include "harness/table/method_name.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr double kMillisecondsPerSecond = 1000.0;

[[noreturn]] void fail(const PublishedPage& page, const MetafileText& where,
                       const std::string& expected) {
  throw Error(ErrorCode::kInvalidTable, page.at(where.line),
              where.key + ": expected " + expected + ", got " + in_quotes(where.text));
}

/// The folder from which a path in a metafile counts.
fs::path base_of(const fs::path& path, const PublishedPage& page) {
  const fs::path folder = fs::absolute(page.path).lexically_normal().parent_path();
  if (path.is_absolute()) return folder;
  fs::path root = folder;
  for (fs::path rest = path.parent_path(); !rest.empty(); rest = rest.parent_path()) {
    if (rest.filename() != root.filename()) return folder;
    root = root.parent_path();
  }
  return root;
}

std::string resolved(const std::optional<MetafileText>& link, const PublishedPage& page) {
  if (!link) return "";
  return resolve_link(link->text, base_of(link->text, page), page.suite_folder);
}

Source source_of(const PublishedPage& page, std::int64_t line, const std::string& key) {
  return {page.name_in_suite(), line, key};
}

PublishedFact number_fact(const MetafileNumber& number, const PublishedPage& page) {
  return fact_of(number.number, source_of(page, number.line, number.key));
}

/// Images per second, to two digits, with as many digits claimed as the milliseconds carry.
PublishedFact fps_fact(const MetafileTiming& timing, const PublishedPage& page) {
  constexpr double kHundred = 100.0;
  constexpr int kMostDigits = 2;
  const PublishedFact milliseconds = number_fact(timing.milliseconds, page);
  const double value = milliseconds.value.get<double>();
  const double fps = kMillisecondsPerSecond / value;
  PublishedFact fact;
  fact.value = std::round(fps * kHundred) / kHundred;
  fact.rounding = fps * milliseconds.rounding / value + 0.5 / kHundred;
  fact.digits = kMostDigits;
  while (fact.digits > 0 && 0.5 * std::pow(10.0, -fact.digits) < fact.rounding) --fact.digits;
  fact.source = milliseconds.source;
  if (!timing.hardware.empty()) fact.conditions["hardware"] = timing.hardware;
  if (!timing.backend.empty()) fact.conditions["backend"] = timing.backend;
  if (timing.batch_size) fact.conditions["batch_size"] = *timing.batch_size;
  if (!timing.mode.empty()) fact.conditions["mode"] = timing.mode;
  if (timing.resolution) {
    fact.conditions["resolution"] = {timing.resolution->first, timing.resolution->second};
  }
  return fact;
}

void add_schedule_and_crop(const MetafileModel& model, const PublishedPage& page,
                           PublishedRow& row) {
  if (model.crop_size && !is_not_published(model.crop_size->text)) {
    const auto size = parse_size(model.crop_size->text);
    if (!size) fail(page, *model.crop_size, "a size such as (512,1024)");
    row.facts["config.crop"] = {
        .value = size_text(*size),
        .source = source_of(page, model.crop_size->line, model.crop_size->key)};
  }
  if (model.schedule && !is_not_published(model.schedule->text)) {
    const auto iterations = parse_iterations(model.schedule->text);
    if (!iterations) fail(page, *model.schedule, "iterations such as 80000");
    row.facts["config.iterations"] = {
        .value = *iterations, .source = source_of(page, model.schedule->line, model.schedule->key)};
  }
}

void add_numbers(const MetafileModel& model, const PublishedPage& page, PublishedRow& row) {
  if (model.miou) row.facts["miou"] = number_fact(*model.miou, page);
  if (model.miou_ms_flip) row.facts["miou_ms_flip"] = number_fact(*model.miou_ms_flip, page);
  if (model.memory) {
    PublishedFact& fact = row.facts["memory"] = number_fact(*model.memory, page);
    if (!model.training_hardware.empty()) fact.conditions["hardware"] = model.training_hardware;
  }
  for (const MetafileTiming& timing : model.timings) {
    if (!row.facts.contains("fps")) {
      row.facts["fps"] = fps_fact(timing, page);
    } else {
      row.other_timings.push_back(fps_fact(timing, page));
    }
  }
}

PublishedRow row_of(const MetafileModel& model, const PublishedPage& page) {
  PublishedRow row;
  row.id = model.config ? config_stem(model.config->text) : model.name;
  if (!is_name(row.id)) {
    throw Error(ErrorCode::kInvalidTable, page.at(model.line),
                "expected a Config or a Name that can be the row's id, got " + in_quotes(row.id));
  }
  row.method = method_of_id(row.id);
  if (row.method.empty()) row.method = model.collection.empty() ? model.name : model.collection;
  row.backbone = model.backbone;
  row.checkpoint = resolved(model.weights, page);
  row.log = resolved(model.log, page);
  row.config = resolved(model.config, page);
  row.place = page.at(model.line);
  row.source = source_of(page, model.line, "");
  row.files_source =
      model.weights ? source_of(page, model.weights->line, model.weights->key) : row.source;
  row.facts["hash"] = hash_fact(row.checkpoint, row.files_source);
  add_schedule_and_crop(model, page, row);
  add_numbers(model, page, row);
  return row;
}

}  // namespace

std::vector<PublishedRow> rows_of_metafile(std::string_view text, const PublishedPage& page) {
  std::vector<PublishedRow> rows;
  for (const MetafileModel& model : read_metafile(text, page.path.string())) {
    rows.push_back(row_of(model, page));
  }
  return rows;
}

}  // namespace harness
