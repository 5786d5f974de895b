#include "harness/cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {
using testing::ElementsAre;

class Options : public testing::Test {
 protected:
  void parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());
    CLI::App command;
    add_positional(command, "SUITE", suite_, "The suite");
    add_list(command, "--row", rows_, "ID", "Rows");
    add_list(command, "--stage", stages_, "STAGE", "Stages")->check(CLI::IsMember({"a", "b"}));
    add_timeout_option(command, timeout_s_);
    add_require_option(command, require_);
    command.parse(arguments);
  }

  std::string suite_;
  std::vector<std::string> rows_;
  std::vector<std::string> stages_ = {"default"};
  std::vector<std::string> require_;
  std::int64_t timeout_s_ = 0;
};

TEST_F(Options, AListDoesNotTakeWhatFollowsIt) {
  parse({"--row", "fcn", "--stage", "a", "suite.json"});
  EXPECT_EQ(suite_, "suite.json");
  EXPECT_THAT(rows_, ElementsAre("fcn"));
  EXPECT_THAT(stages_, ElementsAre("a"));
}

TEST_F(Options, AListIsPartedByCommasAndMayBeRepeated) {
  parse({"--row", "fcn,pspnet", "suite.json", "--row=deeplab", "--stage", "b,a"});
  EXPECT_THAT(rows_, ElementsAre("fcn", "pspnet", "deeplab"));
  EXPECT_THAT(stages_, ElementsAre("b", "a"));
}

TEST_F(Options, ValuesAreChecked) {
  EXPECT_THROW(parse({"suite.json", "--stage", "a,c"}), CLI::ValidationError);
  EXPECT_THROW(parse({"suite.json", "--timeout", "0"}), CLI::ValidationError);
  EXPECT_THROW(parse({"suite.json", "--require", "luck"}), CLI::ValidationError);
  parse({"suite.json", "--timeout", "5", "--require", "gpu,data"});
  EXPECT_EQ(timeout_s_, 5);
  EXPECT_THAT(require_, ElementsAre("gpu", "data"));
}

}  // namespace
}  // namespace harness
