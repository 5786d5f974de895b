#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/record/environment.h"
#include "harness/table/suite.h"
#include "harness/testing/command_line.h"
#include "harness/testing/program.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

/// What a worker says on a machine with that many GPUs.
std::string answer(std::int64_t gpus) {
  EnvironmentRecord environment = command_environment();
  environment.library.emplace().convolution_kernel = "k";
  if (gpus > 0) environment.gpu.emplace().devices = gpus;
  const Json cuda = {{"usable", gpus > 0}, {"reason", gpus > 0 ? "" : "no library"}};
  return Json{{"environment", record_to_json(environment)}, {"cuda", cuda}}.dump();
}

const std::string kSeesGpu = answer(1);
const std::string kSeesNone = answer(0);

/// The program beside a worker that is a shell script.
class DoctorCommand : public testing::Test {
 protected:
  DoctorCommand() { fs::copy_file(HALFPROOF_PROGRAM, folder_.path() / "halfproof"); }

  void worker(const std::string& body) const {
    const fs::path path = folder_.path() / "halfproof-worker";
    write_file_atomic(path, "#!/bin/sh\ncat > /dev/null\n" + body + "\n");
    fs::permissions(path, fs::perms::owner_all);
  }

  /// gpus: what the driver of nvml_preload.cpp shows.
  std::string doctor(const std::string& arguments, int gpus = 0, int exit_code = 0) const {
    const auto end = end_of_command(
        "HALFPROOF_GPUS=" + std::to_string(gpus) + " LD_LIBRARY_PATH=" + DRIVER_FOLDER + " " +
        (folder_.path() / "halfproof").string() + " doctor " + arguments);
    EXPECT_EQ(WEXITSTATUS(end.status), exit_code) << end.output;
    return end.output;
  }

  Json can_prove(int gpus) const {
    return parse_json(doctor("--json", gpus), "output").at("can prove");
  }

  TemporaryFolder folder_;
};

TEST_F(DoctorCommand, WithoutAWorkerOnlyFilesAndLogsAreProven) {
  const Json able = can_prove(1);
  EXPECT_EQ(able.at("files and logs"), "yes");
  for (const char* what : {"evaluation in FP32 and FP64", "evaluation in FP16", "--device cuda"}) {
    EXPECT_THAT(able.at(what).get<std::string>(), StartsWith("no: ")) << what;
  }
  EXPECT_THAT(able.at("evaluation in FP16").get<std::string>(), HasSubstr("beside halfproof"));
}

TEST_F(DoctorCommand, AWorkerProvesWhatItComputesWith) {
  worker("echo '" + kSeesNone + "'");
  const Json able = can_prove(0);
  EXPECT_EQ(able.at("evaluation in FP32 and FP64"), "yes");
  EXPECT_EQ(able.at("evaluation in FP16"), "yes, half convolutions on the CPU by: k");
  EXPECT_EQ(able.at("--device cuda"), "no: the NVIDIA driver shows no GPU; no library");
}

TEST_F(DoctorCommand, AGpuThatOnlyTheDriverSeesIsOfNoUse) {
  worker("echo '" + kSeesNone + "'");
  EXPECT_EQ(can_prove(1).at("--device cuda"), "no: the NVIDIA driver shows a GPU; no library");
  worker("echo '" + kSeesGpu + "'");
  EXPECT_EQ(can_prove(1).at("--device cuda"), "yes");
}

TEST_F(DoctorCommand, AWorkerThatDiesProvesNothing) {
  worker("exit 3");
  EXPECT_EQ(can_prove(0).at("evaluation in FP16"), "no: the worker failed: exit code 3");
  worker("exit 0");
  EXPECT_EQ(can_prove(0).at("evaluation in FP16"), "no: the worker said nothing");
}

Json prospects_of(const Json& suite) {
  Json prospects = Json::object();
  for (const auto& claim : suite.at("claims")) {
    prospects[claim.at("claim").get<std::string>()] = claim.at("prospect");
  }
  return prospects;
}

TEST_F(DoctorCommand, SaysOfEachClaimWhatWouldComeOfIt) {
  worker("echo '" + kSeesNone + "'");
  const Json record =
      parse_json(doctor("suites/minizoo.json --json --row fcn --offline"), "output");
  const Json suite = record.at("suite");
  const Json prospects = prospects_of(suite);
  EXPECT_EQ(suite.at("name"), "minizoo");
  EXPECT_EQ(suite.at("exit"), 0);
  EXPECT_EQ(prospects.at("hash"), "judged");
  EXPECT_EQ(prospects.at("miou"), "judged");
  EXPECT_EQ(prospects.at("retrain.miou"), "not_asked");
  EXPECT_EQ(suite.at("claims").size(),
            read_suite("suites/minizoo.json").rows.front().claims.size());
}

TEST_F(DoctorCommand, ASuiteMayFollowAnOptionOfThatName) {
  EXPECT_EQ(
      parse_json(doctor("--json --suite suites/minizoo.json"), "output").at("suite").at("name"),
      "minizoo");
}

TEST_F(DoctorCommand, NothingThatCouldBeJudgedIsCTestsSkip) {
  write_json_file(
      folder_.path() / "suite.json",
      {{"schema", "halfproof.suite/1"},
       {"name", "s"},
       {"rows", Json::array({{{"id", "fcn"},
                              {"method", "FCN"},
                              {"claims", Json::array({{{"id", "hash"},
                                                       {"evidence", "file"},
                                                       {"value", "2eb5a165"},
                                                       {"source", {{"file", "f"}}},
                                                       {"tolerance", nullptr}}})},
                              {"checkpoint", {{"url", "http://host.invalid/gone.pth"}}}}})}});
  const std::string file = (folder_.path() / "suite.json").string();
  const std::string cache = " --cache " + (folder_.path() / "cache").string();
  const std::string text = doctor(file + cache + " --offline", 0, 77);
  EXPECT_THAT(text, testing::ContainsRegex("\n  skipped here: hash\n"));
  EXPECT_THAT(text, HasSubstr("$ halfproof fetch " + file + " --row fcn"));
  EXPECT_THAT(doctor(file + cache + " --offline --require network", 0, 1),
              testing::ContainsRegex("\n  fails here: hash\n"));
}

}  // namespace
}  // namespace harness
