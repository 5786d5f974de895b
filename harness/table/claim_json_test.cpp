#include "harness/table/claim_json.h"

#include <limits>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/claim_kind.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

Json miou() {
  return parse_json(R"({"id": "miou", "evidence": "evaluated", "value": 76.8, "digits": 2,
    "unit": "%", "source": {"file": "README.md", "line": 36, "column": "mIoU"},
    "tolerance": {"abs": 0.05, "reason": "rounding and another decoder"},
    "conditions": {"mode": "FP16"}, "expected_failure": "known to be wrong"})",
                    "test");
}

std::string refusal(const Json& claim) {
  return message_of([&] { claim_from_json(claim, "s.json", "rows[0].claims[0]"); });
}

std::string refusal_with(const std::string& key, const Json& value) {
  Json claim = miou();
  claim[key] = value;
  return refusal(claim);
}

TEST(ClaimJson, ReadsBackWhatItWrote) {
  const Claim claim = claim_from_json(miou(), "s.json", "c");
  EXPECT_EQ(claim.value, 76.8);
  EXPECT_EQ(claim.digits, 2);
  EXPECT_EQ(claim.source.line, 36);
  EXPECT_DOUBLE_EQ(claim.tolerance->abs, 0.05);
  EXPECT_EQ(to_json(claim), miou());
}

TEST(ClaimJson, AnExactClaimHasNeitherDigitsNorTolerance) {
  const Json text = {{"id", "hash"},
                     {"evidence", "file"},
                     {"value", "2eb5a165"},
                     {"source", {{"file", "README.md"}}},
                     {"tolerance", nullptr}};
  const Claim claim = claim_from_json(text, "s.json", "c");
  EXPECT_EQ(claim.digits, Claim::kExact);
  EXPECT_EQ(claim.rounding(), 0.0);
  EXPECT_FALSE(claim.tolerance.has_value());
  EXPECT_EQ(to_json(claim), text);
}

TEST(ClaimJson, RoundingIsHalfOfTheLastPrintedDigit) {
  Claim claim = claim_from_json(miou(), "s.json", "c");
  EXPECT_DOUBLE_EQ(claim.rounding(), 0.005);
  claim.digits = 0;
  EXPECT_DOUBLE_EQ(claim.rounding(), 0.5);
  claim.digits = Claim::kExact;
  EXPECT_EQ(claim.rounding(), 0.0);
  claim.digits = 2;
  claim.value = nullptr;
  EXPECT_EQ(claim.rounding(), 0.0);
}

TEST(ClaimJson, AKnownClaimNeedsNoEvidenceAndAnUnknownOneDoes) {
  Json claim = miou();
  claim.erase("evidence");
  EXPECT_EQ(claim_from_json(claim, "s", "c").evidence, "evaluated");
  claim["id"] = "power";
  EXPECT_THAT(refusal(claim), HasSubstr("claims[0].evidence: expected file, log, evaluated"));
  claim["evidence"] = "retrained";
  EXPECT_EQ(claim_from_json(claim, "s", "c").evidence, "retrained");
  EXPECT_THAT(refusal_with("evidence", "hearsay"), HasSubstr("got \"hearsay\""));
}

TEST(ClaimJson, AKnownClaimHasNoOtherEvidenceThanItsKind) {
  for (const auto& kind : claim_kinds()) {
    for (const char* evidence : {"file", "log", "evaluated", "retrained"}) {
      Json claim = {{"id", kind.id},
                    {"evidence", evidence},
                    {"value", nullptr},
                    {"source", {{"file", "README.md"}}},
                    {"tolerance", nullptr}};
      EXPECT_EQ(refusal(claim) == "nothing was thrown", evidence == kind.evidence)
          << kind.id << " " << evidence << ": " << refusal(claim);
    }
  }
  EXPECT_THAT(refusal_with("evidence", "file"),
              HasSubstr("claims[0].evidence: expected \"evaluated\""));
}

TEST(ClaimJson, EachConditionHasItsType) {
  const Json text = "words";
  const Json number = 0.5;
  const Json count = 2;
  const Json numbers = {52.0, 52.1};
  const Json object = {{"cell", "- 6.96"}};
  const std::map<std::string, Json> good = {{"backend", text},
                                            {"batch_size", count},
                                            {"cores", count},
                                            {"gpus", count},
                                            {"hardware", text},
                                            {"marks", text},
                                            {"metafile", object},
                                            {"mode", text},
                                            {"plus_minus", number},
                                            {"spread", number},
                                            {"reference_runs", numbers},
                                            {"resolution", numbers},
                                            {"stage", text},
                                            {"statistic", text},
                                            {"test_dataset", text},
                                            {"training_dataset", text},
                                            {"unread", object}};
  for (const auto& [name, right] : good) {
    EXPECT_EQ(refusal_with("conditions", {{name, right}}), "nothing was thrown") << name;
    for (const Json& wrong : {text, number, numbers, object, Json({"train"}), Json(true), Json()}) {
      if (wrong.type() == right.type() && wrong != Json({"train"})) continue;
      EXPECT_THAT(refusal_with("conditions", {{name, wrong}}),
                  HasSubstr("rows[0].claims[0].conditions." + name + ": expected "))
          << wrong;
    }
  }
}

TEST(ClaimJson, RefusesATypeThatTheClaimCannotHave) {
  EXPECT_THAT(refusal_with("value", "76.80"), HasSubstr("value: expected a number or null, got a "
                                                        "string"));
  EXPECT_THAT(refusal_with("value", true), HasSubstr("got a boolean"));
  EXPECT_THAT(refusal_with("value", std::numeric_limits<double>::quiet_NaN()),
              HasSubstr("not finite"));
  EXPECT_THAT(refusal_with("digits", 2.5), HasSubstr("digits: expected an integer"));
  EXPECT_THAT(refusal_with("digits", -1), HasSubstr("from 0 to 15"));
  EXPECT_THAT(refusal_with("conditions", "V100"), HasSubstr("conditions: expected an object"));
  EXPECT_THAT(refusal_with("conditions", {{"reference_run", {52.0, 52.1}}}),
              AllOf(HasSubstr("reference_runs, "), HasSubstr("got \"reference_run\"")));
  EXPECT_THAT(refusal_with("expected_failure", ""), HasSubstr("expected_failure: expected a text"));
}

TEST(ClaimJson, AnExpectationEndsOnADay) {
  Json claim = miou();
  claim["expires"] = "2028-02-29";
  EXPECT_EQ(to_json(claim_from_json(claim, "s.json", "c")), claim);
  for (const char* wrong :
       {"2027-02-29", "2026-13-01", "2026-1-01", "20261-01-1", "tomorrow", "2026-01-01T"}) {
    EXPECT_THAT(refusal_with("expires", wrong), HasSubstr("claims[0].expires: expected a day"))
        << wrong;
  }
  claim.erase("expected_failure");
  EXPECT_THAT(refusal(claim), HasSubstr("expires: expected it beside \"expected_failure\""));
}

Json accepted_miou() {
  Json claim = miou();
  claim["accepted"] = parse_json(R"({"run": "5017e", "date": "2026-11-27T13:19:28Z",
    "commit": "0a2f", "hardware": "NVIDIA H200", "n": 3, "spread": 0.5, "reason": "better",
    "instead_of": {"value": 76.7, "digits": 1, "source": {"file": "README.md", "line": 36}}})",
                                 "test");
  return claim;
}

TEST(ClaimJson, KeepsWhatWasPublishedBesideWhatWasAccepted) {
  Json json = accepted_miou();
  const Claim claim = claim_from_json(json, "s.json", "c");
  EXPECT_EQ(to_json(claim), json);
  const Claim published = claim.as_published();
  EXPECT_EQ(published.value, 76.7);
  EXPECT_EQ(published.digits, 1);
  EXPECT_EQ(published.source.line, 36);
  EXPECT_EQ(published.source.column, "");
  EXPECT_FALSE(published.accepted);
  json["accepted"]["spread"] = nullptr;
  EXPECT_EQ(to_json(claim_from_json(json, "s.json", "c")), json);
}

TEST(ClaimJson, RefusesAnAcceptanceThatSaysTooLittle) {
  const Json whole = accepted_miou();
  for (const auto& [key, value] : whole.at("accepted").items()) {
    Json claim = accepted_miou();
    claim["accepted"].erase(key);
    EXPECT_THAT(refusal(claim), HasSubstr("claims[0].accepted." + key + ": expected")) << key;
  }
  const auto refusal_of = [](const char* key, const Json& value) {
    Json claim = accepted_miou();
    claim["accepted"][key] = value;
    return refusal(claim);
  };
  EXPECT_THAT(refusal_of("reason", ""), HasSubstr("accepted.reason: expected a text"));
  EXPECT_THAT(refusal_of("n", 0), HasSubstr("accepted.n: expected"));
  EXPECT_THAT(refusal_of("spread", -1), HasSubstr("accepted.spread: expected"));
  EXPECT_THAT(refusal_of("by", "me"), HasSubstr("accepted.by: unknown key"));
}

TEST(ClaimJson, ANullIsNotPublished) {
  EXPECT_EQ(refusal_with("value", nullptr), "nothing was thrown");
}

TEST(ClaimJson, AToleranceHasABoundAndAReason) {
  EXPECT_THAT(refusal_with("tolerance", {{"abs", 0.05}}), HasSubstr("tolerance.reason: expected"));
  EXPECT_THAT(refusal_with("tolerance", {{"abs", 0.05}, {"reason", ""}}),
              HasSubstr("claims[0].tolerance.reason: expected a text, got an empty one"));
  EXPECT_THAT(refusal_with("tolerance", {{"reason", "because"}}),
              HasSubstr("expected \"abs\" or \"rel\""));
  EXPECT_THAT(refusal_with("tolerance", {{"abs", -0.1}, {"reason", "because"}}),
              HasSubstr("abs: expected a finite number of at least 0"));
  EXPECT_THAT(refusal_with("tolerance", {{"rel", std::numeric_limits<double>::infinity()},
                                         {"reason", "because"}}),
              HasSubstr("rel: expected a finite number"));
  EXPECT_THAT(refusal_with("tolerance", {{"rel", std::numeric_limits<double>::quiet_NaN()},
                                         {"reason", "because"}}),
              HasSubstr("rel: expected a finite number"));
  EXPECT_THAT(refusal_with("tolerance", {{"absolute", 1}, {"abs", 1}, {"reason", "r"}}),
              HasSubstr("tolerance.absolute: unknown key"));
}

TEST(ClaimJson, EveryClaimHasASource) {
  Json claim = miou();
  claim.erase("source");
  EXPECT_THAT(refusal(claim), HasSubstr("source: expected a value, got nothing"));
  EXPECT_THAT(refusal_with("source", {{"file", ""}}), HasSubstr("source.file: expected a text"));
  EXPECT_THAT(refusal_with("source", {{"file", "x"}, {"line", -1}}), HasSubstr("source.line"));
}

TEST(ClaimJson, RefusesUnknownKeysAndBadIds) {
  EXPECT_THAT(refusal_with("vlaue", 1), HasSubstr("rows[0].claims[0].vlaue: unknown key"));
  EXPECT_THAT(refusal_with("id", "../miou"), HasSubstr("id: expected a name"));
}

}  // namespace
}  // namespace harness
