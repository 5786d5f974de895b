#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/arithmetic/arithmetic.h"
#include "harness/base/json.h"
#include "harness/table/source_record.h"

namespace harness {

/// Where a number was published.
struct Source {
  std::string file;       ///< As given to `halfproof import`, relative to the suite where possible.
  std::int64_t line = 0;  ///< 1-based; 0 when the file has no lines that matter.
  std::string column;     ///< Column header of the table, or the key path of a metafile.
};

/// How far a measured number may lie from its published number, and why that far.
struct Tolerance {
  double abs = 0.0;    ///< In the unit of the claim.
  double rel = 0.0;    ///< Fraction of |published|.
  std::string reason;  ///< Never empty.
};

/// What a claim's value is, where `halfproof accept` put a measurement in the place of what was
/// published.
struct Acceptance {
  std::string run;       ///< sha256 of the run.json of the run that measured it.
  std::string date;      ///< Start of that run, UTC, "2026-11-27T13:19:28Z".
  std::string commit;    ///< Of the program: 40 hex digits, and "-dirty" where changed.
  std::string hardware;  ///< The GPU or processor.
  std::int64_t n = 0;    ///< How many measurements the value is the mean of: 1, or the seeds.
  double spread = 0.0;   ///< Their standard deviation, in the claim's unit; NaN for n < 2.
  std::string reason;    ///< Why it was accepted, in the words of who did. Never empty.
  Json published;        ///< The value that stood there first, with its digits and its source.
  int published_digits = -1;
  Source published_source;
};

/// One number or fact of a row. `value` is a number (mIoU), a text (the hash in a file's name, a
/// policy) or null: "not published", which is never 0.
struct Claim {
  /// `digits` of a value that was not rounded for print: a text, a hash, "0 changed pixels".
  static constexpr int kExact = -1;

  std::string id;        ///< "hash", "miou", "fps", ...: DESIGN 8; docs/formats.md lists them all.
  std::string evidence;  ///< "file", "log", "evaluated", "retrained": what can check it.
  Json value;
  int digits = kExact;  ///< Digits printed after the point: 76.80 has 2, so it is +- 0.005.
  std::string unit;     ///< "%", "GB", "fps", "" for a text.
  Source source;
  std::optional<Tolerance> tolerance;
  Json conditions =
      Json::object();            ///< How it was measured: {"hardware", "mode", "resolution", ...}.
  std::string expected_failure;  ///< Not empty: the claim is known to be false, for this reason.
  /// The last day, "2026-12-31" in UTC, on which the failure is expected; "" for ever.
  std::string expires;
  std::optional<Acceptance> accepted;  ///< Where `value` is no published number any more.

  /// Half a unit of the last printed digit, in the unit of the claim; 0 for an exact value.
  double rounding() const;

  /// The claim as it was published: with the value that an accepted one took the place of.
  Claim as_published() const;
};

struct Row {
  std::string id;                        ///< The config's stem.
  std::string method;                    ///< "FCN", "PSPNet", "DeepLabV3", "DeepLabV3+".
  Json model = Json::object();           ///< Parts of the model the suite states; model_spec.h.
  std::optional<Arithmetic> arithmetic;  ///< Nothing where the suite states none.
  std::string checkpoint;  ///< URL or path relative to the suite's folder; "" when not published.
  std::string log;
  std::string config;
  std::string sibling_suite;  ///< The row trained in the other arithmetic; "" when there is none.
  std::string sibling_row;
  Json recipe =
      Json::object();  ///< {"iterations", "batch", "lr", "crop": [h, w], "pretrained": location}.
  std::vector<Claim> claims;

  const Claim* find_claim(std::string_view claim_id) const;

  /// The stated policy, else FP32: what a network computes in unless something is done about it.
  Policy policy() const noexcept;
};

/// Where the images are and what they are.
struct DataSpec {
  std::string layout = "cityscapes";
  std::string root;         ///< Relative to the suite's folder, or absolute; "" when unknown.
  std::int64_t height = 0;  ///< Test scale; 0: the image's own size.
  std::int64_t width = 0;
  std::string split = "val";
  std::int64_t images = 0;  ///< Of the split; 0 where nobody says.
};

struct Suite {
  std::string name;
  DataSpec data;
  std::vector<Row> rows;
  std::vector<SourceRecord> records;  ///< What else was published of the rows, for an audit.
  std::filesystem::path folder;  ///< Where relative paths start: the folder of the suite's file.
  std::string bytes;             ///< Of the file; "" where the suite was not read from one.
  std::string digest;            ///< sha256 of them.
};

/// Throws Error(kInvalidSuite) with the path of the key (unknown key, wrong type, missing reason,
/// row or claim id twice, schema of another version), Error(kIo), Error(kInvalidJson).
Suite read_suite(const std::filesystem::path& path);
Suite suite_from_json(const Json& value, std::string_view subject);

Json to_json(const Suite& suite);
Json to_json(const Row& row);

/// All that determines what a run of the row does, as to_json() writes it: the suite's "data", and
/// of the row everything, but for the count of "images", "claims" and "sibling", which are only
/// judged and compared.
Json what_was_run(const Suite& suite, const Row& row);

/// Reads one row as it stands in a suite; the worker gets its job this way.
Row row_from_json(const Json& value, std::string_view subject, std::string_view path);

/// The row whose id is `text`, else the only row whose id contains it. Throws Error(kUsage) that
/// lists the candidates.
const Row& select_row(const Suite& suite, std::string_view text);

/// Those that the texts select, each once and in the order of the texts; all rows when there is no
/// text. They belong to the suite.
std::vector<const Row*> select_rows(const Suite& suite, const std::vector<std::string>& texts);

}  // namespace harness
