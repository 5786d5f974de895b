#include "harness/base/system/passive_waiting.h"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include <gmock/gmock.h>

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// None of the variables is set, or one of them, until the end of a test.
class PassiveWaiting : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto* variable : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"}) {
      const char* value = std::getenv(variable);
      before_[variable] = value == nullptr ? std::nullopt : std::optional<std::string>(value);
      ::unsetenv(variable);
    }
  }
  void TearDown() override {
    for (const auto& [variable, value] : before_) {
      if (value) {
        ::setenv(variable.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(variable.c_str());
      }
    }
  }

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

TEST_F(PassiveWaiting, IsAskedForByDefault) {
  EXPECT_THAT(passive_waiting(), ElementsAre(Pair("OMP_WAIT_POLICY", "passive")));
}

TEST_F(PassiveWaiting, LeavesAUsersChoiceAlone) {
  for (const auto* variable : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"}) {
    ::setenv(variable, "active", 1);
    EXPECT_THAT(passive_waiting(), IsEmpty()) << variable;
    ::unsetenv(variable);
  }
}

}  // namespace
}  // namespace harness
