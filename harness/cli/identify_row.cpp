#include "harness/cli/identify_row.h"

#include <optional>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/hash_in_name.h"
#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/judge/rules/file/config_facts.h"
#include "harness/judge/rules/file/file_claims.h"
#include "harness/judge/rules/file/provenance.h"

namespace harness {
namespace {

using Rows = std::vector<const Row*>;

template <typename Fits>
Rows rows_where(const Suite& suite, Fits fits) {
  Rows rows;
  for (const auto& row : suite.rows) {
    if (fits(row)) rows.push_back(&row);
  }
  return rows;
}

std::string published_hash(const Row& row) {
  const Claim* claim = row.find_claim("hash");
  return claim != nullptr && claim->value.is_string() ? claim->value.get<std::string>() : "";
}

/// Rows whose id is in the name; where one id contains another, the longer one.
Rows named_in(const Suite& suite, const std::string& name) {
  const Row* best = nullptr;
  for (const auto& row : suite.rows) {
    if (row.id.empty() || name.find(row.id) == std::string::npos) continue;
    if (best == nullptr || row.id.size() > best->id.size()) best = &row;
  }
  return best == nullptr ? Rows{} : Rows{best};
}

/// Whether the tensors' names, shapes and dtypes are those of the row.
bool content_fits(const Row& row, const CheckpointRecord& checkpoint) {
  if (checkpoint.error || judge_tensors(checkpoint, row).verdict != Verdict::kPass) return false;
  const std::string provenance = provenance_of(checkpoint).name;
  if (provenance.empty() || !row.arithmetic) return !provenance.empty();
  return provenance == provenance_left_by(row.arithmetic->policy);
}

[[noreturn]] void refuse(const Suite& suite, const std::string& name, const Rows& fitting) {
  std::vector<std::string> ids;
  for (const auto* row : fitting) ids.push_back(row->id);
  const std::string found = ids.empty() ? "no hash, id, config name or content of one"
                                        : "content that fits " + enumeration(ids);
  throw Error(ErrorCode::kUsage, name,
              fmt::format("expected a file of a row of {}, found {}; say which row with --row, or "
                          "leave --suite out to see what is inside",
                          suite.name, found));
}

}  // namespace

IdentifiedRow identify_row(const Suite& suite, const std::string& file_name,
                           const CheckpointRecord& checkpoint) {
  const std::string digits = hash_in_name(file_name);
  const std::string sha256 = checkpoint.stored ? checkpoint.stored->sha256 : "";
  const std::string config = stem_of(experiment_name(checkpoint.meta), ".py");
  const auto publishes = [](const Row& row, const std::string& hash) {
    const std::string published = published_hash(row);
    return !published.empty() && hash.rfind(published, 0) == 0;
  };
  const std::pair<const char*, Rows> ways[] = {
      {"the hash in its name",
       rows_where(suite, [&](const Row& r) { return publishes(r, digits); })},
      {"its bytes", rows_where(suite, [&](const Row& row) { return publishes(row, sha256); })},
      {"its name", named_in(suite, file_name)},
      {"its config's name", rows_where(suite, [&](const Row& row) { return row.id == config; })},
  };
  for (const auto& [how, rows] : ways) {
    if (rows.size() == 1) return {*rows.front(), how};
  }
  const Rows fitting =
      rows_where(suite, [&](const Row& row) { return content_fits(row, checkpoint); });
  if (fitting.size() != 1) refuse(suite, file_name, fitting);
  return {*fitting.front(), "its tensors and types"};
}

}  // namespace harness
