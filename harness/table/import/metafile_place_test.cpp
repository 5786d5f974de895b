#include "harness/table/import/metafile_place.h"

#include <gtest/gtest.h>

#include "harness/testing/suite_documents.h"

namespace harness {
namespace {

/// "key=value@line " of each key under `name`.
std::string keys_under(const std::string& text, const std::string& name) {
  const MetafilePlace place(YAML::Load(text), "m.yml", "");
  std::string keys;
  for (const auto& [key, value] : place.child(name).entries()) {
    keys += key + "=" + value.shown() + "@" + std::to_string(value.line()) +
            (value.is_repeated() ? "! " : " ");
  }
  return keys;
}

/// The keys of the broken merges, each with a "!" where it stands twice.
std::string broken_in(const std::string& text) {
  std::string keys;
  for (const MetafilePlace& merge : MetafilePlace(YAML::Load(text), "m.yml", "").broken_merges()) {
    keys += merge.key() + (merge.is_repeated() ? "! " : " ");
  }
  return keys;
}

TEST(MetafilePlace, KeysStandInTheirOrder) {
  EXPECT_EQ(keys_under("m:\n  b: 1\n  a: [x]\n  b: 2\n", "m"), "b=2@4! a=a list@3 ");
  EXPECT_EQ(keys_under("m: none\n", "m"), "");
  EXPECT_TRUE(MetafilePlace(YAML::Load("a: 1\na: 2\n"), "m.yml", "").child("a").is_repeated());
}

TEST(MetafilePlace, OwnKeysWinOverMergedOnes) {
  const std::string text = "base: &base\n  a: 1\n  b: 2\nm:\n  <<: *base\n  b: 3\n";
  EXPECT_EQ(keys_under(text, "m"), "b=3@6 a=1@2 ");
  const MetafilePlace place(YAML::Load(text), "m.yml", "");
  EXPECT_EQ(place.child("m").child("a").shown(), "1");
  EXPECT_EQ(place.child("m").child("b").shown(), "3");
  EXPECT_FALSE(place.child("m").child("b").is_repeated());
  EXPECT_TRUE(place.child("m").child("c").is_absent());
}

TEST(MetafilePlace, OfSeveralMergedMapsTheEarlierWins) {
  const std::string text =
      "one: &one {a: 1}\ntwo: &two {a: 2, b: 2}\nthree: &three {<<: *two, c: 3}\n"
      "m:\n  <<: [*one, *three]\n";
  EXPECT_EQ(keys_under(text, "m"), "a=1@1 c=3@3 b=2@2 ");
  EXPECT_EQ(MetafilePlace(YAML::Load(text), "m.yml", "").child("m").child("b").shown(), "2");
}

TEST(MetafilePlace, AMergeKeyInQuotesIsAKey) {
  EXPECT_EQ(keys_under("m: {'<<': {a: 1}}", "m"), "<<=a map@1 ");
  EXPECT_EQ(broken_in("m: {'<<': 1}"), "");
}

TEST(MetafilePlace, FindsWhatCannotBeMerged) {
  EXPECT_EQ(broken_in("a: {<<: {b: 1}}\nb: {<<: [{c: 1}, {d: 1}]}\n"), "");
  EXPECT_EQ(broken_in("a: {<<: 5}\nb:\n- <<: [1]\n"), "a.<< b[0].<< ");
  EXPECT_EQ(broken_in("a:\n  <<: {b: 1}\n  <<: {c: 1}\n"), "a.<<! ");
}

TEST(MetafilePlace, NamesFileLineAndKey) {
  const MetafilePlace place(YAML::Load("a:\n  b: 1\n"), "m.yml", "");
  EXPECT_EQ(message_of([&] { place.child("a").child("b").child("c"); }),
            "invalid table: m.yml:2: a.b: expected a map, got \"1\"");
}

}  // namespace
}  // namespace harness
