#include "harness/cli/options.h"

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

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
    add_list(command, "--seeds", seeds_, "N", "Seeds")->check(whole_number("", 0));
    add_value(command, "--save", save_s_, "SECONDS", "Time")->check(any_number("seconds", 0.5));
    add_value(command, "--memory", memory_gib_, "GIB", "Memory")->check(any_number("GiB", 0.25, 8));
    add_value(command, "--lock", lock_, "FILE", "File")->check(file_in_a_folder());
    command.parse(arguments);
  }

  std::string suite_;
  std::vector<std::string> rows_;
  std::vector<std::string> stages_ = {"default"};
  std::vector<std::string> require_;
  std::int64_t timeout_s_ = 0;
  std::vector<std::int64_t> seeds_;
  double save_s_ = 0.0;
  double memory_gib_ = 0.0;
  std::filesystem::path lock_;

  /// What is said of these values.
  std::string refusal(const std::vector<std::string>& arguments) {
    try {
      parse(arguments);
    } catch (const CLI::ValidationError& error) {
      return error.what();
    }
    ADD_FAILURE() << testing::PrintToString(arguments) << " were taken";
    return "";
  }
};

TEST_F(Options, NumbersSayWhatTheyTake) {
  for (const char* wrong : {"0", "-1", "1.5", "1e3", "1073741825", "99999999999999999999", "five",
                            "5s", " 5", "0x5", "nan"}) {
    EXPECT_EQ(refusal({"s.json", "--timeout", wrong}),
              fmt::format("--timeout: expected a whole number of seconds, 1 to 1073741824, got {}",
                          wrong));
  }
  EXPECT_EQ(refusal({"s.json", "--seeds", "1,-2"}),
            "--seeds: expected a whole number, 0 to 1073741824, got -2");
  for (const char* wrong : {"0.25", "-1", "nan", "inf", "1e999", "five", "5s"}) {
    EXPECT_EQ(refusal({"s.json", "--save", wrong}),
              fmt::format("--save: expected a number of seconds, 0.5 or more, got {}", wrong));
  }
  EXPECT_EQ(refusal({"s.json", "--memory", "8.5"}),
            "--memory: expected a number of GiB, 0.25 to 8, got 8.5");
  parse({"s.json", "--timeout", "1073741824", "--seeds", "0,7", "--save", "5e-1"});
  EXPECT_EQ(timeout_s_, 1 << 30);
  EXPECT_THAT(seeds_, ElementsAre(0, 7));
  EXPECT_EQ(save_s_, 0.5);
}

TEST_F(Options, AFileIsNamedInAFolderThatExists) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal({"s.json", "--lock", (folder.path() / "no" / "lock.json").string()}),
              testing::HasSubstr("expected an existing folder"));
  EXPECT_THAT(refusal({"s.json", "--lock", folder.path().string()}),
              testing::HasSubstr("got a folder"));
  parse({"s.json", "--lock", (folder.path() / "lock.json").string()});
  EXPECT_EQ(lock_, folder.path() / "lock.json");
}

TEST_F(Options, ATextIsNotEmpty) {
  const std::string got = "expected a value, got an empty text";
  EXPECT_EQ(refusal({"s.json", "--lock", ""}), "--lock: " + got);
  EXPECT_EQ(refusal({"s.json", "--row", ""}), "--row: " + got);
  EXPECT_EQ(refusal({""}), "SUITE: " + got);
}

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
