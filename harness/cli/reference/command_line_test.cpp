#include "harness/cli/reference/command_line.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/cli/program.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

class CommandLine : public testing::Test {
 protected:
  CommandLine() {
    set_up(program_, exit_code_);
    all_ = command_line_reference(program_);
  }
  const CommandReference& command(const std::string& name) const {
    return *std::ranges::find(all_, name, &CommandReference::name);
  }
  const ArgumentReference& argument(const std::string& name, const std::string& of) const {
    return *std::ranges::find(command(of).arguments, name, &ArgumentReference::name);
  }
  CLI::App program_;
  int exit_code_ = 0;
  std::vector<CommandReference> all_;
};

TEST_F(CommandLine, EveryCommandAndThoseBelowItFollowTheProgram) {
  EXPECT_EQ(all_.front().name, "");
  std::size_t commands = 1;
  for (const CLI::App* one : program_.get_subcommands({})) {
    commands += 1 + one->get_subcommands({}).size();
    EXPECT_EQ(command(one->get_name()).help, one->get_description());
  }
  EXPECT_EQ(all_.size(), commands);
  EXPECT_GT(commands, 18u);
  EXPECT_THAT(command("history add").usage, HasSubstr("halfproof history add [OPTIONS]"));
}

TEST_F(CommandLine, ArgumentsAreThoseOfTheHelp) {
  EXPECT_EQ(command("run").usage, "halfproof run [OPTIONS] SUITE");
  EXPECT_EQ(command("doctor").usage, "halfproof doctor [OPTIONS] [SUITE]");
  EXPECT_EQ(command("run").arguments.front().name, "SUITE");
  EXPECT_EQ(argument("--stage", "run").metavar, "STAGE,...");
  EXPECT_THAT(argument("--stage", "run").choices,
              ElementsAre("examine", "evaluate", "lockstep", "train", "memory", "speed"));
  EXPECT_EQ(argument("--offline", "run").metavar, "") << "a flag";
  EXPECT_EQ(argument("--output", "publish").metavar, "PATH");
  for (const auto& hidden : command("judge").arguments) EXPECT_NE(hidden.name, "--ctest");
}

}  // namespace
}  // namespace harness
