#include "harness/judge/rules/paper/paper_claims.h"

#include <map>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/paper_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

TEST(PaperClaims, WhatIsSeenPassesWithItsSectionAndItsReason) {
  for (const auto& one : all_documents()) {
    for (const auto& record : judge_experiment(one)) {
      const bool is_judged = record.claim != "weight-grads";
      EXPECT_EQ(record.verdict, is_judged ? Verdict::kPass : Verdict::kNotVerifiable)
          << record.claim << ": " << record.reason;
      EXPECT_EQ(record.row, "fcn");
      EXPECT_FALSE(record.measured.is_null()) << record.claim;
    }
  }
  const auto ratio =
      judged(document(PaperExperiment::kMasterWeights, master_weights_record()), "ratio");
  EXPECT_EQ(ratio.measured, 2048.0);
  EXPECT_THAT(ratio.reason, HasSubstr("section 3.1"));
}

using Names = std::set<std::string>;

Names failing(const Experiment& one) {
  Names names;
  for (const auto& record : judge_experiment(one)) {
    if (record.verdict == Verdict::kFail) names.insert(record.claim);
  }
  return names;
}

Names all_statements(const Experiment& one) {
  Names names;
  for (const auto& record : judge_experiment(one)) names.insert(record.claim);
  return names;
}

TEST(PaperClaims, NothingMeasuredFailsEveryStatement) {
  for (auto one : all_documents()) {
    const Names all = all_statements(one);
    one.measurements = Json::object();
    EXPECT_EQ(failing(one), all) << to_string(one.name);
  }
}

/// The statements that use a number that may be null: those that have to fail for it. Numbers that
/// are not here are recorded for people, and no statement uses them.
const std::map<std::string, Names>& uses() {
  static const std::map<std::string, Names> kUses = {
      {"constructed.smallest_lost_ratio", {"ratio"}},
      {"constructed.largest_moving_ratio", {"ratio"}},
      {"start.losses[]", {"masters-move"}},
      {"published.losses[]", {"masters-move", "half-stands-still"}},
      {"start.logits[].bound", {"logit-bound"}},
      {"start.logits[].max_abs", {"logit-bound"}},
      {"published.logits[].bound", {"logit-bound"}},
      {"published.logits[].max_abs", {"logit-bound"}},
      {"dot_products[].half_error", {"dot-products"}},
      {"dot_products[].single_error", {"dot-products"}},
      {"statistics[].value", {"statistics"}},
      {"statistics[].half_mean", {"statistics"}},
      {"statistics[].single_mean", {"statistics"}},
      {"kernels.sum_of_ones", {"kernels"}},
      {"kernels.value", {"kernels"}},
      {"kernels.batch_norm_mean", {"kernels"}},
      {"mmcv-dynamic.last_skipped", {"too-large-scale", "dynamic-recovers"}},
      {"mmcv-dynamic.trace[].scale", {"too-large-scale", "dynamic-recovers"}},
      {"mmcv-dynamic.trace[].loss", {"dynamic-recovers"}},
      {"grad-scaler.last_skipped", {"too-large-scale", "dynamic-recovers"}},
      {"grad-scaler.trace[].scale", {"too-large-scale", "dynamic-recovers"}},
      {"grad-scaler.trace[].loss", {"dynamic-recovers"}},
      {"unguarded.first_ruined", {"unguarded-ruins"}},
      {"unguarded.trace[].scale", {"too-large-scale", "unguarded-ruins"}},
      {"unguarded.trace[].loss", {"unguarded-ruins"}},
      {"guarded.last_skipped", {"too-large-scale", "check-protects"}},
      {"guarded.trace[].scale", {"too-large-scale", "check-protects"}},
      {"guarded.trace[].loss", {"check-protects"}},
      {"row.trace[].scale", {"own-scale-holds"}},
      {"row.trace[].loss", {"own-scale-holds"}},
  };
  return kUses;
}

/// The numbers that people read and no statement uses.
bool is_for_people(const std::string& path) {
  static const std::regex kForPeople(
      R"((start|published)\.(learning_rate|(activations|weights)\.max_abs))"
      R"(|dot_products\[\]\.(exact|half|single)|activations\[\]\.(half|single)_worst)"
      R"(|[a-z-]+\.trace\[\]\.grad_norm)");
  return std::regex_match(path, kForPeople);
}

/// A number that another one gives, or that gives another one, cannot be null alone.
bool contradicts_itself(const Experiment& one) {
  return judge_experiment(one).front().reason.find("contradicts itself") != std::string::npos;
}

/// Every number below `part` in turn becomes null. A count must be there: without it the document
/// is no record, and every statement fails.
class NumberEraser {
 public:
  explicit NumberEraser(Experiment whole) : whole_(std::move(whole)) {}

  int erase_each() {
    erase_below(whole_.measurements, "");
    return erased_;
  }

 private:
  void erase_below(Json& part, const std::string& path) {
    if (part.is_array()) {
      for (auto& item : part) erase(item, path + "[]");
    } else {
      for (auto& [key, item] : part.items()) erase(item, path.empty() ? key : path + "." + key);
    }
  }
  void erase(Json& value, const std::string& path) {
    if (value.is_structured()) return erase_below(value, path);
    if (!value.is_number()) return;
    const bool is_count = value.is_number_integer();
    const Json kept = value;
    value = nullptr;
    ++erased_;
    const auto used = uses().find(path);
    if (contradicts_itself(whole_)) {
      EXPECT_EQ(failing(whole_), all_statements(whole_)) << path;
    } else if (used != uses().end()) {
      EXPECT_EQ(failing(whole_), used->second) << path;
    } else if (is_count) {
      EXPECT_EQ(failing(whole_), all_statements(whole_)) << path;
    } else {
      EXPECT_TRUE(is_for_people(path)) << path << ": which statements use it?";
      EXPECT_EQ(failing(whole_), Names{}) << path;
    }
    value = kept;
  }

  Experiment whole_;
  int erased_ = 0;
};

TEST(PaperClaims, ANumberThatIsNullFailsEveryStatementThatUsesIt) {
  int erased = 0;
  for (auto& one : all_documents()) erased += NumberEraser(one).erase_each();
  EXPECT_GT(erased, 250);
}

void erase_each_key(Json& part, const Experiment& whole) {
  if (part.is_array()) {
    for (auto& item : part) erase_each_key(item, whole);
  }
  if (!part.is_object()) return;
  const Json kept = part;
  for (const auto& [key, value] : kept.items()) {
    part.erase(key);
    EXPECT_EQ(failing(whole), all_statements(whole)) << key;
    part = kept;
    erase_each_key(part[key], whole);
  }
}

TEST(PaperClaims, AKeyThatIsMissingOrUnknownFailsEveryStatement) {
  for (auto one : all_documents()) {
    const Names all = all_statements(one);
    erase_each_key(one.measurements, one);
    EXPECT_NE(failing(one), all) << "erase_each_key() puts back what it takes out";
    one.measurements["more"] = 1;
    EXPECT_EQ(failing(one), all);
  }
}

TEST(PaperClaims, WhatCouldNotBeMadeIsSkippedOrFailsStatementByStatement) {
  Experiment one = document(PaperExperiment::kOverflow, overflow_record());
  const Names all = all_statements(one);
  one.status = RunStatus::kSkipped;
  one.reason = "no data: none here";
  for (const auto& record : judge_experiment(one)) {
    EXPECT_EQ(record.verdict, Verdict::kSkipped) << record.claim;
    EXPECT_THAT(record.reason, HasSubstr("none here"));
  }
  one.status = RunStatus::kError;
  EXPECT_EQ(failing(one), all) << "whatever it measured before it failed";
}

}  // namespace
}  // namespace harness
