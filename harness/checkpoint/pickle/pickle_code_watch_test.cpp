#include "harness/checkpoint/pickle/pickle_code_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

/// What comes of whole opcodes is in pickle_objects_test.cpp.
class PickleCodeWatchTest : public testing::Test {
 protected:
  ValueId global(std::string_view name, GlobalTrust trust) {
    return tree_.add(
        {.kind = PickleKind::kGlobal, .trust = trust, .text = tree_.keep(std::string(name))});
  }
  ValueId add(PickleKind kind, std::vector<ValueId> items) {
    return tree_.add({.kind = kind, .items = std::move(items)});
  }
  ValueId text(std::string value) { return tree_.add_text(PickleKind::kString, std::move(value)); }
  std::vector<std::string> reported() const {
    std::vector<std::string> texts;
    for (const UnknownCode& code : tree_.code.found()) texts.push_back(describe(code));
    return texts;
  }

  PickleTree tree_;
  PickleContext context_{.subject = "x.pth", .position = 0};
  PickleCodeWatch watch_{tree_, context_};
};

TEST_F(PickleCodeWatchTest, NamesWhatAValueIs) {
  EXPECT_EQ(watch_.name_of(global("os.system", GlobalTrust::kUnknown)), "os.system");
  const ValueId arguments = add(PickleKind::kTuple, {});
  EXPECT_EQ(watch_.name_of(tree_.add_opaque("a.B", GlobalRole::kInert, arguments)),
            "an object of a.B");
  EXPECT_EQ(watch_.name_of(add(PickleKind::kList, {})), "a list");
}

TEST_F(PickleCodeWatchTest, ReportsACallWithTheKindsOfAtMostEightArguments) {
  const ValueId system = global("os.system", GlobalTrust::kUnknown);
  watch_.report_call(system, add(PickleKind::kTuple, {text("true"), system}));
  watch_.report_call(system, add(PickleKind::kTuple, std::vector<ValueId>(9, tree_.add_none())));
  watch_.report_call(system, text("true"));
  EXPECT_THAT(reported(),
              testing::ElementsAre("os.system(a string, os.system)",
                                   "os.system(None, None, None, None, None, None, None, None, …)",
                                   "os.system(a string)"));
  EXPECT_TRUE(tree_.code.runs());
}

TEST_F(PickleCodeWatchTest, ReportsClassesUnlessTheyAreKnownToBeHarmless) {
  watch_.check_class(global("torch.nn.Linear", GlobalTrust::kMade));
  watch_.check_class(global("models.Net", GlobalTrust::kUnknown));
  EXPECT_FALSE(tree_.code.runs());
  watch_.check_class(global("subprocess.Popen", GlobalTrust::kNamed));
  EXPECT_TRUE(tree_.code.runs());
  EXPECT_THAT(reported(), testing::ElementsAre("makes an object of models.Net",
                                               "makes an object of subprocess.Popen"));
}

TEST_F(PickleCodeWatchTest, ReportsOnlyAttributesThatPythonsUnpicklerCalls) {
  const ValueId object = tree_.add_opaque("a.B", GlobalRole::kInert, add(PickleKind::kTuple, {}));
  const ValueId function = global("a.f", GlobalTrust::kUnknown);
  watch_.check_state(object, add(PickleKind::kDict, {text("forward"), function}));
  watch_.check_state(object, add(PickleKind::kDict, {text("append"), text("a string")}));
  EXPECT_THAT(reported(), testing::IsEmpty());
  const ValueId slots = add(PickleKind::kDict, {text("__reduce__"), function});
  watch_.check_state(object, add(PickleKind::kTuple, {tree_.add_none(), slots}));
  EXPECT_THAT(reported(), testing::ElementsAre("a.f as __reduce__ of an object of a.B(…)"));
}

/// numpy.str_("__setstate__") is found where "__setstate__" is looked for, as is any object that
/// says it is equal.
TEST_F(PickleCodeWatchTest, ReportsAttributesWhoseNamesAreMade) {
  const ValueId object = tree_.add_opaque("a.B", GlobalRole::kInert, add(PickleKind::kTuple, {}));
  const ValueId function = global("a.f", GlobalTrust::kUnknown);
  const ValueId made = tree_.add_opaque("numpy.str_", GlobalRole::kNumpyScalar, object);
  watch_.check_state(object, add(PickleKind::kDict, {made, text("a string")}));
  watch_.check_state(
      object, add(PickleKind::kDict, {global("torch.nn.Conv2d", GlobalTrust::kNamed), function}));
  EXPECT_THAT(reported(), testing::IsEmpty());
  watch_.check_state(object, add(PickleKind::kDict, {made, function}));
  EXPECT_THAT(reported(), testing::ElementsAre("a.f as numpy.str_ of an object of a.B(…)"));
}

TEST_F(PickleCodeWatchTest, ReportsWhatAnOptimizerIsAskedForUnderANameThatIsMade) {
  const ValueId optimizer =
      tree_.add_opaque("torch.optim.sgd.SGD", GlobalRole::kInert, add(PickleKind::kTuple, {}));
  const ValueId made = tree_.add_opaque("numpy.str_", GlobalRole::kNumpyScalar, optimizer);
  const ValueId held = tree_.add_opaque("a.B", GlobalRole::kInert, add(PickleKind::kTuple, {}));
  watch_.check_state(optimizer, add(PickleKind::kDict, {made, add(PickleKind::kList, {held})}));
  EXPECT_THAT(reported(), testing::ElementsAre("an object of a.B as numpy.str_ of an object of "
                                               "torch.optim.sgd.SGD(…)"));
}

/// Without a global that leads to code there is nothing to look for.
TEST_F(PickleCodeWatchTest, LooksIntoObjectsForWaysToCodeThatWereNamed) {
  const ValueId load = global("torch.load", GlobalTrust::kShown);
  const ValueId held = add(PickleKind::kTuple, {add(PickleKind::kList, {load})});
  tree_.add_opaque("a.B", GlobalRole::kInert, held);
  watch_.note_global(load);
  watch_.report_what_objects_hold();
  EXPECT_THAT(reported(), testing::ElementsAre("torch.load(held by an object of a.B)"));
}

/// A state of a million entries that a thousand objects share would be looked at a thousand times.
TEST_F(PickleCodeWatchTest, RefusesAFileThatRepeatsItselfBeyondMeasure) {
  const std::vector<ValueId> entries(PickleTree::kMaxValues, tree_.add_none());
  const ValueId object = add(PickleKind::kDict, {});
  for (int times = 0; times < 4; ++times) watch_.check_attributes(object, entries);
  try {
    watch_.check_attributes(object, entries);
    ADD_FAILURE() << "looked at a fifth time";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
    EXPECT_THAT(error.detail(), testing::HasSubstr("repetitions"));
  }
}

}  // namespace
}  // namespace harness
