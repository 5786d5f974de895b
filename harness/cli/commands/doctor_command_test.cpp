#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "harness/testing/command_line.h"

namespace harness {
namespace {

// The tests' folder holds no worker, so this is a machine on which tensors cannot be had.
TEST(DoctorCommand, SaysWhatCannotBeProvenAndWhy) {
  const auto end =
      run_command_line(add_doctor_command, {"doctor", "--suite", "suites/minizoo.json", "--json"});
  EXPECT_EQ(end.exit_code, 0);
  const Json record = parse_json(end.output, "output");
  EXPECT_EQ(record.at("can prove").at("files and logs"), "yes");
  EXPECT_THAT(record.at("can prove").at("evaluation in FP16").get<std::string>(),
              testing::StartsWith("no: "));
  EXPECT_EQ(record.at("suite").at("data"), "at hand");
  EXPECT_EQ(record.at("suite").at("checkpoints").size(), 4U);
}

}  // namespace
}  // namespace harness
