#include "harness/audit/statement.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "harness/base/hash_in_name.h"
#include "harness/base/measurement.h"

namespace harness {
namespace {

/// Claims whose value comes from a published page, not from a rule of ours.
constexpr std::string_view kPublished[] = {"miou",        "miou_ms_flip",      "memory",    "fps",
                                           "config.crop", "config.iterations", "loss_scale"};

bool is_published(std::string_view id) {
  for (const auto known : kPublished) {
    if (id == known) return true;
  }
  return false;
}

std::string last_part(std::string_view location) {
  return std::string(location.substr(location.find_last_of('/') + 1));
}

/// Which published page a file of the suite is.
using Pages = std::map<std::string, Quote>;

Pages pages_of(const Suite& suite) {
  Pages pages;
  for (const auto& record : suite.records) {
    if (record.fact != "page" || !record.value.is_string()) continue;
    pages[record.value.get<std::string>()] = {"",          record.file, 0, "", record.version,
                                              record.date, ""};
  }
  return pages;
}

class Collector {
 public:
  explicit Collector(const Suite& suite) : suite_(suite), pages_(pages_of(suite)) {}

  std::vector<Statement> collect() {
    for (const Row& row : suite_.rows) {
      add_claims(row);
      add_links(row);
      add_arithmetic(row);
      add_recipe(row);
    }
    for (const auto& record : suite_.records) add_record(record);
    return std::move(statements_);
  }

 private:
  Quote place(const Source& source) const {
    Quote quote{"", source.file, source.line, source.column, "", "", ""};
    const auto page = pages_.find(source.file);
    if (page != pages_.end()) {
      quote.file = page->second.file;
      quote.version = page->second.version;
      quote.date = page->second.date;
    }
    return quote;
  }

  Quote suite_place(const std::string& key) const {
    return {"", suite_.name + ".json", 0, key, "", "", ""};
  }

  void add(Statement statement) { statements_.push_back(made(std::move(statement))); }

  void add_claims(const Row& row) {
    for (const Claim& judged : row.claims) {
      if (!is_published(judged.id)) continue;
      const Claim claim = judged.as_published();
      Statement statement{row.id,           "",         claim.id, claim.value,
                          claim.rounding(), claim.unit, "",       place(claim.source)};
      const Json conditions = claim.conditions.is_object() ? claim.conditions : Json::object();
      if (conditions.contains("metafile")) add_metafile(statement, conditions["metafile"]);
      if (claim.id == "fps") add_conditions(statement, conditions);
      add(std::move(statement));
    }
  }

  /// Where the metafile's value differs from the table's, the import keeps it beside the claim.
  void add_metafile(Statement statement, const Json& metafile) {
    if (!metafile.is_object() || !metafile.contains("file")) return;
    statement.place = {"",
                       metafile.value("file", ""),
                       metafile.value("line", std::int64_t{0}),
                       statement.fact,
                       "",
                       "",
                       ""};
    if (metafile.contains("value")) {
      statement.value = metafile["value"];
      add(std::move(statement));
    }
  }

  static Quote metafile_place(const Json& metafile, const std::string& key) {
    return {"", text_at(metafile, {"file"}), count_at(metafile, {"line"}).value_or(0), key, "", "",
            ""};
  }

  void add_conditions(Statement statement, const Json& conditions) {
    statement.rounding = 0.0;
    statement.unit = "";
    statement.place = suite_place("claims.fps.conditions");
    const std::string mode = text_at(conditions, {"mode"});
    if (!mode.empty()) {
      statement.fact = "fps.mode";
      statement.value = mode;
      add(statement);
    }
    if (conditions.contains("resolution")) add_resolution(statement, conditions["resolution"]);
  }

  void add_resolution(Statement statement, const Json& size) {
    if (!size.is_array() || size.size() != 2) return;
    statement.fact = "fps.resolution";
    statement.value = fmt::format("{}x{}", size[0].dump(), size[1].dump());
    add(std::move(statement));
  }

  void add_links(const Row& row) {
    const Claim* hash = row.find_claim("hash");
    const Quote where = hash != nullptr ? place(hash->source) : suite_place("checkpoint.url");
    add_checkpoint({row.id, "", "checkpoint", row.checkpoint, 0.0, "", "", where});
    if (hash != nullptr && hash->conditions.is_object() && hash->conditions.contains("metafile")) {
      const Json& metafile = hash->conditions["metafile"];
      add_checkpoint({row.id, "", "checkpoint", text_at(metafile, {"url"}), 0.0, "", "",
                      metafile_place(metafile, "Weights")});
    }
    add_config({row.id, "", "config", row.config, 0.0, "", "", where});
  }

  /// A link to a checkpoint says which run it is of and what its bytes hash to.
  void add_checkpoint(Statement link) {
    const std::string name = last_part(link.value.get<std::string>());
    const std::string hash = hash_in_name(name);
    if (hash.empty()) return;
    link.place.text = name;
    link.fact = "hash";
    link.value = hash;
    link.run = run_stamp(name);
    add(std::move(link));
  }

  /// ".../blob/master/configs/fp16/x.py" is the path configs/fp16/x.py of the repository.
  void add_config(Statement link) {
    const std::string location = link.value.get<std::string>();
    const std::size_t start = location.find("configs/");
    if (start == std::string::npos || location.find("://") == std::string::npos) return;
    link.fact = "config.path";
    link.value = location.substr(start);
    add(std::move(link));
  }

  void add_arithmetic(const Row& row) {
    if (row.find_claim("fps") == nullptr) return;
    if (row.arithmetic) {
      const std::string mode(facts(facts(row.arithmetic->policy).compute).label);
      add({row.id, "", "fps.mode", mode, 0.0, "", "", suite_place("arithmetic.policy")});
    }
    if (suite_.data.height > 0) {
      add_resolution({row.id, "", "", nullptr, 0.0, "", "", suite_place("data.size")},
                     {suite_.data.height, suite_.data.width});
    }
  }

  void add_recipe(const Row& row) {
    add({row.id, "", "experiment", row.id, 0.0, "", "", suite_place("rows.id")});
    const auto lr = row.recipe.find("lr");
    if (lr != row.recipe.end() && lr->is_number()) {
      add({row.id, "", "lr", *lr, 0.0, "", "", suite_place("recipe.lr")});
    }
  }

  void add_record(const SourceRecord& record) {
    if (record.fact == "page") return;
    Statement statement{
        record.row,  record.of,
        record.fact, record.value,
        0.0,         record.unit,
        "",          {"", record.file, record.line, "", record.version, record.date, record.quote}};
    if (record.digits >= 0) statement.rounding = 0.5 * std::pow(10.0, -record.digits);
    for (const Row& row : suite_.rows) {
      if (!record.row.empty() && record.row != row.id) continue;
      statement.row = row.id;
      if (record.fact == "checkpoint" && record.value.is_string()) {
        add_checkpoint(statement);
      } else {
        add(statement);
      }
    }
  }

  const Suite& suite_;
  Pages pages_;
  std::vector<Statement> statements_;
};

}  // namespace

std::string value_text(const Json& value, double rounding, const std::string& unit) {
  if (value.is_null()) return "not published";
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (value.is_number() && rounding > 0.0) {
    const int digits = static_cast<int>(std::lround(-std::log10(2.0 * rounding)));
    text = fmt::format("{:.{}f}", value.get<double>(), std::max(digits, 0));
  }
  return unit.empty() ? text : fmt::format("{} {}", text, unit);
}

Statement made(Statement statement) {
  // "fps 8.64 fps" says it twice.
  const std::string unit = statement.unit == statement.fact ? "" : statement.unit;
  statement.place.says =
      fmt::format("{}{}{} {}", statement.of, statement.of.empty() ? "" : "'s ", statement.fact,
                  value_text(statement.value, statement.rounding, unit));
  return statement;
}

std::string run_stamp(std::string_view name) {
  constexpr std::string_view kForm = "dddddddd_dddddd";
  for (std::size_t start = 1; start + kForm.size() <= name.size(); ++start) {
    if (name[start - 1] != '_' && name[start - 1] != '-') continue;
    bool fits = true;
    for (std::size_t index = 0; fits && index < kForm.size(); ++index) {
      const char c = name[start + index];
      fits = kForm[index] == 'd' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : c == '_';
    }
    if (fits) return std::string(name.substr(start, kForm.size()));
  }
  return "";
}

bool agree(const Statement& a, const Statement& b) {
  if (!a.value.is_number() || !b.value.is_number()) return a.value == b.value;
  constexpr double kBinaryNoise = 1e-9;
  const double difference = std::fabs(a.value.get<double>() - b.value.get<double>());
  return difference <= a.rounding + b.rounding + kBinaryNoise;
}

std::vector<Statement> statements_of(const Suite& suite) {
  return Collector(suite).collect();
}

}  // namespace harness
