#include "harness/checkpoint/pickle/unknown_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

using testing::HasSubstr;

const UnknownCode kCall{"os.system", "a string, an integer", CodeUse::kCalled, true};
const UnknownCode kOwn{"models.Net", "", CodeUse::kMade, false};

TEST(UnknownCode, IsShownWithItsUse) {
  EXPECT_EQ(describe(kCall), "os.system(a string, an integer)");
  EXPECT_EQ(describe(kOwn), "makes an object of models.Net");
  EXPECT_EQ(describe({"a.b", "", CodeUse::kNamed, false}), "names a.b");
  EXPECT_LT(describe({std::string(5000, 'a'), "", CodeUse::kNamed, false}).size(), 200U);
}

TEST(UnknownCode, IsListedOnceEach) {
  UnknownCodeList list;
  list.add(kOwn);
  list.add(kOwn);
  EXPECT_FALSE(list.runs());
  list.add(kCall);
  EXPECT_TRUE(list.runs());
  EXPECT_EQ(listing_of(list.found()),
            "makes an object of models.Net; os.system(a string, an integer)");
}

TEST(UnknownCode, IsNotNamedBesideItsCall) {
  UnknownCodeList list;
  list.add({"os.system", "", CodeUse::kNamed, true});
  list.add({"os.name", "", CodeUse::kNamed, true});
  list.add(kCall);
  EXPECT_EQ(listing_of(list.found()), "names os.name; os.system(a string, an integer)");
}

TEST(UnknownCode, IsCountedBeyondWhatIsShown) {
  UnknownCodeList list;
  for (std::size_t i = 0; i < 2 * UnknownCodeList::kMax; ++i) {
    list.add({"a.f" + std::to_string(i), "", CodeUse::kCalled, true});
  }
  EXPECT_EQ(list.found().size(), UnknownCodeList::kMax);
  const std::string text = listing_of(list.found());
  EXPECT_LT(text.size(), 1200U);
  EXPECT_THAT(text, HasSubstr(" more"));
}

/// A thousand names that do no harm hide none that does.
TEST(UnknownCode, WhatRunsIsKeptWhateverComesBeforeIt) {
  UnknownCodeList list;
  for (std::size_t i = 0; i < 2 * UnknownCodeList::kMax; ++i) {
    list.add({"own.A" + std::to_string(i), "", CodeUse::kMade, false});
  }
  list.add(kCall);
  ASSERT_EQ(list.found().size(), UnknownCodeList::kMax + 1);
  EXPECT_EQ(list.found().back().name, kCall.name);
  try {
    refuse_what_runs(list, "x.pth");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.detail(), HasSubstr("os.system("));
  }
}

TEST(UnknownCode, NamesThatBeginAlikeAreTold) {
  UnknownCodeList list;
  const std::string start(200, 'a');
  list.add({start + ".B", "", CodeUse::kNamed, false});
  list.add({start + ".C", "", CodeUse::kNamed, true});
  EXPECT_EQ(list.found().size(), 2U);
}

TEST(UnknownCode, IsRefusedWhereItRuns) {
  UnknownCodeList list;
  list.add(kOwn);
  EXPECT_NO_THROW(refuse_what_runs(list, "x.pth"));
  list.add(kCall);
  try {
    refuse_what_runs(list, "x.pth", "truncated");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsafePickle);
    EXPECT_EQ(error.subject(), "x.pth");
    EXPECT_THAT(error.detail(), HasSubstr("os.system(a string, an integer)"));
    EXPECT_THAT(error.detail(), HasSubstr("truncated"));
  }
}

}  // namespace
}  // namespace harness
