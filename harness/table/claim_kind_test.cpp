#include "harness/table/claim_kind.h"

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {

/// The rows of the page's table of claims, cell by cell.
std::vector<std::vector<std::string>> documented_claims() {
  std::istringstream page(read_file("docs/formats.md"));
  std::vector<std::vector<std::string>> rows;
  bool is_in_table = false;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| ")) is_in_table = is_in_table && line.starts_with("|---");
    if (is_in_table && line.starts_with("| ")) {
      auto& cells = rows.emplace_back();
      for (std::size_t start = 2, end = 0; (end = line.find(" |", start)) != std::string::npos;
           start = end + 3) {
        cells.push_back(line.substr(start, end - start));
      }
    }
    if (line.starts_with("| id | evidence |")) is_in_table = true;
  }
  return rows;
}

TEST(ClaimKind, IsWhatTheFormatsPageSays) {
  const auto documented = documented_claims();
  ASSERT_EQ(documented.size(), claim_kinds().size());
  for (std::size_t i = 0; i < documented.size(); ++i) {
    const ClaimKind& kind = claim_kinds()[i];
    const auto& cells = documented[i];
    ASSERT_EQ(cells.size(), 4U) << kind.id;
    EXPECT_EQ(cells[0], "`" + std::string(kind.id) + "`");
    EXPECT_EQ(cells[1], kind.evidence) << kind.id;
    EXPECT_EQ(cells[3], kind.checked) << kind.id;
  }
}

TEST(ClaimKind, IsListedOnceAndTakesItsOwnSoundValue) {
  std::set<std::string_view> ids;
  for (const auto& kind : claim_kinds()) {
    ids.insert(kind.id);
    EXPECT_TRUE(accepts(kind, sound_value(kind))) << kind.id;
  }
  EXPECT_EQ(ids.size(), claim_kinds().size());
  EXPECT_EQ(sound_value(*find_claim_kind("format")), "pth");
  EXPECT_EQ(sound_value(*find_claim_kind("retrain.lockstep")), 1);
  EXPECT_TRUE(sound_value(*find_claim_kind("miou")).is_null());
}

TEST(ClaimKind, KnowsWhatCanCheckAClaim) {
  EXPECT_EQ(find_claim_kind("hash")->evidence, "file");
  EXPECT_EQ(find_claim_kind("log.miou")->evidence, "log");
  EXPECT_EQ(find_claim_kind("parity.pixels")->evidence, "evaluated");
  EXPECT_EQ(find_claim_kind("retrain.miou")->evidence, "retrained");
  EXPECT_EQ(find_claim_kind("power"), nullptr);
}

TEST(ClaimKind, KnowsWhatAnotherMeasurementCouldBeTheValueOf) {
  std::set<std::string_view> references;
  for (const auto& kind : claim_kinds()) {
    if (is_reference(kind)) references.insert(kind.id);
  }
  EXPECT_EQ(references,
            (std::set<std::string_view>{"miou", "miou_ms_flip", "memory", "memory.ratio", "fps",
                                        "fps.ratio", "retrain.miou", "retrain.memory"}));
}

TEST(ClaimKind, AcceptsItsOwnTypeAndWhatIsNotPublished) {
  const ClaimKind& miou = *find_claim_kind("miou");
  EXPECT_TRUE(accepts(miou, 52.05));
  EXPECT_TRUE(accepts(miou, nullptr));
  EXPECT_FALSE(accepts(miou, "52.05"));
  const ClaimKind& hash = *find_claim_kind("hash");
  EXPECT_TRUE(accepts(hash, "2eb5a165"));
  EXPECT_FALSE(accepts(hash, 50245227));
  EXPECT_TRUE(accepts(*find_claim_kind("loss_scale"), "mmcv-dynamic"));
  EXPECT_TRUE(accepts(*find_claim_kind("loss_scale"), 512));
  EXPECT_FALSE(accepts(*find_claim_kind("loss_scale"), true));
  EXPECT_FALSE(accepts(*find_claim_kind("retrain.loss_scale"), "mmcv-dynamic"));
}

}  // namespace
}  // namespace harness
