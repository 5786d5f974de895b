#pragma once

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/judge/judge.h"
#include "harness/testing/claim_evidence.h"
#include "harness/testing/mutated_verdicts.h"

namespace harness {

/// For tests: MutatedVerdicts of one row's results in a run directory. `halfproof run` wrote it, or
/// a test put it together from results that such a run left behind.
class MutatedRun : public MutatedVerdicts {
 protected:
  /// Takes what is in the run directory. The test sets false_suite_ itself.
  void take_run(const std::filesystem::path& directory, const std::string& row) {
    row_ = row;
    suite_ = read_suite(directory / "suite.json");
    claims_of_ = &select_row(suite_, row);
    job_ = read_json_file(directory / "run.json");
    take_documents(directory, row);
  }

  /// Results of another row, which a worker could have measured in the place of this row's.
  void take_other_row(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".json") continue;
      other_row_[row_ + "/" + entry.path().filename().string()] = read_json_file(entry.path());
    }
  }

  /// The words of the other row under this one's name: its measurements, with its digests or not.
  Mutation take_other_rows(Random& random) const {
    auto other = other_row_.begin();
    std::advance(other, static_cast<long>(below(random, other_row_.size())));
    const std::string& name = other->first;
    Json document = documents_.at(name);
    document["measurements"] = other->second.at("measurements");
    const bool has_digests = below(random, 2) == 0;
    if (has_digests) document["digests"] = other->second.at("digests");
    return {"give " + name + " another row's measurements" + (has_digests ? " and digests" : ""),
            {{name, document}},
            name};
  }

  std::set<std::string> resting_on(const std::string& document) const override {
    const auto [stage, precision] = execution_of(document);
    return claims_resting_on(*claims_of_, stage, precision);
  }

  std::set<std::string> resting_on_number(const std::string& document,
                                          const Json::json_pointer& place) const override {
    const auto [stage, precision] = execution_of(document);
    return claims_resting_on_number(*claims_of_, stage, precision, place);
  }

  JudgedTwice judge(const Documents& changed) override {
    put_all(changed);
    JudgedTwice judged;
    try {
      const StoredRun run = read_run(root_);
      judged.truth = outcomes_of(judge_run(run, suite_).verdicts);
      judged.lies = outcomes_of(judge_run(run, false_suite_).verdicts);
    } catch (const Error&) {
      judged = {};  // Refused as a whole: nothing passes.
    }
    restore(changed);
    if (changed.contains("run.json")) put("run.json", job_);
    return judged;
  }

  /// The result of another program, row, stage, precision or seed.
  Mutation change_identity(Random& random, const std::string& name) const {
    const std::vector<std::pair<const char*, Json>> others = {
        {"key", "another"}, {"row", "another"},   {"stage", "lockstep"},     {"precision", "fp64"},
        {"seed", 8},        {"suite", "another"}, {"device", other_device()}};
    Json document = documents_.at(name);
    const auto& [field, value] = others[below(random, others.size())];
    const bool differs = document.at(field) != value;
    document[field] = value;
    return {
        "another " + std::string(field) + " in " + name, {{name, document}}, differs ? name : ""};
  }

  /// A result that the job asked for is not there, nor is any word of it elsewhere.
  Mutation forget_to_run(Random& random) const {
    Json job = job_;
    Json& asked = job.at("asked");
    Json& one = asked[below(random, asked.size())];
    const Json seed = one.at("seed");
    one["seed"] = seed.is_null() ? Json(5) : Json(seed.get<int>() + 10);
    return {"ask for another seed of " + one.dump(), {{"run.json", job}}};
  }

  /// The job asked for something else, or its record does not say what it asked for.
  Mutation break_job(Random& random) const {
    Json job = job_;
    Json& asked = job.at("asked");
    const std::size_t index = below(random, asked.size());
    Json& one = asked[index];
    const std::string document = document_of(one);
    Mutation mutation{"", {}, document};
    switch (below(random, 6)) {
      case 0:
        mutation.name = "no longer ask for " + document;
        asked.erase(index);
        break;
      case 1:
        mutation.name = "another key for " + document;
        one["key"] = below(random, 2) == 0 ? "another" : "";
        break;
      case 2:
        mutation.name = "ask for " + document + " of another row";
        one["row"] = "another";
        break;
      case 3: {
        auto member = job.begin();
        std::advance(member, static_cast<long>(below(random, job.size())));
        mutation.name = "a job without " + member.key();
        job.erase(member);
        break;
      }
      case 4:
        mutation.name = "a job of another suite";
        job["suite"] = "another";
        break;
      default:
        mutation.name = "a job for another device";
        job["device"] = other_device();
        // Examining a file computes on no device.
        if (one.at("stage") == "examine") mutation.taken.clear();
    }
    mutation.changed["run.json"] = job;
    return mutation;
  }

  std::string row_;
  Suite suite_;
  Suite false_suite_;  ///< The same with other values, just beyond what passes.
  Json job_;
  Documents other_row_;  ///< By the name of this row's document of the same execution.

 private:
  /// Stage and precision of "<row>/evaluate-fp16.json".
  static std::pair<std::string, std::string> execution_of(const std::string& document) {
    const std::string name = std::filesystem::path(document).stem();
    const std::size_t dash = name.find('-');
    if (dash == std::string::npos) return {name, ""};
    const std::string rest = name.substr(dash + 1);
    return {name.substr(0, dash), rest.substr(0, rest.find("-seed"))};
  }

  const char* other_device() const { return job_.at("device") == "cuda" ? "cpu" : "cuda"; }

  const Row* claims_of_ = nullptr;  ///< The row in suite_.

  static std::string document_of(const Json& asked) {
    std::optional<std::int64_t> seed;
    if (asked.at("seed").is_number()) seed = asked.at("seed").get<std::int64_t>();
    return asked.at("row").get<std::string>() + "/" +
           run_result_name(asked.at("stage").get<std::string>(),
                           asked.at("precision").get<std::string>(), seed);
  }
};

}  // namespace harness
