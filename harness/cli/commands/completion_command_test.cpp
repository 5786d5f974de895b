#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/cli/command.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {
using testing::HasSubstr;

TEST(CompletionCommand, PrintsTheFormThatWasAskedFor) {
  const auto script = run_command_line(add_completion_command, {"completion", "bash"});
  EXPECT_EQ(script.exit_code, 0);
  EXPECT_THAT(script.output, HasSubstr("complete -o filenames -F _halfproof halfproof\n"));
  const auto page = run_command_line(add_completion_command, {"completion", "man"});
  EXPECT_EQ(page.exit_code, 0);
  EXPECT_THAT(page.output, testing::StartsWith(".TH HALFPROOF 1"));
}

TEST(CompletionCommand, KnowsNoOtherForm) {
  EXPECT_THROW(run_command_line(add_completion_command, {"completion", "fish"}), CLI::ParseError);
}

}  // namespace
}  // namespace harness
