#include "harness/cli/stages/suite_audit.h"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/audit/cell_rules.h"
#include "harness/audit/file_rules.h"
#include "harness/audit/record_rules.h"
#include "harness/audit/shared_checkpoint_rules.h"
#include "harness/audit/statement.h"
#include "harness/base/error.h"
#include "harness/base/location.h"
#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/cli/published_content.h"
#include "harness/cli/stages/examine_stage.h"
#include "harness/openmmlab/python_config.h"
#include "harness/openmmlab/training_log.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

class Audit {
 public:
  Audit(const Suite& suite, StoreOptions store) : suite_(suite), store_(std::move(store)) {
    result_.suite = suite.name;
  }

  AuditResult run() {
    std::vector<Statement> statements = statements_of(suite_);
    add_sibling(statements);
    const std::size_t published = statements.size();
    std::vector<Contradiction> of_files;
    for (const Row& row : suite_.rows) {
      const RowFiles files = files_of(row);
      for (auto& one : statements_of_files(row, files)) statements.push_back(std::move(one));
      for (auto& one : audit_files(row, files, statements)) of_files.push_back(std::move(one));
      for (auto& one : unjudged_in_files(row, files)) result_.unseen.push_back(std::move(one));
      check_links(row, of_files);
    }
    result_.contradictions = compare_statements(statements);
    for (auto& one : audit_cells(suite_)) result_.contradictions.push_back(std::move(one));
    for (auto& one : audit_shared_checkpoints(suite_)) {
      result_.contradictions.push_back(std::move(one));
    }
    for (auto& one : unread_cells(suite_)) result_.unseen.push_back(std::move(one));
    for (auto& one : merge_rows(std::move(of_files))) {
      result_.contradictions.push_back(std::move(one));
    }
    result_.looked_at = {plural(suite_.rows.size(), "row"), plural(published, "statement"),
                         plural(checkpoints_, "checkpoint"), plural(logs_, "training log")};
    return std::move(result_);
  }

 private:
  /// What the suite of the other arithmetic publishes, if it is in the same folder.
  void add_sibling(std::vector<Statement>& statements) {
    for (const Row& row : suite_.rows) {
      if (row.sibling_suite.empty()) continue;
      const fs::path path = suite_.folder / (row.sibling_suite + ".json");
      if (!fs::exists(path)) continue;
      const Suite sibling = read_suite(path);
      for (auto& one : statements_of(sibling)) {
        const bool compared = one.fact == "miou" || one.fact == "memory" || one.fact == "fps";
        if (one.row != row.sibling_row || !one.of.empty() || !compared) continue;
        one.row = row.id;
        one.of = "sibling";
        statements.push_back(made(std::move(one)));
      }
    }
  }

  /// Links that lead nowhere on this machine.
  void check_links(const Row& row, std::vector<Contradiction>& found) const {
    for (const auto& [what, location] :
         {std::pair<std::string, std::string>{"checkpoint", row.checkpoint},
          {"log", row.log},
          {"config", row.config}}) {
      if (location.empty() || is_url(location)) continue;
      if (fs::exists(absolute_location(suite_, location))) continue;
      const Claim* hash = row.find_claim("hash");
      const Source source = hash != nullptr ? hash->source : Source{};
      found.push_back({"link",
                       {row.id},
                       what,
                       fmt::format("the {} that the row links does not exist", what),
                       "a link is a promise of a file",
                       {{fmt::format("{} {}", what, location), source.file, source.line,
                         source.column, "", "", ""},
                        {"no such file", location, 0, "", "", "", ""}}});
    }
  }

  /// mmcv keeps the text under "config", mmengine under "cfg".
  Json config_in(const Json& record, const std::string& subject, const Row& row) {
    std::string text = text_at(record, {"config"});
    if (text.empty()) text = text_at(record, {"cfg"});
    if (text.empty()) return nullptr;
    try {
      return parse_python_config(text, subject);
    } catch (const Error& error) {
      result_.unseen.push_back({row.id, subject + ": config", error.what()});
      return nullptr;
    }
  }

  RowFiles files_of(const Row& row) {
    RowFiles files;
    const auto look = [&](const std::string& what, FileRole role, const std::string& location,
                          auto read) {
      if (location.empty()) {
        result_.unseen.push_back({row.id, what, "the row publishes none"});
        return;
      }
      try {
        read(obtain(absolute_location(suite_, location), asked_as(role, store_)));
      } catch (const Error& error) {
        const bool absent = store_.offline && error.code() == ErrorCode::kFetchFailed;
        result_.unseen.push_back(
            {row.id, what, absent ? "not in the cache; --fetch downloads it" : error.what()});
      }
    };
    look("checkpoint", FileRole::kCheckpoint, row.checkpoint, [&](const StoredFile& file) {
      const Checkpoint checkpoint = Checkpoint::open(file.path);
      files.checkpoint = file.name;
      files.sha256 = file.sha256;
      files.meta = checkpoint.meta();
      files.checkpoint_config = config_in(files.meta, file.name, row);
      ++checkpoints_;
    });
    look("training log", FileRole::kLog, row.log, [&](const StoredFile& file) {
      files.log = read_training_log(file.path);
      files.log_name = file.name;
      files.log_config = config_in(files.log->environment, file.name, row);
      ++logs_;
    });
    return files;
  }

  const Suite& suite_;
  StoreOptions store_;
  AuditResult result_;
  std::size_t checkpoints_ = 0;
  std::size_t logs_ = 0;
};

}  // namespace

AuditResult audit_suite(const Suite& suite, const StoreOptions& store) {
  return Audit(suite, store).run();
}

}  // namespace harness
