#include "harness/cli/reference/manual_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/cli/program.h"

namespace harness {
namespace {
using testing::HasSubstr;

TEST(ManualPage, HasASectionForEachCommandAndTheExitCodes) {
  CLI::App program;
  int exit_code = 0;
  set_up(program, exit_code);
  const std::string page = manual_page(program);
  EXPECT_THAT(page, testing::StartsWith(".TH HALFPROOF 1"));
  EXPECT_THAT(page, HasSubstr("\nhalfproof \\- proves, or"));
  for (const CLI::App* command : program.get_subcommands({})) {
    EXPECT_THAT(page, HasSubstr(".SS \"halfproof " + command->get_name() + "\"\n"));
  }
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-stage\\fR \\fISTAGE,...\\fR\n"));
  EXPECT_THAT(page, HasSubstr("77 nothing could be judged"));
}

TEST(ManualPage, NothingInADescriptionIsARequest) {
  CLI::App program(".so /etc/passwd\n'br \\fB");
  EXPECT_THAT(manual_page(program), HasSubstr("\\&.so /etc/passwd\n\\&'br \\efB"));
}

}  // namespace
}  // namespace harness
