#include "harness/report/html/page_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/report_runs.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class PageClaims : public testing::Test {
 protected:
  PageData page() const {
    PageData page;
    add_rows(input_, page);
    add_results(input_, page);
    add_claims(input_, page);
    return page;
  }
  static const PageClaim& claim(const PageData& page, const std::string& id) {
    for (const auto& one : page.claims) {
      if (one.claim == id) return one;
    }
    throw std::runtime_error("no claim " + id);
  }
  ReportInput input_ = report_input(kGpuEvidence + "correctness/minizoo");
};

TEST_F(PageClaims, StandInTheColumnsThatTheSourcePrints) {
  const PageData all = page();
  EXPECT_THAT(all.rows, SizeIs(4));
  EXPECT_THAT(all.claims, SizeIs(input_.judged.verdicts.size()));
  std::vector<std::string> printed;
  std::vector<std::string> besides;
  for (const auto& column : all.columns)
    (column.printed ? printed : besides).push_back(column.name);
  EXPECT_THAT(printed, ElementsAre("download", "Crop Size", "Lr schd", "mIoU", "mIoU(ms+flip)",
                                   "Mem (GB)", "Inf time (fps)"));
  EXPECT_THAT(besides, ElementsAre("other facts of the files", "evaluation"));
  EXPECT_EQ(all.columns.at(static_cast<std::size_t>(claim(all, "miou").column)).name, "mIoU");
  EXPECT_EQ(all.columns.at(static_cast<std::size_t>(claim(all, "parity").column)).name,
            "evaluation");
}

TEST_F(PageClaims, SayWhatWasPublishedWhereAndHowItIsMeasuredAgain) {
  const PageData all = page();
  const PageClaim& miou = claim(all, "miou");
  EXPECT_EQ(miou.published, "52.05 %");
  EXPECT_EQ(miou.measured, "52.061 %");
  EXPECT_EQ(miou.verdict, Verdict::kPass);
  EXPECT_EQ(miou.source, "../fixtures/minizoo/zoo/fp16/README.md:13, mIoU");
  EXPECT_EQ(miou.source_url, "");
  EXPECT_EQ(miou.tolerance, "± 0.055 %");
  EXPECT_THAT(miou.tolerance_reason, HasSubstr("Another image decoder"));
  EXPECT_EQ(miou.command,
            "halfproof run suites/minizoo.json --offline --device cuda --require gpu --row "
            "fcn_r50w8-d8_64x128_600_fp16_scenes --stage evaluate");
  EXPECT_THAT(miou.judge, HasSubstr("correctness/minizoo --row fcn_r50w8"));
  EXPECT_THAT(claim(all, "fps").conditions, Not(IsEmpty()));
  EXPECT_THAT(claim(all, "memory").checked, Not(HasSubstr("[")));
}

TEST_F(PageClaims, NameTheResultsThatTheyRestOn) {
  const PageData all = page();
  const auto names = [&](const std::string& id) {
    std::vector<std::string> list;
    for (const auto i : claim(all, id).results) {
      list.push_back(all.results.at(static_cast<std::size_t>(i)).name);
    }
    return list;
  };
  EXPECT_THAT(names("hash"), ElementsAre("examine.json"));
  EXPECT_THAT(names("miou"),
              ElementsAre("evaluate-fp16.json", "evaluate-fp32.json", "parity-fp16.json"));
}

TEST_F(PageClaims, ShareEnvironmentsThatDifferInClocksAlone) {
  auto& results = input_.run.results.at(input_.suite.rows.front().id);
  const std::size_t before = page().environments.size();
  ASSERT_TRUE(results.at(1).environment.gpu);
  results[1].environment.gpu->sm_clock_mhz = 1;
  EXPECT_THAT(page().environments, SizeIs(before));
  results[1].environment.gpu->driver = "1.0";
  EXPECT_THAT(page().environments, SizeIs(before + 1));
}

TEST_F(PageClaims, LinkNothingButTheWeb) {
  Claim* fps = nullptr;
  for (auto& one : input_.suite.rows.front().claims) {
    if (one.id == "fps") fps = &one;
  }
  ASSERT_NE(fps, nullptr);
  fps->source.file = "javascript:alert(1)";
  EXPECT_EQ(claim(page(), "fps").source_url, "");
  fps->source.file = "https://example.org/README.md";
  EXPECT_EQ(claim(page(), "fps").source_url, "https://example.org/README.md");
}

TEST_F(PageClaims, HoldHostileTextsAsText) {
  auto& record = input_.judged.verdicts.at(0);
  record.reason = "\x1b[31m\u202E" + std::string(std::size_t{1} << 20U, 'x');
  const PageData all = page();
  EXPECT_THAT(all.claims.at(0).reason, EndsWith("(1.00 MiB in all)"));
  EXPECT_THAT(all.claims.at(0).reason, Not(HasSubstr("\x1b")));
  EXPECT_THAT(all.claims.at(0).reason, Not(HasSubstr("\u202E")));
}

}  // namespace
}  // namespace harness
