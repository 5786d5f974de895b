#include "harness/table/import/metafile_rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/table/import/cell_value.h"
#include "harness/table/import/file_link.h"
#include "harness/table/import/link.h"
#include "harness/table/import/metafile.h"
#include "harness/table/json_checks.h"
#include "harness/table/method_name.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr double kMillisecondsPerSecond = 1000.0;

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
  PublishedFact fact = fact_of(number.number, source_of(page, number.line, number.key));
  fact.conditions = number.conditions;
  return fact;
}

/// Images per second, to two digits, with as many digits claimed as the milliseconds carry.
PublishedFact fps_of_milliseconds(const MetafileNumber& number, const PublishedPage& page) {
  constexpr double kHundred = 100.0;
  constexpr int kMostDigits = 2;
  const PublishedFact milliseconds = number_fact(number, page);
  const double value = milliseconds.value.get<double>();
  const double fps = kMillisecondsPerSecond / value;
  PublishedFact fact;
  fact.value = std::round(fps * kHundred) / kHundred;
  fact.rounding = fps * milliseconds.rounding / value + 0.5 / kHundred;
  fact.digits = kMostDigits;
  while (fact.digits > 0 && 0.5 * std::pow(10.0, -fact.digits) < fact.rounding) --fact.digits;
  fact.source = milliseconds.source;
  return fact;
}

PublishedFact fps_fact(const MetafileTiming& timing, const PublishedPage& page) {
  PublishedFact fact =
      timing.is_fps ? number_fact(timing.number, page) : fps_of_milliseconds(timing.number, page);
  if (!timing.hardware.empty()) fact.conditions["hardware"] = timing.hardware;
  if (!timing.backend.empty()) fact.conditions["backend"] = timing.backend;
  if (timing.batch_size) fact.conditions["batch_size"] = *timing.batch_size;
  if (!timing.mode.empty()) fact.conditions["mode"] = timing.mode;
  if (timing.resolution) {
    fact.conditions["resolution"] = {timing.resolution->first, timing.resolution->second};
  }
  return fact;
}

/// Reads the text of a claim as a table's cell.
void add_text(const char* claim, const std::optional<MetafileText>& text, const PublishedPage& page,
              PublishedRow& row, std::vector<MetafileUnread>& unread) {
  if (!text || is_not_published(text->text)) return;
  CellValue cell = read_cell(claim, text->text);
  if (!cell.fact) {
    unread.push_back({claim, *text, std::move(cell.expected), cell.impossible});
    return;
  }
  cell.fact->source = source_of(page, text->line, text->key);
  row.facts[claim] = std::move(*cell.fact);
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

/// A link that cannot be what its key says: a paper as weights, a config as log.
bool refuse_link(const std::optional<MetafileText>& link, Column column, const char* claim,
                 std::vector<MetafileUnread>& unread) {
  if (!link) return false;
  const FileLink file = classify_link({"", link->text}, column);
  if (file.refusal.empty()) return false;
  unread.push_back({claim, *link, std::string(file.refusal), true});
  return true;
}

ImportNotice notice_of(const MetafileUnread& unread, const PublishedPage& page) {
  return {ImportNotice::Kind::kRefused, page.at(unread.value.line),
          fmt::format("{}: expected {}, got {}", unread.value.key, unread.expected,
                      in_quotes(unread.value.text))};
}

class ModelRow {
 public:
  ModelRow(const MetafileModel& model, const PublishedPage& page)
      : model_(model), page_(page), unread_(model.unread) {}

  /// Adds the row, and a notice for each value that it lacks.
  void add_to(PublishedRows& result) {
    PublishedRow row;
    row.place = page_.at(model_.line);
    row.source = source_of(page_, model_.line, "");
    add_files(row);
    if (!add_names(row)) {
      result.notices.push_back({ImportNotice::Kind::kRefused, row.place,
                                fmt::format("expected a Name, a Config or Weights that can be the "
                                            "row's id, got {}; the model is left out",
                                            in_quotes(model_.name))});
      return;
    }
    add_text("config.crop", model_.crop_size, page_, row, unread_);
    add_text("config.iterations", model_.schedule, page_, row, unread_);
    add_numbers(model_, page_, row);
    for (const MetafileText& other : model_.other_keys) {
      result.notices.push_back({ImportNotice::Kind::kUnread, page_.at(other.line),
                                fmt::format("key {} is not read, it is none of those that are "
                                            "(docs/formats.md)",
                                            in_quotes(other.key))});
    }
    for (const MetafileUnread& unread : unread_) {
      result.notices.push_back(notice_of(unread, page_));
      add_unread(unread, row);
    }
    for (const PublishedFact& timing : row.other_timings) {
      result.notices.push_back(
          {ImportNotice::Kind::kUnread, page_.at(timing.source.line),
           fmt::format("{}: expected one timing of a model, got another of {:.{}f} fps; fps is the "
                       "one that a table agrees with, else the first",
                       timing.source.column, timing.value.get<double>(),
                       std::max(timing.digits, 0))});
    }
    result.rows.push_back(std::move(row));
  }

 private:
  void add_files(PublishedRow& row) {
    if (!refuse_link(model_.weights, Column::kModel, "hash", unread_)) {
      row.checkpoint = resolved(model_.weights, page_);
    }
    if (!refuse_link(model_.log, Column::kLog, "log.config", unread_)) {
      row.log = resolved(model_.log, page_);
    }
    row.config = resolved(model_.config, page_);
    row.files_source =
        model_.weights ? source_of(page_, model_.weights->line, model_.weights->key) : row.source;
    row.facts["hash"] = hash_fact(row.checkpoint, row.files_source);
  }

  bool add_names(PublishedRow& row) const {
    if (model_.config) row.id = config_stem(model_.config->text);
    if (!is_name(row.id)) row.id = model_.name;
    if (!is_name(row.id)) row.id = model_stem(row.checkpoint);
    // A model of mmseg 0.16 has nothing but a collection and a backbone.
    if (!is_name(row.id) && !model_.backbone.empty()) {
      row.id = fmt::format("{}_{}", model_.collection, lower_case(model_.backbone));
    }
    if (!is_name(row.id)) return false;
    row.method = method_of_id(row.id);
    if (row.method.empty()) row.method = model_.collection.empty() ? row.id : model_.collection;
    row.backbone = model_.backbone;
    return true;
  }

  void add_unread(const MetafileUnread& unread, PublishedRow& row) const {
    if (unread.claim.empty()) return;
    const UnreadCell cell{unread.value.text, unread.expected, unread.impossible,
                          source_of(page_, unread.value.line, unread.value.key)};
    const bool is_link =
        unread.claim == "hash" || unread.claim == "log.config" || unread.claim == "config";
    if (is_link) {
      row.unread_links.emplace(unread.claim, cell);
    } else {
      row.facts.emplace(unread.claim, unread_fact(cell));
    }
  }

  const MetafileModel& model_;
  const PublishedPage& page_;
  std::vector<MetafileUnread> unread_;
};

}  // namespace

PublishedRows rows_of_metafile(std::string_view text, const PublishedPage& page) {
  PublishedRows result;
  const Metafile metafile = read_metafile(text, page.path.string());
  for (const MetafileModel& model : metafile.models) ModelRow(model, page).add_to(result);
  for (const MetafileUnread& unread : metafile.no_models) {
    result.notices.push_back(notice_of(unread, page));
  }
  return result;
}

}  // namespace harness
