#include "harness/table/claim_kind.h"

#include <set>

#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {

TEST(ClaimKind, ListsEveryClaimOfTheFormatsPage) {
  const std::string page = read_file("docs/formats.md");
  std::set<std::string_view> ids;
  for (const auto& kind : claim_kinds()) {
    EXPECT_NE(page.find(std::string("`").append(kind.id).append("`")), std::string::npos)
        << kind.id;
    ids.insert(kind.id);
  }
  EXPECT_EQ(ids.size(), 29U);
}

TEST(ClaimKind, KnowsWhatCanCheckAClaim) {
  EXPECT_EQ(find_claim_kind("hash")->evidence, "file");
  EXPECT_EQ(find_claim_kind("log.miou")->evidence, "log");
  EXPECT_EQ(find_claim_kind("parity.pixels")->evidence, "evaluated");
  EXPECT_EQ(find_claim_kind("retrain.miou")->evidence, "retrained");
  EXPECT_EQ(find_claim_kind("power"), nullptr);
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
