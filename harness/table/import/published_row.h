#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/table/import/import_notice.h"
#include "harness/table/import/printed_number.h"
#include "harness/table/suite.h"

namespace harness {

/// One number or text that a page publishes of a model. A null `value` is a "-" in the table.
struct PublishedFact {
  Json value = nullptr;
  int digits = Claim::kExact;
  double rounding = 0.0;  ///< How far a number may lie from what was rounded for print.
  Source source = {};
  Json conditions = Json::object();
};

/// A cell, or a value of a metafile, that cannot be read as what it stands for.
struct UnreadCell {
  std::string text;         ///< As it stands there.
  std::string expected;     ///< "a percentage such as 76.80".
  bool impossible = false;  ///< It can be read, and no such thing can have such a value.
  Source source = {};
};

/// {"cell", "expected", "impossible" where it is, "file", "line", "column"}: how a claim that is
/// therefore not published quotes it, under `unread` of its conditions.
Json to_json(const UnreadCell& unread);

/// The fact as "not published" because of this cell.
PublishedFact unread_fact(const UnreadCell& unread);

/// What one page says of one model, before anything is known from elsewhere. Links are written as
/// the suite will write them; "" where there is none.
struct PublishedRow {
  std::string id;
  std::string method;
  std::string backbone;
  std::string checkpoint;
  std::string log;
  std::string config;
  std::string place;    ///< "README.md:16", for messages.
  Source source;        ///< The row as a whole.
  Source files_source;  ///< Where the checkpoint is linked.
  /// By claim id: hash, config.crop, config.iterations, miou, miou_ms_flip, memory, fps. An id that
  /// is absent has no column on the page.
  std::map<std::string, PublishedFact> facts;
  /// Links that were refused, by the claim that loses its file: hash, log.config, config.
  std::map<std::string, UnreadCell> unread_links;
  /// Further ways in which the page says that the speed was measured; never in a table.
  std::vector<PublishedFact> other_timings;
};

/// What one page publishes, and what of it could not be read.
struct PublishedRows {
  std::vector<PublishedRow> rows;
  std::vector<ImportNotice> notices;
};

/// A page that is being imported.
struct PublishedPage {
  std::filesystem::path path;          ///< As given.
  std::filesystem::path suite_folder;  ///< Of the suite that is being made.

  /// The page's folder.
  std::filesystem::path folder() const { return path.parent_path(); }
  /// How the suite names the page.
  std::string name_in_suite() const;
  /// "README.md:16", for messages.
  std::string at(std::int64_t line) const;
};

/// A number as printed, with the rounding that its digits imply.
PublishedFact fact_of(const PrintedNumber& number, Source source);

/// The crop "(512,1024)" as the claim's text "512x1024".
std::string size_text(std::pair<std::int64_t, std::int64_t> size);

/// The hash in the name of a row's checkpoint; null where the name has none.
PublishedFact hash_fact(const std::string& checkpoint, Source source);

}  // namespace harness
