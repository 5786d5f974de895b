#include "harness/cli/program.h"

#include <sys/wait.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/program.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::Not;

const std::string kProgram = HALFPROOF_PROGRAM;

std::string help_of(const std::string& command) {
  const ProgramEnd end = end_of_command(kProgram + " " + command + " --help");
  EXPECT_EQ(end.status, 0);
  return end.output;
}

TEST(Program, AnUnknownCommandIsAnsweredWithTheNearest) {
  CLI::App program;
  int exit_code = 0;
  set_up(program, exit_code);
  EXPECT_THAT(unknown_command(program, "rnu"), HasSubstr("the nearest is run,"));
  EXPECT_THAT(unknown_command(program, "verfy"), HasSubstr("the nearest is verify,"));
  EXPECT_THAT(unknown_command(program, "doc"), HasSubstr("the nearest is doctor,"));
  EXPECT_EQ(unknown_command(program, "import"), "");
  const ProgramEnd end = end_of_command(kProgram + " insect a.pth");
  EXPECT_EQ(WEXITSTATUS(end.status), 2);
  EXPECT_THAT(end.output, HasSubstr("unknown command insect"));
  EXPECT_THAT(end.output, HasSubstr("the nearest is inspect"));
}

TEST(Program, OptionsMayStandBeforeTheSuite) {
  const ProgramEnd row = end_of_command(kProgram + " run --row fcn no/suite.json");
  EXPECT_EQ(WEXITSTATUS(row.status), 2);
  EXPECT_THAT(row.output, HasSubstr("no/suite.json: cannot open"));
  const ProgramEnd stage = end_of_command(kProgram + " run --stage evaluate,train no/suite.json");
  EXPECT_THAT(stage.output, HasSubstr("no/suite.json: cannot open"));
  const ProgramEnd fetch = end_of_command(kProgram + " fetch --row fcn no/suite.json");
  EXPECT_THAT(fetch.output, HasSubstr("no/suite.json: cannot open"));
}

TEST(Program, TheHelpSaysExitCodesAndShowsAnExample) {
  CLI::App program;
  int exit_code = 0;
  set_up(program, exit_code);
  const std::string all = help_of("");
  EXPECT_THAT(all, HasSubstr("77 nothing could be judged"));
  for (const CLI::App* command : program.get_subcommands({})) {
    const std::string& name = command->get_name();
    EXPECT_THAT(all, HasSubstr("\n  " + name + " "));
    const std::string help = help_of(name);
    EXPECT_THAT(help, HasSubstr("\n  halfproof " + name)) << "an example";
    EXPECT_THAT(help, HasSubstr("Exit codes:\n  0 ")) << name;
    EXPECT_THAT(help, Not(testing::ContainsRegex("TEXT|INT|FLOAT|UINT"))) << "words for values";
    EXPECT_THAT(help, Not(HasSubstr("--ctest")));
  }
}

TEST(Program, WithoutACommandItSaysThatOneIsMissing) {
  const ProgramEnd end = end_of_command(kProgram);
  EXPECT_EQ(WEXITSTATUS(end.status), 2);
  EXPECT_THAT(end.output, HasSubstr("--help"));
}

TEST(Program, AFolderThatIsNoRunIsSaidToBeNone) {
  const ProgramEnd end = end_of_command(kProgram + " judge harness");
  EXPECT_EQ(WEXITSTATUS(end.status), 2);
  EXPECT_THAT(end.output, HasSubstr("harness: expected a run directory"));
}

/// No command may pass on what std::filesystem throws of a path that the user named.
TEST(Program, ALinkThatLeadsToItselfIsAnErrorOfThatPath) {
  const TemporaryFolder folder;
  const std::string loop = folder.path() / "loop";
  std::filesystem::create_symlink("loop", loop);
  for (const std::string& command :
       {"judge " + loop, "run suites/minizoo.json --stage examine --out " + loop,
        "run suites/minizoo.json --stage examine --out " + loop + "/below", "inspect " + loop,
        "verify " + loop, "diff " + loop + " " + loop, "publish " + loop,
        "import " + loop + " --output " + loop, "audit " + loop, "fetch " + loop, "doctor " + loop,
        "judge " + loop + "/below"}) {
    const ProgramEnd end = end_of_command(kProgram + " " + command);
    EXPECT_EQ(WEXITSTATUS(end.status), 2) << command;
    EXPECT_THAT(end.output, HasSubstr(loop)) << command;
    EXPECT_THAT(end.output, Not(HasSubstr("filesystem error"))) << command;
  }
}

}  // namespace
}  // namespace harness
