#include "harness/cli/reference/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/cli/program.h"
#include "harness/testing/program.h"

namespace harness {
namespace {
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// What Bash offers for the last of the words, by the script.
std::string offered(const std::string& words) {
  static const TemporaryFolder folder;
  const auto script = folder.path() / "completion.bash";
  CLI::App program;
  int exit_code = 0;
  set_up(program, exit_code);
  write_file_atomic(script, bash_completion(program) +
                                "COMP_WORDS=(halfproof \"$@\")\n"
                                "COMP_CWORD=$#\n"
                                "_halfproof\n"
                                "printf '<%s>' \"${COMPREPLY[@]}\"\n");
  const ProgramEnd end = end_of_command("bash " + script.string() + " " + words);
  EXPECT_EQ(end.status, 0) << end.output;
  return end.output;
}

TEST(BashCompletion, OffersCommandsAndThoseBelowThem) {
  EXPECT_THAT(offered("ver"), AllOf(HasSubstr("<verify>"), Not(HasSubstr("<run>"))));
  EXPECT_THAT(offered("history ''"), AllOf(HasSubstr("<changes>"), Not(HasSubstr("<verify>"))));
}

TEST(BashCompletion, OffersOptionsOfTheirCommandAndFiles) {
  EXPECT_THAT(offered("run --sta"), testing::EndsWith("<--stage>"));
  EXPECT_THAT(offered("verify --sta"), Not(HasSubstr("--stage")));
  EXPECT_THAT(offered("verify suites/minizoo.j"), HasSubstr("<suites/minizoo.json>"));
  EXPECT_THAT(offered("verify --suite suites/minizoo.j"), HasSubstr("<suites/minizoo.json>"));
}

TEST(BashCompletion, OffersTheValuesOfAnOptionAlsoBehindAComma) {
  EXPECT_THAT(offered("run --stage ev"), testing::EndsWith("<evaluate>"));
  EXPECT_THAT(offered("run --stage examine,tr"), testing::EndsWith("<examine,train>"));
}

}  // namespace
}  // namespace harness
