// Real runs of the worker, broken at random: no break may turn a verdict that was not PASS into
// PASS, and none that takes evidence away may leave the PASS that rested on it.
//
// HALFPROOF_TEST_MUTATIONS: how many (default 300). HALFPROOF_TEST_SEED: where to begin; a
// failure names the seed that shows it again.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/judge/judge.h"
#include "harness/record/job.h"
#include "harness/testing/small_run.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

constexpr const char* kTrainSeeds = "0,1,2,3";

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t end) {
  return static_cast<std::size_t>(random() % end);
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Verdicts by claim, as far as they are compared.
struct Outcome {
  std::string verdict;
  std::string text;  ///< All that the verdict says, to see whether something had an influence.
};
using Outcomes = std::map<std::string, Outcome>;

/// A run directory in memory, and judged through files as a user would.
class StoredRun {
 public:
  explicit StoredRun(fs::path folder) : folder_(std::move(folder)) {
    Json suite = read_json_file(folder_ / "suite.json");
    suite_ = suite_from_json(suite, "suite.json");
    for (auto& claim : suite.at("rows").at(0).at("claims")) {
      Json& value = claim.at("value");
      if (value.is_number()) value = value.get<double>() + 1000;
      if (value.is_string()) value = "00000000";
    }
    false_suite_ = suite_from_json(suite, "suite.json");
    for (const auto& entry : fs::directory_iterator(folder_ / kSmallRow)) {
      if (entry.path().extension() != ".json") continue;
      documents_[std::string(kSmallRow) + "/" + entry.path().filename().string()] =
          read_json_file(entry.path());
    }
    documents_["run.json"] = read_json_file(folder_ / "run.json");
  }

  const std::map<std::string, Json>& documents() const { return documents_; }

  /// Verdicts with these documents in the place of the stored ones; null: without that file. With
  /// `lies`, by a suite whose claims are all false.
  Outcomes judge(const std::map<std::string, Json>& changed, bool lies = false) const {
    for (const auto& [name, document] : changed) put(name, document);
    Outcomes outcomes;
    try {
      for (const auto& record : judge_run(folder_, lies ? false_suite_ : suite_).verdicts) {
        outcomes[record.claim] = {std::string(to_string(record.verdict)), to_json(record).dump()};
      }
    } catch (const Error& error) {
      outcomes.clear();  // Refused as a whole: nothing passes.
    }
    for (const auto& [name, document] : changed) {
      const auto original = documents_.find(name);
      put(name, original == documents_.end() ? Json() : original->second);
    }
    return outcomes;
  }

 private:
  void put(const std::string& name, const Json& document) const {
    if (document.is_null()) {
      fs::remove(folder_ / name);
    } else {
      // Not write_json_file: nothing here has to survive a power cut.
      std::ofstream(folder_ / name)
          << document.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
  }

  fs::path folder_;
  Suite suite_;
  Suite false_suite_;
  std::map<std::string, Json> documents_;
};

bool passes(const Outcomes& outcomes, const std::string& claim) {
  const auto found = outcomes.find(claim);
  return found != outcomes.end() && (found->second.verdict == "PASS");
}

/// Pointers to all values below (leaves, or members and items too).
void collect(const Json& value, const Json::json_pointer& place, bool leaves,
             std::vector<Json::json_pointer>& places) {
  if (!value.is_structured()) {
    if (leaves) places.push_back(place);
    return;
  }
  // Names and shapes of a state dict would crowd out everything else.
  constexpr std::size_t kMostItems = 12;
  std::size_t item = 0;
  for (const auto& [key, member] : value.items()) {
    if (item++ == kMostItems && value.is_array()) break;
    const auto below_it = value.is_array() ? place / std::stoul(key) : place / key;
    if (!leaves) places.push_back(below_it);
    collect(member, below_it, leaves, places);
  }
}

struct Mutation {
  std::string name;
  std::map<std::string, Json> changed;
  /// Claims that rest on what was taken away: they may not PASS afterwards.
  std::set<std::string> robbed;
};

class VerdictMutations : public testing::Test {
 protected:
  /// One run with every stage, whose retrainings pass: what they reach becomes the published value.
  void SetUp() override {
    const fs::path suite = folder_.path() / "small.json";
    const fs::path out = folder_.path() / "run";
    write_json_file(suite, small_suite(12));
    expect_judged({"run", suite, "--stage", "examine,evaluate,lockstep,train", "--seeds",
                   kTrainSeeds, "--offline", "--out", out});
    publish_what_was_reached(out);
    run_ = std::make_unique<StoredRun>(out);
    whole_ = run_->judge({});
    lies_ = run_->judge({}, /*lies=*/true);
    // A larger range is no lie, and a claim without a value of its own cannot state a false one.
    for (const auto& [claim, outcome] : lies_) {
      const bool is_open = claim == "range" || claim == "config" || claim == "tensors";
      EXPECT_TRUE(is_open || outcome.verdict != "PASS") << outcome.text;
    }
    for (const auto* claim :
         {"hash", "miou", "parity", "parity.logits", "retrain.miou", "retrain.parity",
          "retrain.lockstep", "retrain.arithmetic", "retrain.finite", "retrain.loss_scale"}) {
      ASSERT_TRUE(passes(whole_, claim)) << claim << ": " << whole_[claim].text;
    }
  }

  static void publish_what_was_reached(const fs::path& out) {
    double sum = 0.0;
    for (int seed = 0; seed < 4; ++seed) {
      const auto name = "train-fp16-seed" + std::to_string(seed) + ".json";
      sum += read_json_file(out / kSmallRow / name).at("measurements").at("miou").get<double>() / 4;
    }
    Json suite = read_json_file(out / "suite.json");
    for (auto& claim : suite.at("rows").at(0).at("claims")) {
      if (claim.at("id") != "retrain.miou") continue;
      claim["value"] = sum;
      claim["tolerance"] = {{"abs", 5.0}, {"reason", "this test trains for 12 iterations"}};
      claim.erase("conditions");
    }
    write_json_file(out / "suite.json", suite);
  }

  std::string some_document(Random& random) const {
    auto found = run_->documents().begin();
    std::advance(found, static_cast<long>(below(random, run_->documents().size() - 1)));
    return found->first == "run.json" ? std::next(found)->first : found->first;
  }

  /// Claims whose verdict says something else once the document is gone.
  std::set<std::string> resting_on(const std::string& document) {
    const auto known = resting_.find(document);
    if (known != resting_.end()) return known->second;
    std::set<std::string>& claims = resting_[document];
    const Outcomes without = run_->judge({{document, nullptr}});
    for (const auto& [claim, outcome] : whole_) {
      // Its reason only mentions what the other arithmetic measured.
      if (claim == "miou" && document.ends_with("/evaluate-fp32.json")) continue;
      const auto found = without.find(claim);
      if (found == without.end() || found->second.text != outcome.text) claims.insert(claim);
    }
    return claims;
  }

  /// Claims that another value at this place breaks: they rest on it.
  std::set<std::string> broken_by(const std::string& document, const Json::json_pointer& place) {
    std::set<std::string> claims;
    const Json& original = run_->documents().at(document).at(place);
    for (const Json& other :
         {Json(-1), Json(1e30), Json(0), Json(original.get<double>() * 1.5 + 1)}) {
      Json changed = run_->documents().at(document);
      changed[place] = original.is_number_integer() && other.is_number_float()
                           ? Json(std::int64_t{1} << 40)
                           : other;
      const Outcomes outcomes = run_->judge({{document, changed}});
      for (const auto& [claim, outcome] : whole_) {
        if (passes(whole_, claim) && !passes(outcomes, claim)) claims.insert(claim);
      }
    }
    return claims;
  }

  Mutation drop_document(Random& random) {
    const std::string name = some_document(random);
    return {"drop " + name, {{name, nullptr}}, resting_on(name)};
  }

  Mutation tear_document(Random& random) {
    const std::string name = some_document(random);
    return {"tear " + name, {{name, Json("torn")}}, resting_on(name)};
  }

  Mutation mark_as_died(Random& random) {
    const std::string name = some_document(random);
    Json document = run_->documents().at(name);
    document["status"] = below(random, 2) == 0 ? "error" : "skipped";
    document["reason"] = "worker: killed by signal 9";
    return {"mark " + name + " as " + document["status"].get<std::string>(),
            {{name, document}},
            resting_on(name)};
  }

  Mutation drop_field(Random& random) {
    const std::string name = some_document(random);
    Json document = run_->documents().at(name);
    std::vector<Json::json_pointer> places;
    collect(document, Json::json_pointer(), /*leaves=*/false, places);
    const auto place = places[below(random, places.size())];
    Json& parent = document[place.parent_pointer()];
    Mutation mutation{"drop " + name + place.to_string(), {}, {}};
    // A record without one of its own fields is no record; below, it depends on what the field is.
    const bool is_of_the_record =
        place.parent_pointer().empty() || place.parent_pointer() == "/measurements"_json_pointer;
    if (is_of_the_record) mutation.robbed = resting_on(name);
    if (parent.is_array()) {
      parent.erase(std::stoul(place.back()));
    } else {
      parent.erase(place.back());
    }
    mutation.changed[name] = document;
    return mutation;
  }

  Mutation set_number(Random& random) {
    const std::string name = some_document(random);
    Json document = run_->documents().at(name);
    std::vector<Json::json_pointer> places;
    std::vector<Json::json_pointer> numbers;
    collect(document, Json::json_pointer(), /*leaves=*/true, places);
    for (const auto& place : places) {
      if (document.at(place).is_number()) numbers.push_back(place);
    }
    const auto place = numbers[below(random, numbers.size())];
    const std::vector<Json> values = {nullptr, std::nan(""), INFINITY, "a string", Json::array()};
    Mutation mutation{"set " + name + place.to_string(), {}, {}};
    const Json value = values[below(random, values.size())];
    document[place] = value;
    mutation.name += " to " + value.dump();
    mutation.changed[name] = document;
    // Asked for now and then only: it takes four more judgements.
    if (below(random, 8) == 0) mutation.robbed = broken_by(name, place);
    return mutation;
  }

  Mutation swap_documents(Random& random) {
    const std::string one = some_document(random);
    const std::string other = some_document(random);
    const auto& documents = run_->documents();
    return {"swap " + one + " and " + other,
            {{one, documents.at(other)}, {other, documents.at(one)}},
            one == other ? std::set<std::string>{} : resting_on(one)};
  }

  /// Another execution's words under this one's name: only the measurements are exchanged.
  Mutation swap_measurements(Random& random) {
    const std::string one = some_document(random);
    const std::string other = some_document(random);
    Json document = run_->documents().at(one);
    document["measurements"] = run_->documents().at(other).at("measurements");
    return {"give " + one + " the measurements of " + other, {{one, document}}, {}};
  }

  Mutation add_stale_document(Random& random) {
    const std::string name = some_document(random);
    Json document = run_->documents().at(name);
    document["seed"] = 77;
    document["key"] = "another";
    return {"add " + name + " of another job",
            {{std::string(kSmallRow) + "/train-fp16-seed77.json", document}},
            {}};
  }

  Mutation change_key(Random& random) {
    const std::string name = some_document(random);
    Json document = run_->documents().at(name);
    document["key"] = "another";
    return {"another key in " + name, {{name, document}}, resting_on(name)};
  }

  /// Trainings that scatter more.
  Mutation add_noise(Random& random) {
    Mutation mutation{"noise", {}, {}};
    std::normal_distribution<double> noise(0.0, 1.0 + 20.0 * static_cast<double>(below(random, 4)));
    for (const auto& [name, document] : run_->documents()) {
      if (name.find("/train-") == std::string::npos) continue;
      Json noisy = document;
      Json& miou = noisy["measurements"]["miou"];
      miou = miou.get<double>() + noise(random);
      mutation.changed[name] = noisy;
    }
    return mutation;
  }

  /// A result that the job asked for is not there, nor is any word of it elsewhere.
  Mutation forget_to_run(Random& random) {
    Json job = run_->documents().at("run.json");
    Json& asked = job.at("asked");
    Json& one = asked[below(random, asked.size())];
    const Json seed = one.at("seed");
    one["seed"] = seed.is_null() ? Json(5) : Json(seed.get<int>() + 10);
    return {"ask for another seed of " + one.dump(), {{"run.json", job}}, {}};
  }

  Mutation mutate(Random& random) {
    switch (below(random, 12)) {
      case 0:
        return drop_document(random);
      case 1:
        return tear_document(random);
      case 2:
        return mark_as_died(random);
      case 3:
      case 4:
        return drop_field(random);
      case 5:
      case 6:
        return set_number(random);
      case 7:
        return swap_documents(random);
      case 8:
        return swap_measurements(random);
      case 9:
        return below(random, 2) == 0 ? add_stale_document(random) : change_key(random);
      case 10:
        return add_noise(random);
      default:
        return forget_to_run(random);
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<StoredRun> run_;
  Outcomes whole_;
  Outcomes lies_;
  std::map<std::string, std::set<std::string>> resting_;
};

TEST_F(VerdictMutations, NoneMakesAPassAndNoneThatRobsEvidenceLeavesOne) {
  const std::uint64_t mutations = from_environment("HALFPROOF_TEST_MUTATIONS", 300);
  const std::uint64_t first = from_environment("HALFPROOF_TEST_SEED", 1);
  std::uint64_t wrong = 0;
  std::uint64_t changed = 0;
  for (std::uint64_t seed = first; seed < first + mutations && wrong < 20; ++seed) {
    Random random(seed);
    const Mutation mutation = mutate(random);
    const Outcomes outcomes = run_->judge(mutation.changed);
    bool differs = outcomes.size() != whole_.size();
    for (const auto& [claim, outcome] : outcomes) {
      const bool made = outcome.verdict == "PASS" && !passes(whole_, claim);
      const bool kept = outcome.verdict == "PASS" && mutation.robbed.contains(claim);
      differs = differs || outcome.verdict != whole_[claim].verdict;
      if (!made && !kept) continue;
      ++wrong;
      ADD_FAILURE() << "HALFPROOF_TEST_SEED=" << seed << ": " << mutation.name
                    << (made ? " makes a PASS of " : " leaves the PASS of ") << claim << ": "
                    << outcome.text;
    }
    if (differs) ++changed;
    for (const auto& [claim, outcome] : run_->judge(mutation.changed, /*lies=*/true)) {
      if (outcome.verdict != "PASS" || passes(lies_, claim)) continue;
      ++wrong;
      ADD_FAILURE() << "HALFPROOF_TEST_SEED=" << seed << ": " << mutation.name
                    << " makes a PASS of the false " << claim << ": " << outcome.text;
    }
  }
  // Mutations that change nothing would prove nothing.
  EXPECT_GT(changed, mutations / 4) << "of " << mutations << " mutations";
  RecordProperty("mutations", std::to_string(mutations));
  RecordProperty("changed", std::to_string(changed));
}

}  // namespace
}  // namespace harness
