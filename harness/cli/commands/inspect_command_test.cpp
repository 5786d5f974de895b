#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {

const std::string kFcn =
    "fixtures/minizoo/zoo/fp16/fcn_r50w8-d8_64x128_600_fp16_scenes/"
    "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820";

TEST(InspectCommand, ShowsACheckpointAsTextAndAsJson) {
  const auto text = run_command_line(add_inspect_command, {"inspect", kFcn + "-2eb5a165.pth"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.output, testing::HasSubstr("backbone.stem.0.weight"));
  const auto json =
      run_command_line(add_inspect_command, {"inspect", kFcn + "-2eb5a165.pth", "--json"});
  EXPECT_TRUE(parse_json(json.output, "output").is_object());
}

TEST(InspectCommand, SaysWhatPythonWouldRun) {
  const auto end =
      run_command_line(add_inspect_command, {"inspect", "fixtures/hostile/in_meta.pth", "--json"});
  EXPECT_EQ(end.exit_code, 1);
  const Json found = parse_json(end.output, "output");
  EXPECT_EQ(found.at("unknown_code").at(0),
            Json::parse(R"({"name": "os.system", "use": "calls", "arguments": "a string",
                            "runs": true})"));
  EXPECT_EQ(found.at("state_dict").at("tensors"), 1);
  // What cannot be read to its end says it too.
  EXPECT_EQ(
      run_command_line(add_inspect_command, {"inspect", "fixtures/hostile/then_cut.pth"}).exit_code,
      1);
}

TEST(InspectCommand, ShowsALog) {
  const auto end = run_command_line(add_inspect_command, {"inspect", kFcn + ".log.json"});
  EXPECT_THAT(end.output, testing::HasSubstr("52.05"));
}

TEST(InspectCommand, AFileThatIsNoCheckpointIsAnError) {
  EXPECT_THROW(run_command_line(add_inspect_command, {"inspect", "README.md"}), Error);
  EXPECT_THROW(run_command_line(add_inspect_command, {"inspect", "nowhere.pth"}), Error);
}

}  // namespace
}  // namespace harness
