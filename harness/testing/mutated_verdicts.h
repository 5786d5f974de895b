#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "harness/record/verdict.h"
#include "harness/testing/document_mutations.h"

namespace harness {

/// For tests: verdicts of a run that is broken at random. No break may turn a verdict that was not
/// PASS into PASS, and none that takes evidence away may leave the PASS that rested on it.

inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// What is compared of a verdict.
struct Outcome {
  bool pass = false;
  std::string text;  ///< All that it says, to see whether something had an influence.
};
using Outcomes = std::map<std::string, Outcome>;  ///< By claim.

inline Outcomes outcomes_of(const std::vector<VerdictRecord>& records) {
  Outcomes outcomes;
  for (const auto& record : records) {
    outcomes[record.claim] = {record.verdict == Verdict::kPass, to_json(record).dump()};
  }
  return outcomes;
}

/// Verdicts by a suite that says the truth, and by one whose claims are all false.
struct JudgedTwice {
  Outcomes truth;
  Outcomes lies;
};

class MutatedVerdicts : public testing::Test {
 protected:
  /// Judges the run with these documents in the place of the stored ones.
  virtual JudgedTwice judge(const Documents& changed) = 0;
  virtual Mutation mutate(Random& random) = 0;
  /// Claims that may not pass without this document. It must not be the judge under test that says
  /// so: what a rule does not look at would rest on nothing.
  virtual std::set<std::string> resting_on(const std::string& document) const = 0;
  /// The same for a number of the document that is NaN.
  virtual std::set<std::string> resting_on_number(const std::string& /*document*/,
                                                  const Json::json_pointer& /*place*/) const {
    return {};
  }

  /// Takes what is in the folder, in files of this name's ending, as the documents.
  void take_documents(const std::filesystem::path& root, const std::filesystem::path& folder) {
    root_ = root;
    for (const auto& entry : std::filesystem::directory_iterator(root / folder)) {
      if (entry.path().extension() != ".json") continue;
      documents_[(folder / entry.path().filename()).string()] = read_json_file(entry.path());
    }
  }

  /// Not write_json_file: nothing here has to survive a power cut.
  void put(const std::string& name, const Json& document) const {
    if (document.is_null()) {
      std::filesystem::remove(root_ / name);
      return;
    }
    std::ofstream(root_ / name) << document.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  void put_all(const Documents& changed) const {
    for (const auto& [name, document] : changed) put(name, document);
  }

  void restore(const Documents& changed) const {
    for (const auto& [name, document] : changed) {
      const auto original = documents_.find(name);
      put(name, original == documents_.end() ? Json() : original->second);
    }
  }

  static bool passes(const Outcomes& outcomes, const std::string& claim) {
    const auto found = outcomes.find(claim);
    return found != outcomes.end() && found->second.pass;
  }

  /// HALFPROOF_TEST_MUTATIONS mutations, or `otherwise`; HALFPROOF_TEST_SEED: where to begin. A
  /// failure names the seed that shows it again.
  void expect_no_wrong_pass(std::uint64_t otherwise) {
    const auto mutations = number_from_environment("HALFPROOF_TEST_MUTATIONS", otherwise);
    const auto first = number_from_environment("HALFPROOF_TEST_SEED", 1);
    whole_ = judge({});
    for (auto seed = first; seed < first + mutations && wrong_ < 20; ++seed) {
      Random random(seed);
      try_one(mutate(random), seed);
    }
    // Mutations that change nothing would prove nothing.
    EXPECT_GT(changed_, mutations / 4) << "of " << mutations << " mutations";
    RecordProperty("mutations", std::to_string(mutations));
    RecordProperty("changed", std::to_string(changed_));
  }

  std::filesystem::path root_;  ///< The run directory.
  Documents documents_;         ///< Those that mutations choose from.
  JudgedTwice whole_;           ///< The run as it was.

 private:
  void try_one(const Mutation& mutation, std::uint64_t seed) {
    const JudgedTwice judged = judge(mutation.changed);
    const auto robbed = robbed_by(mutation);
    bool differs = judged.truth.size() != whole_.truth.size();
    for (const auto& [claim, outcome] : judged.truth) {
      differs = differs || outcome.pass != passes(whole_.truth, claim);
      if (!outcome.pass) continue;
      if (!passes(whole_.truth, claim)) report(mutation, seed, "makes a PASS of ", claim, outcome);
      if (robbed.contains(claim)) report(mutation, seed, "leaves the PASS of ", claim, outcome);
    }
    if (differs) ++changed_;
    for (const auto& [claim, outcome] : judged.lies) {
      if (!outcome.pass || passes(whole_.lies, claim)) continue;
      report(mutation, seed, "makes a PASS of the false ", claim, outcome);
    }
  }

  void report(const Mutation& mutation, std::uint64_t seed, const char* does,
              const std::string& claim, const Outcome& outcome) {
    ++wrong_;
    ADD_FAILURE() << "HALFPROOF_TEST_SEED=" << seed
                  << " HALFPROOF_TEST_MUTATIONS=1: " << mutation.name << " " << does << claim
                  << ": " << outcome.text;
  }

  /// Claims that may not pass any more.
  std::set<std::string> robbed_by(const Mutation& mutation) const {
    std::set<std::string> robbed = mutation.robbed;
    if (!mutation.taken.empty()) robbed.merge(resting_on(mutation.taken));
    if (mutation.no_number) {
      robbed.merge(resting_on_number(mutation.changed_in, *mutation.no_number));
    }
    return robbed;
  }

  std::uint64_t wrong_ = 0;
  std::uint64_t changed_ = 0;
};

}  // namespace harness
